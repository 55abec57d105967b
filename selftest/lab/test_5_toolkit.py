"""NVIDIA's own container toolkit on a node, in each of its modes: csv (JetPack 4 to 6), cdi (JetPack 7's way) and auto, the lab's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab import limits
from lab.images.container_images import NAMES
from lab.images.container_toolkit import VERSION
from lab.k3s import CDI, GENERATE_CDI
from lab.lab import Lab, Node
from selftest.lab.suite_run import run_suite
from selftest.lab.test_1_healthy import assert_whole

GPU = "device_query or gpu_as_user or versions_fit or l4t_mount_lists or cdi"
MODE = "nvidia-ctk --quiet config --in-place --set nvidia-container-runtime.mode="
QUERY = f"docker run --rm %s {NAMES['device_query']}"


@pytest.fixture(params=["csv", "cdi", "auto"])
def mode(lab: Lab, request: pytest.FixtureRequest) -> Iterator[str]:
    """The last agent's runtime, in that mode; in mode auto again afterwards."""
    node = lab.agents[-1]
    try:
        if request.param == "cdi":
            node.run(GENERATE_CDI)
        node.run(MODE + request.param)
        yield request.param
    finally:
        node.run(f"{MODE}auto; rm -f {CDI}")


def passes(node: Node, *variables: str) -> bool:
    """Tell whether deviceQuery passes in a container that has these variables besides its image's."""
    query = QUERY % " ".join(f"--env {variable}" for variable in variables)
    return node.run(query, timeout_s=limits.MEND_S, check=False).stdout.strip().endswith("Result = PASS")


def test_mode(lab: Lab, mode: str) -> None:
    """The GPU is found in each, by the suite's own checks, and only where NVIDIA_VISIBLE_DEVICES asks for it."""
    node = lab.agents[-1]
    assert_whole(run_suite(lab, "tests_node", "-k", GPU))
    assert passes(node, "NVIDIA_VISIBLE_DEVICES=all"), mode
    assert not passes(node, "NVIDIA_VISIBLE_DEVICES=void"), mode
    assert not passes(node, "NVIDIA_VISIBLE_DEVICES=no-such-device"), mode
    assert passes(node, "NVIDIA_VISIBLE_DEVICES=nvidia.com/gpu=all") == (mode == "cdi")
    plain = node.run(f"docker run --rm {NAMES['busybox']} ls /dev", timeout_s=limits.MEND_S).stdout.split()
    assert "null" in plain
    assert "nvmap" not in plain


def test_versions(lab: Lab) -> None:
    """The programs tell the version that was built."""
    said = (
        lab.agents[-1].run("nvidia-ctk --version; nvidia-container-runtime --version; nvidia-cdi-hook --version").stdout
    )
    assert said.count(f"version {VERSION}") == 3, said
