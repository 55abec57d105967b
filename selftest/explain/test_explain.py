"""Every check and every row of the catalogue can be explained; what the explanation says is read from what runs."""

from __future__ import annotations

import dataclasses

import pytest
from typer.testing import CliRunner

from edgeproof.cli import app
from edgeproof.diagnose import catalogue, catalogue_rows
from edgeproof.explain import Check, explain, known_checks, nearest, reads_of, rows_of
from edgeproof.explain.made_of import made_of
from edgeproof.explain.reads import OF_CLUSTER, OF_FLEET, URLS, facts_of_a_node
from edgeproof.facts.node.facts import Fleet
from selftest.house.kept_for_later import UNUSED_CATALOGUE_ROWS
from selftest.plugin.test_advice import PLACES, name_of


def test_all_checks_are_known() -> None:
    """The checks are those of the suites, in their order."""
    wanted = [(suite, name_of(check)) for (suite, _), checks in PLACES.items() for check in checks]
    assert [(check.suite, check.name) for check in known_checks()] == wanted


@pytest.mark.parametrize("check", known_checks(), ids=lambda check: f"{check.suite}/{check.name}")
def test_check(check: Check) -> None:
    """A check's explanation has its sentence, something that it reads, and each row that its advice can come to with its fix."""
    text = " ".join(explain(check.name).split())
    assert check.sentence in text
    assert check.place in text
    reads = reads_of(check)
    assert reads.facts or reads.api or reads.set_up or reads.ssh
    for row in rows_of(check):
        assert f"{row}: {' '.join(catalogue(row).cause.split())}" in text
        assert " ".join(catalogue(row).fix.split()) in text


@pytest.mark.parametrize("row", catalogue_rows())
def test_row(row: str) -> None:
    """A row's explanation has cause, fix and source, and names the checks that give it: each row has one, but those that wait."""
    text = " ".join(explain(row).split())
    assert all(
        " ".join(part.split()) in text for part in (catalogue(row).cause, catalogue(row).fix, catalogue(row).source)
    )
    givers = [check.name for check in known_checks() if row in rows_of(check)]
    assert all(giver in text for giver in givers)
    assert (givers == []) is (row in UNUSED_CATALOGUE_ROWS)


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(Fleet)])
def test_what_is_compared_comes_from_a_fact(field: str) -> None:
    """Each field of Fleet is found to rest on a fact."""
    assert made_of(OF_FLEET, field, facts_of_a_node())


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("strangers", {"nodes"}),
        ("pods", {"pods"}),
        ("claims", {"claims"}),
        ("runtime_classes", {"runtime_classes"}),
        ("service", {"service"}),
    ],
)
def test_what_the_cluster_s_facts_come_from(field: str, names: set[str]) -> None:
    """A field of ClusterFacts is found to be made of what its list call gave."""
    assert set(made_of(OF_CLUSTER, field, frozenset(URLS))) >= names


@pytest.mark.parametrize(
    ("name", "fact", "said"),
    [
        ("swap", "swap", "/etc/fstab"),
        ("peers", "answers", "ping"),
        ("joined", "k3s", "systemctl"),
        ("export", "nfs_server", "exportfs"),
        ("mount", "mount", "mount"),
    ],
)
def test_reads(name: str, fact: str, said: str) -> None:
    """What a check reads is found through fleet, membership, the NFS server and the mount by hand."""
    check = next(check for check in known_checks() if check.name == name)
    named = dict(reads_of(check).facts)[fact]
    assert said in named.commands | named.paths


def test_reads_of_the_api() -> None:
    """What a property of the cluster rests on is found: the versions ask for nodes and the server's own."""
    check = next(check for check in known_checks() if check.name == "versions")
    assert set(reads_of(check).api) == {"/api/v1/nodes", "/version"}


def test_rows_are_found_through_calls() -> None:
    """A row is found where another module, or a table of functions, names it."""
    rows = {check.name: rows_of(check) for check in known_checks()}
    assert "nfs-busybox-mount" in rows["mount"]
    assert "unified-memory-oom" in rows["daemon_set"]
    assert rows["machine_id"] == ("cloned-machine-id",)
    assert rows["ssh"] == ()


def test_command() -> None:
    """The command explains a check and a row, and without a name lists all checks."""
    for word, said in (("swap", "There is no swap now"), ("slow-node", "given by"), ("", "tests_node")):
        done = CliRunner().invoke(app, ["explain", *([word] if word else [])])
        assert done.exit_code == 0
        assert said in done.stdout


@pytest.mark.parametrize(("word", "near"), [("sawp", "swap"), ("slow_node", "slow-node"), ("thermals", "thermal")])
def test_unknown_word(word: str, near: str) -> None:
    """A word that is neither ends with 2, and with the nearest names."""
    done = CliRunner().invoke(app, ["explain", word])
    assert done.exit_code == 2
    assert f"{word}: no such check" in done.stderr
    assert f"edgeproof explain {near}" in done.stderr
    assert near in nearest(word)
