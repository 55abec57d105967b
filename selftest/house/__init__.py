"""Tests of the house's own rules: `make check` sees each breach, and the lists of exceptions hold nothing stale."""
