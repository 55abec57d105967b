"""The time limits."""
