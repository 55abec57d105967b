"""Fake commands that are more than a list of answers."""
