"""Loads the edgeproof plugin for the three suites and the selftests."""

pytest_plugins = ["edgeproof.plugin"]
