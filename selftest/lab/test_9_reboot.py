"""Reboots of an agent: what comes with the boot fails alone, a healthy one passes, one on which somebody's pod runs is left alone."""

from __future__ import annotations

import subprocess
import sys

import pytest

from lab import limits
from lab.access import inventory_path
from lab.faults.put_in import mend_all, put_in
from lab.lab import Lab, Node
from lab.places import CHECKOUT
from selftest.lab.suite_run import environment, run_suite
from selftest.lab.test_1_healthy import assert_whole

POD = """apiVersion: v1
kind: Pod
metadata: {{name: somebodys, namespace: default}}
spec:
  nodeName: {node}
  terminationGracePeriodSeconds: 0
  containers: [{{name: busybox, image: "busybox:latest", imagePullPolicy: Never, command: [sleep, "86400"]}}]
"""
RUN_S = 120.0


def boot_id(node: Node) -> str:
    """Give the id of the boot that the node is in."""
    return node.run("cat /proc/sys/kernel/random/boot_id").stdout.strip()


@pytest.fixture
def agent(lab: Lab) -> Node:
    """The last agent."""
    return lab.agents[-1]


def test_swap_that_comes_with_the_boot(lab: Lab, agent: Node) -> None:
    """Exactly that check fails, with its row; mended and rebooted once more, all passes."""
    before = boot_id(agent)
    try:
        put_in(lab, "swap-after-reboot", agent.name)
        run = run_suite(lab, "tests_reboot", f"--edgeproof-reboot={agent.name}")
    finally:
        mend_all(lab)
    assert boot_id(agent) != before
    assert run.ended("failed") == {("swap_as_before", agent.name)}, run.text
    assert run.ended("blocked") == set(), run.text
    finding = run.finding("swap_as_before", agent.name)
    assert finding["catalogue_id"] == "zram-swap", run.text
    assert "systemctl disable --now nvzramconfig" in finding["fix"], run.text
    agent.run("swapoff -a")
    mended = run_suite(lab, "tests_reboot", f"--edgeproof-reboot={agent.name}")
    assert_whole(mended)
    assert {node for _, node in mended.ended("passed")} == {agent.name}


def test_a_pod_of_somebodys(lab: Lab, agent: Node) -> None:
    """The node on which it runs is not rebooted, and it is named."""
    before = boot_id(agent)
    kubectl = ("exec", "-i", lab.server.container, "k3s", "kubectl")
    text = POD.format(node=agent.name)
    try:
        lab.docker(*kubectl, "apply", "-f", "-", stdin=text)
        run = run_suite(lab, "tests_reboot", f"--edgeproof-reboot={agent.name}")
    finally:
        lab.docker(*kubectl, "delete", "--ignore-not-found", f"--timeout={limits.DELETE_S:.0f}s", "-f", "-", stdin=text)
    assert boot_id(agent) == before
    assert (run.ended("failed"), run.ended("passed")) == (set(), set()), run.text
    assert "default/somebodys" in run.finding("back", agent.name)["why"], run.text


def test_nobody_said_yes(lab: Lab, agent: Node) -> None:
    """Without a terminal and without --yes the command says what it would do, and does nothing."""
    before = boot_id(agent)
    words = ["reboot", "--inventory", str(inventory_path(lab)), "--node", agent.name]
    done = subprocess.run(
        [sys.executable, "-m", "edgeproof", *words], cwd=CHECKOUT, env=environment(), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=RUN_S, check=False,
    )  # fmt: skip
    assert (done.returncode, boot_id(agent)) == (4, before)
    assert f"nothing was rebooted; with --yes it would reboot {agent.name}" in done.stderr
