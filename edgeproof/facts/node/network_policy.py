"""Whether K3s's network policy controller started on the node, which alone makes NetworkPolicies hold there; by K3s's own words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from edgeproof import limits
from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Facts, Unobserved
from edgeproof.facts.probe import Output, Probe
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory, Node
from edgeproof.quoted import shortened


@dataclass(frozen=True, repr=False)
class NetworkPolicy(Facts):
    """What K3s said of its controller when it last started: whether that runs, and in which words."""

    controller_runs: bool
    said: str

    def unenforced(self, policies: tuple[str, ...]) -> tuple[str, ...]:
        """Give those of the cluster's policies that have no effect on this node: all of them, or none."""
        return () if self.controller_runs else policies


def parse_network_policy(output: Output) -> NetworkPolicy | Unobserved:
    """The newest line that tells that the controller starts, or is left out (k3s-io/k3s, pkg/agent/netpol); then `read STATUS`."""
    status = re.search(r"^read ([0-9]{1,3})$", output.stdout, re.M)
    if status is None or status[1] != "0":
        return Unobserved("the journal of K3s could not be read in time")
    lines = re.findall(r"^.*[Nn]etwork policy controller.*$", output.stdout, re.M)
    if not lines:
        return Unobserved("since boot the journal of K3s says nothing of its network policy controller")
    message = re.search(r'msg="((?:[^"\\]|\\.)*)"', lines[-1])
    said = shortened((message[1] if message else lines[-1]).replace('\\"', '"').strip())
    if "Skipping network policy controller start" in said:
        return NetworkPolicy(False, said)
    if "Starting network policy controller" in said:
        return NetworkPolicy(True, said)
    return Unobserved(f"K3s said last of its network policy controller: {said}")


NETWORK_POLICY = Probe(
    "network_policy",
    snippet(SNIPPETS, "network_policy", journal_s=f"{limits.JOURNAL_S:g}"),
    parse_network_policy,
    root=True,
)


@dataclass(frozen=True, repr=False)
class NetworkPolicyFacts(Facts):
    """Whether NetworkPolicies hold on the node."""

    network_policy: NetworkPolicy


def probes(inventory: Inventory, node: Node) -> tuple[Probe[Any], ...]:
    """Give the probes of `NetworkPolicyFacts`, by its fields' names."""
    return (NETWORK_POLICY,)
