"""The shell text of the facts: one file a fact, which shellcheck and dash read as they are."""

SNIPPETS = __name__
"""Names this package for `edgeproof.facts.snippet`."""
