"""What the stage reads of api.yaml itself: where the API listens, its certificate, and how many files pods see."""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath
from typing import Any

from selftest.replay.cluster_folder import Cluster
from selftest.replay.machine import Machine

DEFAULT_PORT = 6443
OF_THE_STAGE = ("client",)
"""Keys of api.yaml that the fake API server does not know."""


def api_place(cluster: Cluster) -> tuple[str, int]:
    """Give the address and port where the API server listens."""
    address = str(cluster.api.get("address") or cluster.server_address() or "127.0.0.1")
    return address, int(cluster.api.get("port") or DEFAULT_PORT)


def certificate_names(cluster: Cluster) -> tuple[str, ...]:
    """Give the names of the API server's certificate, as K3s chooses them where api.yaml names none."""
    named = cluster.api.get("certificate", {}).get("names")
    usual = (f"IP:{api_place(cluster)[0]}", "DNS:kubernetes", "DNS:localhost", "IP:10.43.0.1", "IP:127.0.0.1")
    return tuple(named) if named is not None else usual


def api_spec(cluster: Cluster) -> dict[str, Any]:
    """Give the fake API server's own part; pods see the files that the NFS server's machine has, if nothing else is said."""
    spec = {key: value for key, value in cluster.api.items() if key not in OF_THE_STAGE}
    storage = cluster.inventory.get("storage")
    storage = storage if isinstance(storage, dict) else {}
    servers = [name for name, node in cluster.nodes().items() if node.get("role") in ("server", "both")]
    name = str(storage.get("server") or (servers[0] if servers else ""))
    if name in cluster.machines:
        spec.setdefault("nfs", exported(cluster.machine(name), str(storage.get("export", "/nfs/images"))))
    return spec


def exported(machine: Machine, export: str) -> dict[str, Any]:
    """Count the files in a machine's folder, and hash their names and sizes as `listing.sh` lists them."""
    lines = sorted(
        f"./{PurePosixPath(path).name} {len((file.text or '').encode())}"
        for path, file in machine.files.items()
        if file is not None and PurePosixPath(path).parent == PurePosixPath(export)
    )
    return {"files": len(lines), "listing_sha256": hashlib.sha256("\n".join(lines).encode()).hexdigest()}
