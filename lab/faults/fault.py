"""A fault: how to put it into the lab, how to take it out, and which check must find it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong on real clusters.

    `breaks` and `mends` are shell text run as root on the node at hand (`runs_on="node"`) or on the server
    (`runs_on="server"`, for faults in the cluster's objects); {node} and {server} are filled in. `mends` may run
    on a node that was never broken and changes nothing there. `settled` is a shell condition on the same node
    that holds once the fault is out again. `suite`, `check` and `catalogue_id` name what must find it.
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
