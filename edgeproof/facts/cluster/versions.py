"""Kubernetes' versions, and how far a kubelet may lag behind its API server."""

from __future__ import annotations

import re

from edgeproof.facts.observed import Blocked

MOST_BEHIND = 3
MOST_BEHIND_BEFORE_1_28 = 2
"""Kubernetes' version skew policy: a kubelet may be three minor releases older than the API server (two up to 1.27), never newer."""


def minor_of(version: str) -> tuple[int, int]:
    """Read major and minor of a version such as v1.23.17+k3s1; blocked where that is none."""
    found = re.match(r"v?(\d{1,4})\.(\d{1,4})", version)
    if not found:
        raise Blocked(f"{version or 'nothing'} is not a version that can be compared")
    return int(found[1]), int(found[2])


def minors_behind(kubelet: str, server: str) -> int:
    """Give how many minor releases a kubelet is older than the API server; below 0 where it is newer."""
    (major, minor), (server_major, server_minor) = minor_of(kubelet), minor_of(server)
    if major != server_major:
        raise Blocked(f"{kubelet} and {server} are of two major versions")
    return server_minor - minor


def most_minors_behind(server: str) -> int:
    """Give how many minor releases a kubelet may be older than this API server."""
    return MOST_BEHIND if minor_of(server) >= (1, 28) else MOST_BEHIND_BEFORE_1_28
