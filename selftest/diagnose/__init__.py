"""Selftests of edgeproof.diagnose."""
