"""A cluster as a folder: what its commands printed, the files that were read, the API's objects, the inventory, a run's record.

The form is that of replayed clusters (docs/replay.md), so that what a user attaches to a bug report can be made a test.
"""

from edgeproof.bundle.bundle import Wanted, make_bundle

__all__ = ["Wanted", "make_bundle"]
