"""A cluster as a folder: what its commands printed, the files that were read, the API's objects, the inventory, a run's record.

The form is that of replayed clusters (docs/replay.md), so that what a user attaches to a bug report can be made a test.
"""

from edgeproof.bundle.bundle import Wanted, make_bundle
from edgeproof.bundle.samples import Samples, record_samples

__all__ = ["Samples", "Wanted", "make_bundle", "record_samples"]
