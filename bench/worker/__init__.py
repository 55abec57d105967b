"""How near the worker comes to what its machine can do: images/s, ceilings of the same run, ratio to the mission's loop."""
