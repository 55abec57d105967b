"""Every fault is found: by exactly the check that is for it, on exactly its node; what rests on it is blocked."""

from __future__ import annotations

from typing import Any

import pytest

from lab import limits
from lab.faults.fault import Fault
from lab.faults.put_in import FAULTS, mend_all, put_in
from lab.lab import WAYS, Lab, Node
from lab.places import CHECKOUT
from lab.waiting import comes_true
from selftest.lab.fix_run import run_fix, why_not_run
from selftest.lab.passes import has_passed, note_pass
from selftest.lab.started_run import started
from selftest.lab.suite_run import SuiteRun, run_suite
from selftest.lab.test_1_healthy import assert_whole

BOTH = ("tests_node", "tests_cluster")
CLUSTER = "cluster"
KNOWN_TO_THE_API = {"versions", "worker_label", "schedulable", "gpu_advertised"}
"""What the API server remembers of a node that is off."""
IN_CLUSTER = {"gpu_in_pod", "mount", "pod_with_claim", "pod_reaches_pods", "listing"}


@pytest.mark.parametrize("name", FAULTS)
def test_fault(lab: Lab, name: str, pytestconfig: pytest.Config) -> None:
    """Break, run the suites, compare, run the fix as it is printed, see the check pass, mend; with --resume a fault that passed with the same code is not put in again."""
    resumes = pytestconfig.getoption("resume")
    fault = FAULTS[name]
    if why := fault.why_not(lab.plan):
        pytest.skip(why)
    if resumes and lab.plan.gpu != WAYS[0] and WAYS[0] in fault.ways:
        pytest.skip(f"put in where pods get the GPU by {WAYS[0]}")
    if not (fault.is_daily or resumes or pytestconfig.option.keyword):
        pytest.skip("put in by make test-all SHAPE=docker, or by -k NAME")
    if resumes and has_passed(lab.plan.runtime, name):
        pytest.skip("passed with this code already")
    try:
        where, run = broken_run(lab, fault)
        finding = assert_found(lab, fault, where, run)
        if not why_not_run(fault):
            run_fix(lab, finding["fix"], where)
            assert_mended(lab, fault)
    finally:
        mend_all(lab)
    if resumes:
        note_pass(lab.plan.runtime, name)


def assert_found(lab: Lab, fault: Fault, where: Node, run: SuiteRun) -> dict[str, Any]:
    """See that exactly its check fails, on exactly its nodes, with its row, and that exactly what rests on it is blocked; give the finding."""
    accused = {
        "its node": {where.name},
        "the cluster": {CLUSTER},
        "every node": {each.name for each in lab.nodes},
        "its node and the server": {where.name, lab.server.name},
        "its node and its peer": {where.name, lab.peer_of(where).name},
    }[fault.shown_by]
    assert run.status == 1, run.text
    assert run.ended("failed") == {(fault.check, each) for each in accused}, run.text
    assert run.ended("blocked") == blocked_by(fault, where, lab, run), run.text
    finding = run.finding(fault.check, where.name if where.name in accused else CLUSTER)
    assert finding["cause"], run.text
    assert finding["fix"], run.text
    assert finding["catalogue_id"] == fault.catalogue_id, run.text
    return finding


def assert_mended(lab: Lab, fault: Fault) -> None:
    """See that a fault's check passes, or has nothing to judge any more, once the cluster has had its time to act on the fix."""
    runs = []

    def is_mended() -> bool:
        runs.append(run_suite(lab, place_of(fault)))
        return runs[-1].status == 0 and not runs[-1].ended("blocked")

    assert comes_true(is_mended, limits.MEND_S), runs[-1].text


def place_of(fault: Fault) -> str:
    """Name a fault's check as pytest does: its file, and its function."""
    function = f"def test_{fault.check}("
    file = next(file for file in (CHECKOUT / fault.suite).glob("test_*.py") if function in file.read_text())
    return f"{fault.suite}/{file.name}::test_{fault.check}"


def broken_run(lab: Lab, fault: Fault) -> tuple[Node, SuiteRun]:
    """Put the fault in and run the suites, or while a job works that it strikes; give its node, too."""
    if not fault.strikes:
        where = put_in(lab, fault.name)
        return where, run_suite(lab, *suites(fault))
    with started(lab, fault.strikes, *suites(fault)) as going:
        where = put_in(lab, fault.name)
        return where, going.ended()


def suites(fault: Fault) -> tuple[str, ...]:
    """What to run: a fault of the board that nothing in the cluster rests on is looked for on the boards alone."""
    if fault.suite == "tests_workload":
        return (fault.suite,)
    alone = fault.suite == "tests_node" and not fault.blocks & IN_CLUSTER and not fault.powers_off
    return BOTH[:1] if alone else BOTH


def blocked_by(fault: Fault, where: Node, lab: Lab, run: SuiteRun) -> set[tuple[str, str]]:
    """Give (check, node) of what must be blocked: of workloads, on all nodes; on a board that is off, whatever is asked of it and has a meaning on the others."""
    if fault.powers_off:
        findings = run.record["findings"]
        of_others = {f["check"] for f in findings if f["node"] != where.name and f["outcome"] == "skipped"}
        of_it = {f["check"]: f["outcome"] for f in findings if f["node"] == where.name}
        meaningless = {check for check, outcome in of_it.items() if outcome == "skipped"} & of_others
        asked_of_it = set(of_it) - KNOWN_TO_THE_API - meaningless
        return {(check, where.name) for check in asked_of_it - {fault.check}}
    if fault.suite == "tests_workload":
        return {(f["check"], f["node"]) for f in run.record["findings"] if f["check"] in fault.blocks}
    nodes = lab.agents if fault.spreads else (where,)
    more = fault.blocks_on_containerd if lab.plan.runtime == "containerd" else frozenset()
    here = {(check, where.name) for check in fault.blocks_here | more}
    return here | {(check, node.name) for check in fault.blocks for node in nodes}


def test_mended(lab: Lab) -> None:
    """After all of them everything passes again."""
    assert_whole(run_suite(lab, *BOTH))
