"""What runs on a node, or in a trial pod: one file each, which shellcheck, dash and ruff read as they are."""

SNIPPETS = __name__
"""Names this package for `edgeproof.facts.snippet`."""
