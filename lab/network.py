"""The lab's network: a bridge of its own with no way out, and the gateway that plays the mission's laptop."""

from __future__ import annotations

import shutil

from lab.command import run
from lab.lab import DNS, LABEL, Lab

UNREACHABLE_METRIC = "4096"


def ensure_network(lab: Lab, image: str) -> None:
    """Make network, firewall rule, route and gateway where they are missing."""
    plan = lab.plan
    if not lab.docker.exists("network", plan.network):
        lab.docker.create(
            "network",
            plan.network,
            internal="true",
            subnet=plan.subnet,
            gateway=str(plan.bridge_address),
            label=f"{LABEL}={plan.name}",
            opt=f"com.docker.network.bridge.name={plan.bridge}",
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
    if lab.docker.exists("container", lab.gateway_container):
        lab.docker("start", lab.gateway_container)
        return
    hosts = " ".join(f"--host-record={node.name},{node.address}" for node in lab.nodes)
    lab.docker.run_container(
        lab.gateway_container,
        image,
        "/lab-gateway",
        hostname="laptop",
        label=f"{LABEL}={lab.plan.name}",
        network=lab.plan.network,
        ip=str(lab.plan.gateway),
        cap_add="NET_ADMIN",
        restart="unless-stopped",
        env=[f"LAB_DNS={DNS}", f"LAB_HOSTS={hosts}", f"LAB_JUMP={int(lab.plan.jump_host)}"],
    )


def remove_network(lab: Lab) -> None:
    """Take away network, firewall rule and route.

    Where the network was never made, its addresses may be another lab's, whose route is not this one's to delete.
    """
    if not lab.docker.exists("network", lab.plan.network):
        return
    if shutil.which("iptables"):
        run(["iptables", "-D", *_rule(lab)], check=False)
    subnet = "{{(index .IPAM.Config 0).Subnet}}"
    found = lab.docker("network", "inspect", "--format", subnet, lab.plan.network).stdout.strip()
    run(["ip", "route", "del", "unreachable", found, "metric", UNREACHABLE_METRIC], check=False)
    lab.docker("network", "rm", lab.plan.network)
