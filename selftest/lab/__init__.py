"""Tests of the suites against the lab, and of the lab itself."""
