"""A run is compared with its verdict in both directions: nothing that differs is passed over."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from selftest.replay.case import Case, Expected, Verdict
from selftest.replay.verdict import Played, differences

SWAP_FAILED = {
    "suite": "tests_node", "check": "swap", "node": "user-worker", "outcome": "failed", "why": "", "seen": "zram0",
    "cause": "nvzramconfig makes swap", "fix": "sudo swapoff -a", "catalogue_id": "zram-swap",
}  # fmt: skip
SWAP_PASSED = {"suite": "tests_node", "check": "swap", "node": "user-desktop", "outcome": "passed"}
EXPECTED = Expected(check="swap", node="user-worker", id="zram-swap", cause=("nvzramconfig",), fix=("swapoff",))


def run_of(*findings: dict[str, Any], status: int = 1, text: str = "", undescribed: tuple[str, ...] = ()) -> Played:
    """Make a run that ended with these findings."""
    return Played(status, text, {"findings": list(findings)}, undescribed)


def test_as_expected() -> None:
    """A run that ended as its verdict says differs in nothing."""
    assert differences(Verdict(fails=(EXPECTED,)), [], run_of(SWAP_FAILED, SWAP_PASSED)) == []


DIFFERING = {
    "fails, should pass": (Verdict(), "swap on user-worker: failed, expected passed"),
    "passes, should fail": (
        Verdict(fails=(EXPECTED, Expected(check="swap", node="user-desktop"))),
        "swap on user-desktop: passed, expected failed",
    ),
    "fails, should be blocked": (
        Verdict(blocked=(Expected(check="swap", node="user-worker"),)),
        "swap on user-worker: failed, expected blocked",
    ),
    "another id": (Verdict(fails=(EXPECTED.model_copy(update={"id": "clock-skew"}),)), "id is 'zram-swap'"),
    "words lacking in the cause": (Verdict(fails=(EXPECTED.model_copy(update={"cause": ("disk",)}),)), "cause lacks"),
    "words lacking in the fix": (Verdict(fails=(EXPECTED.model_copy(update={"fix": ("fstab",)}),)), "fix lacks"),
    "words that must not be": (Verdict(fails=(EXPECTED.model_copy(update={"never": ("swapoff",)}),)), "must not say"),
    "what the fix does": (Verdict(fails=(EXPECTED.model_copy(update={"does": "reads"}),)), "does is ''"),
    "a check that did not run": (
        Verdict(fails=(EXPECTED, Expected(check="dns"))),
        "dns on *: expected as fails, did not run",
    ),
    "a node that did not run": (
        Verdict(fails=(EXPECTED.model_copy(update={"node": ("user-worker", "nas")}),)),
        "expected as fails, did not run",
    ),
    "exit status": (Verdict(fails=(EXPECTED,), exit=0), "exit status 1, expected 0"),
    "nowhere said": (Verdict(fails=(EXPECTED,), says=("nfs",)), "nowhere said: 'nfs'"),
    "said in the record": (Verdict(fails=(EXPECTED,), never=("zram0",)), "said, and must not be: 'zram0'"),
}


@pytest.mark.parametrize(("verdict", "line"), DIFFERING.values(), ids=DIFFERING)
def test_difference_is_told(verdict: Verdict, line: str) -> None:
    """A single thing that is otherwise than expected is told."""
    assert [told for told in differences(verdict, [], run_of(SWAP_FAILED, SWAP_PASSED)) if line in told] != []


def test_undescribed_question() -> None:
    """A question that nobody described an answer to fails the case, however well its checks ended."""
    played = run_of(SWAP_PASSED, status=0, undescribed=("user-worker: nvpmodel -m 0",))
    assert differences(Verdict(), [], played) == ["undescribed: user-worker: nvpmodel -m 0"]


def test_broken_stage() -> None:
    """Where the stage itself broke, nothing is said of the cluster."""
    assert differences(Verdict(), [], Played(-1, "", {}, broke="OSError: no")) == ["the stage broke: OSError: no"]


def test_skips_of_the_base() -> None:
    """What does not apply to a base is expected to be skipped in each of its cases, where it runs at all."""
    skips = [{"check": "swap", "node": "user-desktop"}, {"check": "taint"}]
    verdict = Verdict(fails=(EXPECTED,))
    skipped = SWAP_PASSED | {"outcome": "skipped"}
    assert differences(verdict, skips, run_of(SWAP_FAILED, skipped)) == []
    assert differences(verdict, skips, run_of(SWAP_FAILED, SWAP_PASSED)) == [
        "swap on user-desktop: passed, expected skipped"
    ]
    back = verdict.model_copy(update={"passes": (Expected(check="swap", node="user-desktop"),)})
    assert differences(back, skips, run_of(SWAP_FAILED, SWAP_PASSED)) == []


def test_near_miss() -> None:
    """A near miss passes or is skipped wherever it ran; anything else, and a check that did not run, is told."""
    skipped = SWAP_PASSED | {"node": "nas", "outcome": "skipped"}
    assert (
        differences(Verdict(), [{"check": "swap", "node": "nas"}], run_of(SWAP_PASSED, skipped, status=0), ["swap"])
        == []
    )
    assert differences(Verdict(), [], run_of(SWAP_PASSED, status=0), ["dns"]) == ["near: dns did not run"]
    blocked = SWAP_PASSED | {"outcome": "blocked"}
    verdict = Verdict(blocked=(Expected(check="*"),))
    assert differences(verdict, [], run_of(blocked), ["swap"]) == ["near: swap blocked on user-desktop"]


@pytest.mark.parametrize("outcome", ["fails", "blocked", "accepted"])
def test_near_miss_that_is_none(outcome: str) -> None:
    """A case that says of one check that it is missed and that it is hit is refused."""
    verdict = {outcome: [{"check": ["dns", "swap"]}]}
    with pytest.raises(ValidationError, match="the verdict says that swap does not pass"):
        Case.model_validate({"base": "nano", "source": "s", "right": "r", "near": ["swap"], "verdict": verdict})
