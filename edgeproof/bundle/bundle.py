"""Makes a bundle: a cluster folder, packed, of a cluster as it is now."""

from __future__ import annotations

import io
import json
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from edgeproof import __version__
from edgeproof.bundle.as_yaml import as_yaml
from edgeproof.bundle.hidden import Hider
from edgeproof.bundle.node import record_node
from edgeproof.bundle.objects import slim
from edgeproof.connect.ssh import open_node
from edgeproof.connect.sudo import SudoPassword
from edgeproof.errors import BundleError, ConnectError
from edgeproof.facts.cluster import gather_cluster
from edgeproof.inventory import Inventory
from edgeproof.say import Say
from edgeproof.side_by_side import side_by_side

FORM = "edgeproof.cluster/1"
"""The form that docs/replay.md describes."""


@dataclass(frozen=True)
class Wanted:
    """A bundle to make: of which inventory (and its text), into which file, whether names and addresses are hidden, with which run's record."""

    inventory: Inventory
    cluster_yaml: str
    target: Path
    hide_names: bool = False
    record: dict[str, Any] | None = None


def make_bundle(wanted: Wanted, password: SudoPassword, say: Say) -> None:
    """Record every node and the API, and write a tar archive (.tar.gz); raises BundleError where it cannot be written.

    A node or an API that cannot be reached has its error in about.yaml.
    """
    inventory, target = wanted.inventory, wanted.target
    say(f"recording {len(inventory.nodes)} nodes …")
    recorded = side_by_side(inventory.nodes, lambda name: _record(inventory, name, password))
    say("recording the API's objects …")
    told = gather_cluster(inventory)
    errors = {name: found["error"] for name, found in recorded.items() if "error" in found}
    if told["reach"]["error"]:
        errors["api"] = told["reach"]["error"]
    errors |= told.get("forbidden", {})
    about = {"form": FORM, "text": f"bundle of edgeproof {__version__}", "unreached": errors}
    hide = Hider(inventory, wanted.hide_names)
    files = {
        "about.yaml": as_yaml(hide.data(about)),
        "cluster.yaml": as_yaml(hide.data(_declared(inventory, wanted.cluster_yaml))),
    }
    for name, found in recorded.items():
        if "error" not in found:
            files[f"nodes/{hide(name)}.yaml"] = as_yaml(hide.data(found))
    if not told["reach"]["error"]:
        files["api.yaml"] = as_yaml(
            hide.data({"version": told["version"].get("gitVersion", ""), "objects": slim(told)})
        )
    if wanted.record is not None:
        files["record.json"] = json.dumps(hide.data(wanted.record), indent=1, ensure_ascii=False) + "\n"
    _pack(files, target)
    say(f"{target}: look through it before you give it away; secrets and serial numbers are blanked")


OF_THIS_MACHINE = {"ssh": ("key", "config", "known_hosts"), "kubernetes": ("kubeconfig",)}
"""Keys of cluster.yaml that name files of whoever runs edgeproof."""


def _declared(inventory: Inventory, cluster_yaml: str) -> dict[str, Any]:
    """Give cluster.yaml as data, less the names of files on this machine; the gateway is written out, for the default may be hidden."""
    data: dict[str, Any] = yaml.safe_load(cluster_yaml)
    for section, keys in OF_THIS_MACHINE.items():
        if isinstance(data.get(section), dict):
            data[section] = {key: value for key, value in data[section].items() if key not in keys}
    data["network"] = {**(data.get("network") or {}), "gateway": str(inventory.network.gateway or "none")}
    return data


def _record(inventory: Inventory, name: str, password: SudoPassword) -> dict[str, Any]:
    node = inventory.nodes[name]
    try:
        with open_node(inventory, node) as connection:
            return record_node(inventory, node, connection, password)
    except ConnectError as error:
        return {"error": str(error)}


def _pack(files: dict[str, str], target: Path) -> None:
    folder = target.name.removesuffix(".gz").removesuffix(".tar").removesuffix(".tgz") or "bundle"
    part = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(part, "w:gz") as archive:
            for name, text in files.items():
                content = text.encode("utf-8", "surrogateescape")
                member = tarfile.TarInfo(f"{folder}/{name}")
                member.size, member.mode = len(content), 0o600
                archive.addfile(member, io.BytesIO(content))
        part.replace(target)
    except OSError as error:
        raise BundleError(
            f"{target}: cannot be written: {error.strerror}", "name a file in a folder of your own"
        ) from error
