"""Proof that an edge GPU cluster works, and how fast.

PYTEST_DONT_REWRITE: the command `edgeproof` has imported this before pytest can rewrite its (no) assertions, and says nothing of it.
"""

__version__ = "0.2.0"
