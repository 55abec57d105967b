"""What runs on a node to record it."""

SNIPPETS = __name__
"""Names this package for `edgeproof.facts.snippet`."""
