"""A run's end: the record is written, the matrix printed, the exit status set."""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from edgeproof.errors import EdgeproofError
from edgeproof.facts.observed import Blocked, reason
from edgeproof.inventory import Inventory
from edgeproof.plugin.leftovers import remove_left
from edgeproof.plugin.session import INVENTORY, INVENTORY_PATH, gathered_cluster, gathered_nodes, is_worker
from edgeproof.plugin.sudo import PASSWORD
from edgeproof.report import Finding, RunRecord, fix_plan, measurements_of, print_matrix, write_record
from edgeproof.say import Say

if TYPE_CHECKING:
    from edgeproof.facts.cluster import ClusterFacts
    from edgeproof.facts.node import NodeFacts

FILE_COLUMNS = 160
"""Columns of the matrix where the output goes to a file or a pipe."""


HIDDEN = "edgeproof_bundle_hidden"
BUNDLES = ("edgeproof_bundle", HIDDEN)
"""Options that name a bundle to write, without and with names and addresses hidden."""


class Recorder:
    """Collects the findings of all processes; lives in the controller only."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.findings: list[Finding] = []
        self.left: list[EdgeproofError] = []
        self.measurements: dict[str, Any] = {}
        self.started = datetime.now().astimezone().isoformat(timespec="seconds")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the finding a suite's report carries, and what its test measured."""
        data: dict[str, Any] | None = getattr(report, "finding", None)
        if data is None:
            return
        self.findings.append(Finding(**data))
        measured: dict[str, Any] | None = getattr(report, "measurement", None)
        if measured:
            self.measurements[data["check"]] = measured

    @pytest.hookimpl(optionalhook=True)
    def pytest_benchmark_update_json(self, output_json: dict[str, Any]) -> None:
        """Put what was measured, the speedup too, beside pytest-benchmark's own numbers (--benchmark-json)."""
        if self.measurements:
            output_json["edgeproof"] = self.measurements

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """A run with a blocked item, or that leaves something in the cluster, is not a passed run."""
        self.left = remove_left(self.config)
        is_blocked = any(finding.outcome == "blocked" for finding in self.findings)
        if session.exitstatus == pytest.ExitCode.OK and (is_blocked or self.left):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Write the record and the fix plan, and print the matrix; say what the run left in the cluster."""
        for error in self.left:
            terminalreporter.write_line(f"left in the cluster: {error}\n  fix  {error.fix}", red=True)
        if not self.findings:
            return
        record = self.record()
        for path in self._record_paths():
            write_record(record, path)
        plan: Path | None = self.config.getoption("edgeproof_fix_plan")
        if plan is not None:
            plan.write_text(fix_plan(record), encoding="utf-8")
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")  # a terminal in an old encoding gets `?` for what it lacks
        terminalreporter.ensure_newline()
        terminalreporter.flush()
        print_matrix(
            record, Console(file=sys.stdout, highlight=False, width=None if sys.stdout.isatty() else FILE_COLUMNS)
        )
        if plan is not None:
            terminalreporter.write_line(f"fix plan, for a person to review: {plan}")
        for option in BUNDLES:
            target: Path | None = self.config.getoption(option)
            if target is not None:
                self._bundle(target, option == HIDDEN, record, terminalreporter.write_line)

    def _bundle(self, target: Path, hide_names: bool, record: RunRecord, say: Say) -> None:
        """Record the cluster for a bug report; what stands in the way is one line, for the run itself is over."""
        from edgeproof.bundle import Wanted, make_bundle

        text = self.config.stash[INVENTORY_PATH].read_text(encoding="utf-8")
        wanted = Wanted(self.config.stash[INVENTORY], text, target, hide_names, asdict(record))
        try:
            make_bundle(wanted, self.config.stash[PASSWORD], say)
        except EdgeproofError as error:
            say(f"no bundle: {error}")

    def _record_paths(self) -> list[Path]:
        given: Path | None = self.config.getoption("edgeproof_run_record")
        cache: Any = getattr(self.config, "cache", None)
        kept = [Path(cache.mkdir("edgeproof")) / "run.json"] if cache is not None else []
        return kept + ([given] if given is not None else [])

    def record(self) -> RunRecord:
        """Make the run's record of what was found."""
        inventory = self.config.stash[INVENTORY]
        nodes = gathered_nodes(self.config)
        simulated = {what: None for facts in nodes.values() for what in facts.simulated}
        return RunRecord(
            started=self.started,
            inventory=str(self.config.stash[INVENTORY_PATH]),
            nodes=tuple(inventory.nodes),
            simulated=tuple(simulated),
            findings=tuple(self.findings),
            measurements=measurements_of(self.measurements),
            platforms=_platforms(nodes),
            gpu_way=_gpu_way(gathered_cluster(self.config)),
            peers=_peers(nodes, inventory),
        )


def _platforms(nodes: Mapping[str, NodeFacts]) -> dict[str, str]:
    """Say of each node that told it what board it is, and with which release."""
    return {name: str(facts.platform) for name, facts in nodes.items() if reason(facts, "platform") is None}


def _gpu_way(cluster: ClusterFacts | None) -> str:
    """Say how pods get the GPU, where the API told."""
    try:
        return str(cluster.gpu_way) if cluster is not None else ""
    except Blocked:
        return ""


def _peers(nodes: Mapping[str, NodeFacts], inventory: Inventory) -> dict[str, tuple[str, ...]]:
    """Name the others that each node asked for an answer, where it could ask at all."""
    from edgeproof.facts.node.peers import peers_of

    asking = (facts.declared for facts in nodes.values() if reason(facts, "answers") is None)
    return {node.name: tuple(peer.name for peer in peers_of(inventory, node)) for node in asking}


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Start the recorder, once a run."""
    if not is_worker(config):
        config.pluginmanager.register(Recorder(config), "edgeproof-recorder")
