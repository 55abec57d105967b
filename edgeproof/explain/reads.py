"""What a check reads: facts of a node and the commands and paths that their snippets name, lists of the API, or what a run set up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cache

from edgeproof.explain.checks import Check
from edgeproof.explain.made_of import Maker, asked_by, made_of
from edgeproof.facts.cluster import ClusterFacts, parse_cluster
from edgeproof.facts.cluster.gather import BESIDE, KINDS
from edgeproof.facts.named import NOTHING, Named, named_in
from edgeproof.facts.node import NodeFacts, fleet
from edgeproof.facts.node.probes import probes_for
from edgeproof.facts.snippet import snippet
from edgeproof.files import EXAMPLE, carried
from edgeproof.inventory import load_inventory
from edgeproof.trial.snippets import SNIPPETS

NODE = frozenset({"node", "agent", "server"})
NO_FACT = frozenset({"name", "declared", "reach", "fleet", "membership"})
"""What a node has beside facts."""

MOUNT = "mount"
"""The mount by hand: a snippet as a fact has one."""

OF_FLEET = Maker(fleet.fleets_of, "Fleet")
OF_CLUSTER = Maker(parse_cluster, "ClusterFacts", by_attribute=False)

URLS = {**KINDS, **BESIDE, "version": "/version", "reach": "/version"}
"""The API's paths, by what their answers are called."""

NOUNS = NODE | {"nodes", "cluster", "inventory", "storage", "nfs_server"}
"""What checks see facts and cluster.yaml through."""

SET_UP = {
    "way_lacks": "kubernetes.gpu of cluster.yaml, beside what the API tells of nodes and RuntimeClasses",
    "network_policies": "the list of NetworkPolicies",
    "verify_pods": "a pod of gpu-cluster-verify on each node",
    "claim_pods": "a pod with the claim on each agent",
    "trial_mounts": "the export, mounted by hand on each agent",
    "usual_listing": "the exported folder's listing",
    "workloads": "the Jobs and their shards' records",
    "measured": "",
    "worker_room": "the Jobs' pods, beside what the API tells of nodes, pods and RuntimeClasses",
    "standing_mounts": "the NFS mounts of each node and of /etc/fstab, beside the volumes' mountOptions",
    "rebooted": "each node before and after a reboot: its facts, boot id, /proc/mounts, its Node object",
    "client_clock": "an exchange of times with each node",
    "speedup": "the two Jobs over the NFS images",
}
"""What a run sets up, by the noun through which checks see it."""


@dataclass(frozen=True)
class Reads:
    """Facts, each with what its snippet names; API paths; what was set up. `ssh` where the connection itself is judged."""

    facts: tuple[tuple[str, Named], ...]
    api: tuple[str, ...]
    set_up: tuple[str, ...]
    ssh: bool = False


def reads_of(check: Check) -> Reads:
    """Tell what a check reads, by what it asks of its nouns."""
    facts = dict.fromkeys(fact for part in check.read for fact in _facts(*part))
    facts |= {MOUNT: None} if "trial_mounts" in check.nouns else {}
    api = dict.fromkeys(url for noun, name, _ in check.read if noun == "cluster" for url in _urls(name))
    others = [noun for noun in check.nouns if noun not in NOUNS]
    set_up = dict.fromkeys(text for noun in others if (text := SET_UP.get(noun, noun.replace("_", " "))))
    ssh = any(noun in NODE and name == "reach" for noun, name, _ in check.read)
    named = named_by_fact()
    found = tuple((fact, named.get(fact, NOTHING)) for fact in facts if fact and fact not in NO_FACT)
    return Reads(found, tuple(api), tuple(set_up), ssh)


def _facts(noun: str, name: str, own: str) -> Iterator[str]:
    if noun == "nfs_server":
        yield "nfs_server"
    elif noun in NODE and name == "fleet":
        yield from made_of(OF_FLEET, own, facts_of_a_node())
    elif noun in NODE and name == "membership":
        yield "k3s"
    elif noun in NODE:
        yield from asked_by(NodeFacts, name, facts_of_a_node())


@cache
def named_by_fact() -> dict[str, Named]:
    """Give what each fact's snippet names, for the example's cluster, else for one on containerd; `mount` is the mount by hand."""
    inventory = load_inventory(carried(EXAMPLE))
    named = {MOUNT: named_in(snippet(SNIPPETS, "mount"))}
    for node in inventory.nodes.values():
        for probe in probes_for(inventory, node):
            named[probe.name] = named_in(probe.snippet) | named.get(probe.name, NOTHING)
    containerd = inventory.kubernetes.model_copy(update={"runtime": "containerd"})
    on_containerd = inventory.model_copy(update={"kubernetes": containerd})
    for probe in probes_for(on_containerd, inventory.server):
        named.setdefault(probe.name, named_in(probe.snippet))
    return named


def facts_of_a_node() -> frozenset[str]:
    """Name the fields of NodeFacts that are facts."""
    return frozenset(field.name for field in fields(NodeFacts)) - NO_FACT


def _urls(attribute: str) -> tuple[str, ...]:
    """Give the API's paths that an attribute of the cluster rests on in the end."""
    read = asked_by(ClusterFacts, attribute, frozenset(field.name for field in fields(ClusterFacts)))
    asked = (made_of(OF_CLUSTER, field, frozenset(URLS)) for field in sorted(read))
    return tuple(URLS[name] for names in asked for name in names)
