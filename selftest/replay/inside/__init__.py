"""Tests that run within a scene, as the pytest command of its runner (test_runner.py)."""
