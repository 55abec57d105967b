"""What was measured: immutable, with the unit in every name."""
