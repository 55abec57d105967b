"""A cluster's facts from a sample: an inventory, and the API's objects as it tells them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from edgeproof.facts.cluster import ClusterFacts, parse_cluster
from edgeproof.facts.node import NodeFacts
from edgeproof.inventory import load_inventory

CLUSTERS = Path(__file__).parents[1] / "samples" / "cluster"
ASKED_AT = "2026-02-03T04:05:06+00:00"
NETWORK = {"gateway": "192.168.0.1", "prefix": 16}


def read_sample(name: str) -> dict[str, Any]:
    """Read a sample."""
    found: dict[str, Any] = yaml.safe_load((CLUSTERS / f"{name}.yaml").read_text())
    return found


def cluster_of(name: str, folder: Path, nodes: dict[str, NodeFacts] | None = None) -> ClusterFacts:
    """Parse a sample's objects, beside what the boards told; its inventory is written to `folder`."""
    sample = read_sample(name)
    file = folder / "cluster.yaml"
    file.write_text(yaml.safe_dump({"network": NETWORK, **sample["inventory"]}, sort_keys=False))
    raw = {
        "reach": {},
        "asked_at": ASKED_AT,
        "version": {"gitVersion": sample["version"]},
        "nodes": sample["nodes"],
        "pods": sample.get("pods", []),
        "persistent_volumes": [],
        "claims": [],
        "claim_events": [], "forbidden": {},
        "runtime_classes": {"found": {"items": sample.get("runtime_classes", [])}, "refused": 0, "said": ""},
        "service": {"found": {"spec": {"clusterIP": "10.43.0.1", "ports": [{"port": 443}]}}, "refused": 0, "said": ""},
        "dns": {"found": {}, "refused": 404, "said": "not found"},
        "network_policies": {"found": {}, "refused": 0, "said": ""},
    }
    return parse_cluster(raw, nodes or {}, load_inventory(file))
