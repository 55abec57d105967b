"""Clusters that answer as their owners found them, and the real suites run against them."""
