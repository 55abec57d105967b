"""The lab's network: a bridge of its own with no way out, and the gateway that plays the mission's laptop."""

from __future__ import annotations

import shutil

from lab.command import run
from lab.model import DNS, LABEL, Lab

UNREACHABLE_METRIC = "4096"


def ensure_network(lab: Lab, image: str) -> None:
    """Make network, firewall rule, route and gateway where they are missing."""
    plan, engine = lab.plan, lab.engine
    if not engine.exists("network", plan.network):
        engine(
            "network",
            "create",
            "--internal",
            "--subnet",
            plan.subnet,
            "--gateway",
            str(plan.bridge_address),
            "--label",
            f"{LABEL}={plan.name}",
            "--opt",
            f"com.docker.network.bridge.name={plan.bridge}",
            plan.network,
        )
    # Whatever happens to the bridge, the lab's addresses never leave this machine.
    run(["ip", "route", "replace", "unreachable", plan.subnet, "metric", UNREACHABLE_METRIC])
    if run(["iptables", "-C", *_rule(lab)], check=False).status != 0:
        # Docker's rules for an internal network would drop pods' packets between nodes (bridge-nf-call-iptables).
        run(["iptables", "-I", *_rule(lab)])
    _ensure_gateway(lab, image)


def _rule(lab: Lab) -> list[str]:
    return ["DOCKER-USER", "-i", lab.plan.bridge, "-o", lab.plan.bridge, "-j", "ACCEPT"]


def _ensure_gateway(lab: Lab, image: str) -> None:
    engine, name = lab.engine, lab.gateway_container
    if engine.exists("container", name):
        engine("start", name)
        return
    hosts = " ".join(f"--host-record={node.name},{node.address}" for node in lab.nodes)
    engine(
        "run",
        "--detach",
        "--pull",
        "never",
        "--name",
        name,
        "--hostname",
        "laptop",
        "--label",
        f"{LABEL}={lab.plan.name}",
        "--network",
        lab.plan.network,
        "--ip",
        str(lab.plan.gateway),
        "--cap-add",
        "NET_ADMIN",
        "--restart",
        "unless-stopped",
        "--env",
        f"LAB_DNS={DNS}",
        "--env",
        f"LAB_HOSTS={hosts}",
        image,
        "/lab-gateway",
    )


def remove_network(lab: Lab) -> None:
    """Take away network, firewall rule and route."""
    if lab.engine.exists("network", lab.plan.network):
        lab.engine("network", "rm", lab.plan.network)
    if shutil.which("iptables"):
        run(["iptables", "-D", *_rule(lab)], check=False)
    run(["ip", "route", "del", "unreachable", lab.plan.subnet, "metric", UNREACHABLE_METRIC], check=False)
