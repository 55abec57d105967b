"""The lab itself: up again changes nothing, a half-dead lab is repaired, a second one stands beside it, down leaves nothing."""

from __future__ import annotations

import sys

from lab.access import inventory_path
from lab.cli import SUDO_VARIABLE
from lab.command import run
from lab.docker import find_docker
from lab.lab import Lab, saved_plan
from lab.login import SUDO_PASSWORD
from lab.machine import runs
from lab.places import CHECKOUT
from lab.up import up
from selftest.lab.suite_run import run_module, run_program, run_suite
from selftest.lab.test_1_healthy import assert_whole

SECOND = "second"
MANIFESTS = CHECKOUT / "manifests"
MANIFESTS_S = 420.0


def ids(lab: Lab) -> list[str]:
    """Give the ids and start times of the lab's containers."""
    names = [node.container for node in lab.nodes] + [lab.gateway_container]
    return lab.docker("inspect", "--format", "{{.Id}} {{.State.StartedAt}}", *names).stdout.split("\n")


def test_up_again_is_a_no_op(lab: Lab) -> None:
    """No container is made or started anew, and the line to use the lab is printed."""
    before = ids(lab)
    said = run_module("lab", "up")
    assert ids(lab) == before
    assert f"export EDGEPROOF_INVENTORY={inventory_path(lab)}" in said


def test_up_repairs_a_half_dead_lab(lab: Lab) -> None:
    """A stopped agent, a removed gateway and a missing firewall rule come back."""
    lab.agents[0].stop()
    lab.docker("rm", "--force", lab.gateway_container)
    run(["iptables", "-D", "DOCKER-USER", "-i", lab.plan.bridge, "-o", lab.plan.bridge, "-j", "ACCEPT"])
    up(lab.plan)
    assert_whole(run_suite(lab, "tests_node", "tests_cluster"))


def test_images_that_are_there_are_not_sent_again(lab: Lab) -> None:
    """Distribution skips every node that has the image."""
    said = run_module("edgeproof", "image", "--inventory", str(inventory_path(lab)))
    assert "sending" not in said
    assert said.count("has it already") == len(lab.agents)


def test_status_tells_nodes_and_faults(lab: Lab) -> None:
    """Every node stands in it."""
    said = run_module("lab", "status")
    assert all(node.name in said for node in lab.nodes)
    assert "faults: none" in said


def test_a_second_lab_stands_beside_the_first_and_leaves_nothing(lab: Lab) -> None:
    """Another name and subnet, reached through the gateway with an agent's key, sudo that asks; its suite passes; down removes it all.

    That is containers, volumes, network, route, rule, agent and state.
    """
    login = ("--jump-host", "--ssh-agent", "--sudo-password")
    run_module("lab", "up", "--name", SECOND, "--subnet", "172.29.0.0/16", "--agents", "1", *login)
    plan, docker = saved_plan(SECOND), find_docker()
    assert plan is not None
    assert docker is not None
    second = Lab(plan, docker)
    try:
        agent = int((second.folder / "agent.pid").read_text())
        assert SUDO_VARIABLE in run_suite(second, "tests_node", "-k", "sudo").text
        assert not (second.folder / "id_ed25519").exists()
        found = run_suite(second, "tests_node", variables={SUDO_VARIABLE: SUDO_PASSWORD})
    finally:
        run_module("lab", "down", "--name", SECOND)
    assert_whole(found)
    for kind, listing in {
        "container": ["ps", "--all"],
        "volume": ["volume", "ls"],
        "network": ["network", "ls"],
    }.items():
        left = docker(*listing, "--quiet", "--filter", f"label=edgeproof.lab={SECOND}").stdout
        assert left == "", kind
    assert "172.29" not in run(["ip", "route"]).stdout
    assert second.plan.bridge not in run(["iptables", "-S"]).stdout
    assert not second.folder.exists()
    assert not runs(agent, "ssh-agent")


def test_down_of_a_lab_that_never_came_up(lab: Lab) -> None:
    """A lab that was refused its subnet, as another has it, takes nothing of that one away."""
    refused = run_program([sys.executable, "-m", "lab", "up", "--name", SECOND, "--subnet", lab.plan.subnet])
    assert refused.returncode == 1
    run_module("lab", "down", "--name", SECOND)
    assert f"unreachable {lab.plan.subnet}" in run(["ip", "route"]).stdout


def test_manifests_apply_as_they_are(lab: Lab) -> None:
    """Plain kubectl takes every manifest, and their pods run and end well in the user's own namespace."""
    files = sorted(MANIFESTS.glob("*.yaml"))
    documents = "\n---\n".join(file.read_text() for file in files)
    kubectl = ("exec", "-i", lab.server.container, "k3s", "kubectl")
    try:
        lab.docker(*kubectl, "apply", "-f", "-", stdin=documents)
        wait = "k3s kubectl wait --timeout=120s"
        lab.server.run(
            f"{wait} --for=condition=Ready pod/nfs-test-pod && {wait} --for=condition=complete job/inference-nfs &&"
            f" {wait} --for=condition=complete job/inference-parallel &&"
            " k3s kubectl rollout status --timeout=60s daemonset/gpu-cluster-verify",
            timeout_s=MANIFESTS_S,
        )
    finally:
        lab.docker(*kubectl, "delete", "--ignore-not-found", "-f", "-", stdin=documents)
