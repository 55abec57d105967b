"""The lab, up and whole, with images in its export and the worker image on its nodes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lab.access import inventory_path
from lab.docker import find_docker
from lab.faults.put_in import mend_all
from lab.lab import Lab, Plan, saved_plan
from lab.up import up
from selftest.lab.suite_run import run_module

IMAGES, CORRUPT = 60, 2
PLANS = {"docker": Plan(), "containerd": Plan(name="containerd", subnet="10.168.0.0/16", runtime="containerd")}
"""The labs that `make demo` brings up, too (Makefile: LAB)."""
OTHER_WAYS = {
    "runtime-class": replace(PLANS["containerd"], name="class", subnet="10.166.0.0/16", gpu="runtime-class"),
    "cdi": replace(PLANS["containerd"], name="cdi", subnet="10.167.0.0/16", gpu="cdi"),
}
"""Labs for the faults that exist only where pods ask for the GPU (Makefile: faults)."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder."""
    for item in items:
        if "selftest/lab/" in item.path.as_posix():
            item.add_marker(pytest.mark.lab)


@pytest.fixture(scope="session")
def lab(pytestconfig: pytest.Config) -> Lab:
    """The lab, whole: brought up if it is not, mended if something is broken in it."""
    runtime, way = pytestconfig.getoption("lab_runtime"), pytestconfig.getoption("lab_gpu")
    usual = OTHER_WAYS.get(way, PLANS[runtime])
    plan = saved_plan(usual.name)
    docker = find_docker()
    if plan is not None and docker is not None:
        mend_all(Lab(plan, docker))
    found = up(plan or usual)
    inventory = ("--inventory", str(inventory_path(found)))
    run_module("edgeproof", "dataset", "--to-export", "--count", str(IMAGES), "--corrupt", str(CORRUPT), *inventory)
    run_module("edgeproof", "image", *inventory)
    return found
