"""Proof that an edge GPU cluster works, and how fast."""
