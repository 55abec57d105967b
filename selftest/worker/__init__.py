"""Tests of the worker, without a cluster."""
