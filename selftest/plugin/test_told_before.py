"""A workload that fails as one before it did is not accused again."""

from __future__ import annotations

import pytest

from edgeproof.errors import WorkloadError
from edgeproof.plugin.fixtures_workload import told_before
from edgeproof.workload.runs import ON_ONE, SYNTHETIC

OUT_OF_MEMORY, ILLEGAL = "OOMKilled, exit status 137", "exit status 132"


def failed(said: str, node: str = "user-worker") -> WorkloadError:
    """Make a failure with these words on this node."""
    return WorkloadError("job failed", said=said, node=node)


def test_same_cause_on_the_same_node() -> None:
    """The first failure tells it: its check is named, with the node and the catalogue's row."""
    later = failed("exit status 137 (killed): OOMKilled")
    why = told_before(later, {SYNTHETIC: failed(OUT_OF_MEMORY), ON_ONE: later})
    assert why == "Workload I failed on user-worker with unified-memory-oom (see the check synthetic)"


@pytest.mark.parametrize(
    ("before", "later"),
    [
        (failed(OUT_OF_MEMORY), failed(ILLEGAL)),
        (failed(OUT_OF_MEMORY), failed(OUT_OF_MEMORY, "user-newworker")),
        (failed("something unknown"), failed("something unknown")),
        (failed(""), failed("")),
    ],
)
def test_another_cause(before: WorkloadError, later: WorkloadError) -> None:
    """Another cause, another node, or a cause that is not known is a failure of its own."""
    assert told_before(later, {SYNTHETIC: before, ON_ONE: later}) == ""


def test_first_failure() -> None:
    """What failed before anything else did is told, even where later ones are like it."""
    first = failed(OUT_OF_MEMORY)
    assert told_before(first, {SYNTHETIC: first, ON_ONE: failed(OUT_OF_MEMORY)}) == ""
