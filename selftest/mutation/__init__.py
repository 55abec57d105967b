"""Would a replayed case notice if a check's condition were another? `python -m selftest.mutation` changes each and plays the check's cases."""
