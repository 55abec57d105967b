"""Tests of what the lab does to this machine before there is a lab: cache, Docker, plans."""
