"""Tests of the pytest side."""
