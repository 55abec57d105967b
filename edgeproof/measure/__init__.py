"""What was measured, and what follows from it: pure and immutable, with the unit in every name. Runs nothing."""
