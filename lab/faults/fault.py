"""A fault: how to put it into the lab, how to take it out, and which check must find it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MOUNTED = frozenset({"mount", "pod", "listing"})
"""Checks that rest on the export and the NFS client."""

JOINED = frozenset({"nodes", "matrix", "service", "daemon_set", "gpu_in_pod", "pod", "listing"})
"""Checks that rest on a node's having joined the cluster."""


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong on real clusters.

    `breaks` and `mends` are shell text run as root on the node at hand (`runs_on="node"`) or on the server
    (`runs_on="server"`, for faults in the cluster's objects); {node} and {server} are filled in. `mends` may run
    on a node that was never broken and changes nothing there. `settled` is a shell condition on the same node
    that holds once the fault is out again, `broken` one that holds once it is in. `suite`, `check` and `catalogue_id`
    name what must find it; `blocks` the checks that rest on it, on its node or (`spreads`) on others; one that the
    whole cluster has, and no node of its own, is not `per_node`.
    """

    name: str
    sentence: str
    suite: Literal["tests_node", "tests_cluster"]
    check: str
    breaks: str
    mends: str
    catalogue_id: str = ""
    role: Literal["agent", "server"] = "agent"
    runs_on: Literal["node", "server", "outside"] = "node"
    settled: str = "true"
    broken: str = "true"
    blocks: frozenset[str] = frozenset()
    spreads: bool = False
    per_node: bool = True
