"""Tests of the wheel, as a user has it: in environments of its own, in folders that are nobody's checkout."""
