"""Loads a cluster folder, and merges over it what a case says differs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field

from edgeproof.files import own_yaml
from selftest.replay.machine import Form, Machine, Text, machine_of, merged, merged_machine, without_nulls

FORM = "edgeproof.cluster/1"
BASES = Path(__file__).parent / "bases"
COMMON = "common.yaml"
"""Beside the bases' folders: what every machine of theirs has, where it does not say otherwise itself."""

EVERY_NODE = "*"


@dataclass(frozen=True)
class Cluster:
    """A cluster as data: the inventory as text and as parsed (empty where it is not YAML), the machines as mappings."""

    inventory_text: str
    inventory: Text
    machines: dict[str, Text]
    api: Text
    ssh_config: str = ""
    hosts: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    home: dict[str, str | None] = field(default_factory=dict)
    silent: tuple[str, ...] = ()
    skipped: tuple[Text, ...] = ()

    def nodes(self) -> dict[str, Text]:
        """Give what the inventory says of each node, by its name."""
        found = self.inventory.get("nodes")
        return (
            {str(name): node for name, node in found.items() if isinstance(node, dict)}
            if isinstance(found, dict)
            else {}
        )

    def server_address(self) -> str:
        """Give the address of the first node of role server, or of both roles; '' where there is none."""
        servers = [node for node in self.nodes().values() if node.get("role") in ("server", "both")]
        return str(servers[0].get("address", "")) if servers else ""

    def network(self, key: str, default: Any) -> Any:
        """Give a value of the inventory's `network:`."""
        network = self.inventory.get("network")
        return network.get(key, default) if isinstance(network, dict) else default

    def machine(self, name: str) -> Machine:
        """Make the model of one machine; raises pydantic.ValidationError."""
        given = self.machines[name]
        node = self.nodes().get(name, {})
        ssh = self.inventory.get("ssh") or {}
        port = node.get("port") or (ssh.get("port") if node else None) or 22
        return machine_of(name, {"port": port, **given})


class Differs(Form):
    """What a case says differs from its base. `silent` are addresses of name servers that answer nobody.

    `without` are nodes of the base that this cluster never had: a case that does not speak of them is played in less time.
    """

    cluster_yaml: dict[str, Any] | str | None = Field(default=None, alias="cluster.yaml")
    ssh_config: str | None = None
    hosts: str = ""
    environment: dict[str, str] = Field(default={})
    home: dict[str, str | None] = Field(default={})
    silent: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    nodes: dict[str, Text | None] = Field(default={})
    api: Text | None = Field(default={})


def read_yaml(file: Path) -> Any:
    """Read a YAML file; raises yaml.YAMLError with the place."""
    return own_yaml(file.read_text(encoding="utf-8"))


@lru_cache
def load_base(folder: Path) -> Cluster:
    """Load a cluster folder; raises ValueError where it is of another form."""
    about = read_yaml(folder / "about.yaml")
    if about.get("form") != FORM:
        raise ValueError(f"{folder}/about.yaml: form is {about.get('form')!r}, not {FORM}")
    text = (folder / "cluster.yaml").read_text(encoding="utf-8")
    raw = {file.stem: read_yaml(file) for file in sorted((folder / "nodes").glob("*.yaml"))}
    beside = folder.parent / COMMON
    common = read_yaml(beside) if beside.exists() else {}
    api, ssh_config = folder / "api.yaml", folder / "ssh_config"
    return Cluster(
        inventory_text=text,
        inventory=own_yaml(text),
        machines={name: merged_machine(common, like_others(name, raw)) for name in raw},
        api=read_yaml(api) if api.exists() else {},
        ssh_config=ssh_config.read_text(encoding="utf-8") if ssh_config.exists() else "",
        skipped=tuple(about.get("skipped") or ()),
    )


def like_others(name: str, raw: Mapping[str, Text]) -> Text:
    """Give a machine's whole description: what it says, over that of the one it is `like`."""
    own = {key: value for key, value in raw[name].items() if key != "like"}
    like = raw[name].get("like")
    return merged_machine(like_others(str(like), raw), own) if like else own


