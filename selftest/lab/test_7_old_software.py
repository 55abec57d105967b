"""worker/Dockerfile's image on a base with torch 1.10, run as the workloads' Jobs by both profiles (`make test-all`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab import limits
from lab.access import inventory_path
from lab.lab import Lab, side_by_side
from selftest.lab.old_base import NAME, import_base
from selftest.lab.suite_run import run_module
from selftest.lab.test_4_workloads import measure

WORKER = "edgeproof-old:v1"


@pytest.fixture(scope="module")
def old(lab: Lab, pytestconfig: pytest.Config) -> Iterator[dict[str, Any]]:
    """An inventory whose worker's image is built on that base, and the image on every agent; both are removed again."""
    if not pytestconfig.getoption("old_image"):
        pytest.skip("a base of 2 GB is made and sent to every agent: --old-image does it")
    papers: dict[str, Any] = yaml.safe_load(inventory_path(lab).read_text())
    papers["images"] = {"worker": WORKER, "worker_base": NAME}
    import_base(lab.server)
    try:
        yield papers
    finally:
        remove = f"docker rmi --force {WORKER} {NAME} 2>/dev/null; true"
        side_by_side(lab.nodes, lambda node: node.run(remove, timeout_s=limits.BUILD_S))


def written(papers: dict[str, Any], folder: Path) -> Path:
    """Write an inventory."""
    file = folder / "cluster.yaml"
    file.write_text(yaml.safe_dump(papers))
    return file


@pytest.mark.parametrize("profile", ["seed", "tuned"])
def test_torch_1_10_in_the_lab(lab: Lab, old: dict[str, Any], tmp_path: Path, profile: str) -> None:
    """All checks of the workloads pass, and every shard says which Python and torch it had, which are the old ones."""
    papers = {**old, "workload": {**old["workload"], "profile": profile}}
    inventory = written(papers, tmp_path)
    run_module("edgeproof", "image", "--inventory", str(inventory))
    _, benchmarks = measure(lab, tmp_path / "out.json", inventory)
    shards = [shard for benchmark in benchmarks.values() for shard in benchmark["extra_info"]["shards"]]
    assert {(shard["profile"], shard["torch"].split("+")[0][:4]) for shard in shards} == {(profile, "1.10")}
    assert {shard["python"][:4] for shard in shards} <= {"3.6.", "3.9."}
    assert len(shards) == 5
