"""The API server of a replayed cluster."""

from selftest.replay.api.server import FakeApi

__all__ = ["FakeApi"]
