"""Proof that an edge GPU cluster works, and how fast."""

__version__ = "0.2.0"