def differing(base: Cluster, differs: Differs) -> Cluster:
    """Merge over a base what a case says differs."""
    base = _smaller(base, differs.without) if differs.without else base
    text, inventory = _inventory(base, differs.cluster_yaml)
    result = replace(
        base,
        inventory_text=text,
        inventory=inventory,
        api=differing_api(base.api, differs.api),
        ssh_config=base.ssh_config if differs.ssh_config is None else differs.ssh_config,
        hosts=differs.hosts,
        environment=differs.environment,
        home=differs.home,
        silent=differs.silent,
    )
    return replace(result, machines=_machines(result, base, differs.nodes))


def _smaller(base: Cluster, without: tuple[str, ...]) -> Cluster:
    """Give the base without some of its nodes: no line of the inventory, no machine, no Node object, and nothing that stands on one."""
    if missing := [name for name in without if name not in base.machines]:
        raise ValueError(f"without: {', '.join(missing)} is no node of the base")
    nodes = {name: node for name, node in base.nodes().items() if name not in without}
    inventory = {**base.inventory, "nodes": nodes}
    machines = {name: machine for name, machine in base.machines.items() if name not in without}
    objects = [item for item in base.api.get("objects") or [] if not _stands_on(item, without)]
    text = yaml.safe_dump(inventory, sort_keys=False)
    return replace(
        base, inventory_text=text, inventory=inventory, machines=machines, api={**base.api, "objects": objects}
    )


def _stands_on(item: Text, nodes: tuple[str, ...]) -> bool:
    own = item.get("kind") == "Node" and item.get("metadata", {}).get("name") in nodes
    return own or item.get("spec", {}).get("nodeName") in nodes


def _inventory(base: Cluster, over: Any) -> tuple[str, Text]:
    if over is None:
        return base.inventory_text, base.inventory
    if isinstance(over, str):
        try:
            found = own_yaml(over)
        except yaml.YAMLError:
            found = None
        return over, found if isinstance(found, dict) else {}
    inventory = without_nulls(merged(base.inventory, over))
    return yaml.safe_dump(inventory, sort_keys=False), inventory


def _machines(cluster: Cluster, base: Cluster, over: dict[str, Text | None]) -> dict[str, Text]:
    """Give the machines with what differs on every node, then on each; a machine whose whole entry is null is off."""
    of_all = over.get(EVERY_NODE) or {}
    named = {name: given for name, given in over.items() if name != EVERY_NODE}
    on = [name for name in {**base.machines, **named} if named.get(name, {}) is not None]
    return {
        name: _machine(name, cluster, base, of_all if name in cluster.nodes() else {}, named.get(name)) for name in on
    }


def _machine(name: str, cluster: Cluster, base: Cluster, of_all: Text, own: Text | None) -> Text:
    machine = {} if own is None else {key: value for key, value in own.items() if key != "like"}
    like = str((own or {}).get("like", name))
    machine = merged_machine(merged_machine(base.machines.get(like, {}), of_all), machine)
    declared = cluster.nodes().get(name) or base.nodes().get(like) or {}
    return {"address": str(declared.get("address", "")), **machine}


def differing_api(base: Text, over: Text | None) -> Text:
    """Merge over an api.yaml: objects by Kind/name or Kind/namespace/name, all else mapping by mapping, lists in front."""
    if over is None:
        return {}
    patches = over.get("objects") or {}
    result = merged(base, {key: value for key, value in over.items() if key != "objects"})
    for key, value in over.items():
        if isinstance(value, list) and isinstance(base.get(key), list):
            result[key] = [*value, *base[key]]
    objects = list(base.get("objects") or [])
    for name, patch in patches.items():
        objects = list(_patched(objects, name, patch))
    return {**result, "objects": objects}


def _patched(objects: Iterable[Text], name: str, patch: Text | None) -> Iterable[Text]:
    kind, *space, plain = name.split("/")
    found = False
    for item in objects:
        metadata = item.get("metadata", {})
        same_space = not space or metadata.get("namespace") == space[0]
        if item.get("kind") != kind or not same_space or not fnmatchcase(str(metadata.get("name")), plain):
            yield item
            continue
        found = True
        if patch is not None:
            yield without_nulls(merged(item, patch))
    if not found and patch is not None:
        metadata = {"name": plain, **({"namespace": space[0]} if space else {})}
        yield merged({"apiVersion": "v1", "kind": kind, "metadata": metadata}, patch)
