"""What a check reads: facts of a node and the commands and paths that their snippets name, lists of the API, or what a run set up."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from edgeproof.explain.checks import Check
from edgeproof.facts.cluster import ClusterFacts
from edgeproof.facts.cluster.gather import BESIDE, KINDS
from edgeproof.facts.named import Named, named_in
from edgeproof.facts.node.probes import probes_for
from edgeproof.facts.snippet import snippet
from edgeproof.files import EXAMPLE, carried
from edgeproof.inventory import load_inventory
from edgeproof.trial.snippets import SNIPPETS

NODE = frozenset({"node", "agent", "server"})
COMPARED = {
    "branch": "platform",
    "usual_branch": "platform",
    "silent_peers": "answers",
    "same_hostname": "hostname",
    "same_machine_id": "machine_id",
    "same_host_key": "host_keys",
    "same_mac": "links",
    "usual_mtu": "links",
    "worker_image_id": "worker_image",
}
"""The facts that a node's fields of Fleet are compared by."""

DERIVED = {
    "membership": "k3s",
    "kind": "platform",
    "reach": "",
    "link": "links",
    "datastore": "k3s_log",
    "slow_ports": "links",
    "way_out": "answers",
    "shut": "ports",
}
"""Attributes of a node that are no fact of its own, and the fact they come from."""

EXCHANGED = {"clock_off_by_s": "an exchange of times with each node"}
"""Fields of Fleet that no snippet tells."""

MOUNT = "mount"
"""The mount by hand: a snippet as a fact has one."""

URLS = KINDS | BESIDE
OF_API = {
    "api": ("/version",),
    "version": ("/version",),
    "members": (URLS["nodes"],),
    "strangers": (URLS["nodes"],),
    "pods": (URLS["pods"],),
    "persistent_volumes": (URLS["persistent_volumes"],),
    "claims": (URLS["claims"],),
    "runtime_classes": (URLS["runtime_classes"],),
    "service": (URLS["service"],),
    "declared": (),
    "kept_out": (),
    "without_gpu": (),
}
"""The API's paths that each field of ClusterFacts is made of."""

SET_UP = {
    "worker_room": "the Jobs' pods, beside what the API tells of nodes, pods and RuntimeClasses",
    "verify_pods": "a pod of gpu-cluster-verify on each node",
    "claim_pods": "a pod with the claim on each agent",
    "trial_mounts": "the export, mounted by hand on each agent",
    "client_clock": "an exchange of times with each node",
    "standing_mounts": "the NFS mounts of each node and of /etc/fstab, beside the volumes' mountOptions",
    "usual_listing": "the exported folder's listing",
    "workloads": "the Jobs and their shards' records",
    "measured": "",
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
    set_up = dict.fromkeys(text for noun in check.nouns if (text := SET_UP.get(noun)))
    set_up |= dict.fromkeys(EXCHANGED[own] for noun, _, own in check.read if noun in NODE and own in EXCHANGED)
    ssh = any(noun in NODE and name == "reach" for noun, name, _ in check.read)
    named = named_by_fact() | {"": Named(frozenset(), frozenset())}
    return Reads(tuple((fact, named[fact]) for fact in facts if fact in named and fact), tuple(api), tuple(set_up), ssh)


def _facts(noun: str, name: str, own: str) -> Iterator[str]:
    if noun == "nfs_server":
        yield "nfs_server"
    elif noun in NODE and name == "fleet":
        if own in COMPARED:
            yield COMPARED[own]
    elif noun in NODE:
        yield DERIVED.get(name, name)


@cache
def named_by_fact() -> dict[str, Named]:
    """Give what each fact's snippet names, for the example's cluster; `mount` is the mount by hand."""
    inventory = load_inventory(carried(EXAMPLE))
    named = {MOUNT: named_in(snippet(SNIPPETS, "mount"))}
    for node in inventory.nodes.values():
        for probe in probes_for(inventory, node):
            named[probe.name] = named_in(probe.snippet) | named.get(probe.name, Named(frozenset(), frozenset()))
    return named


def _urls(attribute: str) -> tuple[str, ...]:
    return tuple(url for field in sorted(_fields(attribute)) for url in OF_API[field])


@cache
def _fields(attribute: str) -> frozenset[str]:
    """Find the fields of ClusterFacts that an attribute, a method or property of it, reads in the end."""
    return frozenset(_reach(attribute, _own_attributes(), set()))


def _reach(attribute: str, own: dict[str, frozenset[str]], seen: set[str]) -> Iterator[str]:
    if attribute in seen:
        return
    seen.add(attribute)
    if attribute in OF_API:
        yield attribute
    for part in own.get(attribute, ()):
        yield from _reach(part, own, seen)


@cache
def _own_attributes() -> dict[str, frozenset[str]]:
    """Give what each method of ClusterFacts reads of itself."""
    module = ast.parse(inspect.getsource(ClusterFacts))
    methods = [node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)]
    return {
        method.name: frozenset(
            node.attr
            for node in ast.walk(method)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
        )
        for method in methods
    }
