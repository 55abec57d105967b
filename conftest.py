"""Loads the edgeproof plugin for the suites and the selftests."""

pytest_plugins = ["edgeproof.plugin"]
