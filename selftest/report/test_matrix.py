"""The terminal matrix, from sample records."""

from __future__ import annotations

import pytest

from selftest.report.records import NAMES, printed, rows, unprintable

DOWN = printed("one-node-down")


def test_columns_follow_the_inventory() -> None:
    """The nodes stand as in the inventory, the cluster last."""
    assert rows(DOWN)["check"] == ["user-desktop", "user-worker", "user-newworker", "cluster"]


def test_what_was_not_judged_has_no_column() -> None:
    """A run that judged no node but one shows that one alone."""
    assert rows(printed("simulated"))["check"] == ["user-desktop"]


def test_rows_follow_the_layers() -> None:
    """Checks stand in the order they are written in, however they ended up in the record."""
    assert list(rows(DOWN)) == ["check", "ssh", "sudo", "headless", "swap", "api"]


def test_letters() -> None:
    """A cell has its finding's letter, a dash where the check is not applicable; it is blank where that was not run."""
    assert rows(DOWN)["swap"] == ["P", "B", "F", ""]


@pytest.mark.parametrize(
    ("check", "letter"),
    [
        ("failed_last", "F"),
        ("failed_first", "F"),
        ("blocked_among", "B"),
        ("passed_among", "P"),
        ("skipped_only", "–"),
        ("accepted_among", "A"),
        ("blocked_and_accepted", "B"),
    ],
)
def test_worst_outcome_wins(check: str, letter: str) -> None:
    """Of several findings in one cell the worst is shown: failed, blocked, accepted, passed, skipped."""
    assert rows(printed("several-outcomes"))[check] == [letter]


def test_failure_is_explained() -> None:
    """A failure says what was seen and wanted, the cause with its catalogue id, and the fix, line under line."""
    lines = DOWN.splitlines()
    head = lines.index("F user-newworker · swap")
    assert lines[head + 1 : head + 7] == [
        "  check   There is no swap now, and none after a reboot.",
        "  seen    (SwapDevice(name='/dev/zram0'),)",
        "  wanted  ()",
        "  cause   nvzramconfig makes swap in compressed memory at each boot  [zram-swap]",
        "  fix     sudo systemctl disable --now nvzramconfig",
        "          sudo reboot",
    ]


def test_blocked_stand_together_by_cause() -> None:
    """What one cause blocks on a node is one entry, and another cause another."""
    heads = [line.rstrip() for line in DOWN.splitlines() if line.startswith("B ")]
    assert heads == ["B user-newworker · sudo", "B user-worker · sudo, headless, swap"]


def test_cause_of_the_blocked_is_told_once() -> None:
    """The reason stands under its entry, not once a check."""
    assert DOWN.count("why     SSH: user-worker: 192.168.10.2 port 22 refuses connections") == 1


def test_verdict() -> None:
    """The last line counts the outcomes, worst first, and leaves out those that did not occur."""
    assert DOWN.splitlines()[-1] == "verdict: 2 failed, 4 blocked, 4 passed"
    assert printed("healthy").splitlines()[-1] == "verdict: 4 passed"


def test_way_to_the_gpu_is_said() -> None:
    """How pods get the GPU stands in the head, where a run has asked the cluster."""
    assert "way to the GPU: runtime-class (found)" in printed("simulated")
    assert "way to the GPU" not in printed("healthy")


def test_pairs_that_were_not_asked_are_said() -> None:
    """Where not every pair of nodes was asked, the head says how many were; else nothing."""
    assert "peers: 1 of 2 pairs of nodes were asked" in printed("simulated")
    assert "peers:" not in printed("healthy")


def test_simulated_is_said_first() -> None:
    """A run on stand-ins says so in its head."""
    assert printed("simulated").strip().startswith("simulated: GPU device nodes, nvpmodel\n")


@pytest.mark.parametrize("name", NAMES)
def test_nothing_steers_the_terminal(name: str) -> None:
    """What a node printed is shown escaped: no control character, no reversed direction."""
    assert unprintable(printed(name)) == []


def test_markup_is_text() -> None:
    """What looks like rich's markup is shown as it stands."""
    assert "[bold]x[/bold]" in printed("control-characters")
