"""Tests of edgeproof itself: against sample outputs, and against the lab."""
