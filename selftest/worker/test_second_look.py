"""Images too close to call are classified once more, each once, by threads beside a GPU or by whoever has time on a CPU."""

from __future__ import annotations

import pytest

from selftest.worker.beds.bed import Bed
from selftest.worker.driver import ask

IMAGES = 37
"""Two batches of a GPU's and a bit."""
BROKEN = 5


@pytest.mark.parametrize(("beside", "batch"), [(False, 4), (True, 16)], ids=["cpu", "cuda"])
def test_every_image_once(bed: Bed, beside: bool, batch: int) -> None:
    """Whatever is added, bit by bit, has its class; one that fails costs itself; no batch is larger than it may be."""
    found = ask(bed, "second_looks", {"images": IMAGES, "broken": BROKEN, "beside": beside, "batch": batch})
    assert (found["count"], found["top1"], found["reasons"]) == (IMAGES, found["alone"], ["ValueError: broken"])
    assert max(found["sizes"]) <= batch
    assert len(set(found["alone"].values())) > 5
