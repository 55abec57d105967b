"""Tests of the lab without a lab: its cache, its Docker daemon, its plans."""
