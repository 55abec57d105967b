"""Tests of measurements and datasets."""
