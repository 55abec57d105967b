"""A folder of photos as people have them, in the export: the good files are classified, each bad one costs itself and is named."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest
import yaml

from lab.access import inventory_path
from lab.lab import Lab
from selftest.lab.suite_run import SuiteRun, run_suite
from selftest.worker.odd_files import BAD, GOOD, write_odd_files

FOLDER = "/nfs/images/odd"
CHECKS = "on_one or on_all or predictions or corrupt"
MEASURED = ("on_one", "on_all")


@pytest.fixture(scope="module")
def run(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> SuiteRun:
    """Workload II over a folder with one file of each kind."""
    work = tmp_path_factory.mktemp("odd")
    write_odd_files(work / "odd")
    archive, inventory = work / "odd.tar", work / "cluster.yaml"
    with tarfile.open(archive, "w") as tar:
        tar.add(work / "odd", arcname="odd")
    papers = yaml.safe_load(inventory_path(lab).read_text())
    papers["workload"]["dataset"] = FOLDER
    inventory.write_text(yaml.safe_dump(papers))
    try:
        lab.docker("cp", str(archive), f"{lab.server.container}:/var/tmp/odd.tar")
        lab.server.run(f"tar -xf /var/tmp/odd.tar -C {Path(FOLDER).parent} --no-same-owner; rm /var/tmp/odd.tar")
        return run_suite(lab, "tests_workload", "-k", CHECKS, inventory=inventory)
    finally:
        lab.server.run(f"rm -rf {FOLDER} /var/tmp/odd.tar")


def test_the_good_ones_are_classified(run: SuiteRun) -> None:
    """On one agent as on two; nothing fails, and which are bad on purpose is not known of them."""
    assert run.status == 0, run.text
    assert {check for check, _ in run.ended("passed")} == {"on_one", "on_all", "predictions"}, run.text
    assert {check for check, _ in run.ended("skipped")} == {"corrupt"}, run.text
    assert [run.record["measurements"][check]["images"] for check in MEASURED] == [len(GOOD)] * 2


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("check", MEASURED)
def test_a_bad_one_costs_itself(run: SuiteRun, check: str, kind: str) -> None:
    """The record names it among those that failed, and no other kind."""
    failed = run.record["measurements"][check]["failed_images"]
    assert f"{kind}.jpg" in failed
    assert len(failed) == len(BAD)
