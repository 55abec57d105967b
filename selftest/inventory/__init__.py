"""Tests of reading the inventory."""
