"""Which versions on a node cannot work together: one rule a pair, by the reports that found it."""

from __future__ import annotations

import re
from typing import Any

from edgeproof.facts.node.facts import NodeFacts
from edgeproof.facts.node.versions import Breaks, Conflict
from edgeproof.facts.observed import Blocked, NotApplicable, observed, reason, replaced, unobserved

Numbers = tuple[int, ...]

WITHOUT_DOCKER_25: tuple[tuple[Numbers, Numbers], ...] = (
    ((1, 26, 8), (1, 26, 13)), ((1, 27, 5), (1, 27, 10)), ((1, 28, 0), (1, 28, 6)), ((1, 29, 0), (1, 29, 1)),
)  # fmt: skip
"""Releases of K3s whose own cri-dockerd cannot inspect images of Docker 25 and later (k3s#9279, rancher-desktop#7189)."""

TAKES_CLONE3: Numbers = (1, 7, 0)
"""NVIDIA's toolkit since which its runtime takes Docker's seccomp profile with clone3 on L4T R32 (libnvidia-container#148)."""

KNOWS_THOR: Numbers = (1, 17, 7)
"""NVIDIA's toolkit since which its runtime takes a Thor for a Tegra, in mode auto (nvidia-container-toolkit#1078)."""

TOO_OLD = re.compile(r"client version (\S{1,16}) is too old\. Minimum supported API version is ([0-9.]{1,16}[0-9])")


def with_conflicts(facts: NodeFacts) -> NodeFacts:
    """Compare the versions; unobserved where no pair is known not to fit and one could not be compared."""
    if reason(facts, "versions") is not None:
        return facts
    found, gaps = [], []
    for rule in (_old_cri_dockerd, _cri_dockerd_and_docker_25, _clone3, _toolkit_and_thor, _raw_table, _drop_in):
        try:
            conflict = rule(facts)
        except Blocked as blocked:
            gaps.append(blocked.why)
            continue
        except NotApplicable:
            continue
        found += [conflict] if conflict else []
    conflicts = unobserved(gaps[0]) if gaps and not found else tuple(found)
    return replaced(facts, versions=replaced(facts.versions, conflicts=conflicts))


def unfit(facts: NodeFacts, *breaks: Breaks) -> str:
    """Name the pair of versions that breaks one of these; '' where none does, or it was not told."""
    try:
        return next((each.pair for each in facts.versions.conflicts if each.breaks in breaks), "")
    except (Blocked, NotApplicable):
        return ""


def unfit_why(facts: NodeFacts, *breaks: Breaks) -> str:
    """Say that such a pair is there, and which check tells it; '' where none is."""
    pair = unfit(facts, *breaks)
    return f"{pair} cannot work together (see the check versions_fit)" if pair else ""


def with_unfit(facts: NodeFacts) -> NodeFacts:
    """Block what is said of a Docker or a K3s that cannot start for the versions around it."""
    why = unfit_why(facts, "k3s", "containerd")
    if not why:
        return facts
    gap = unobserved(why)
    changed: dict[str, Any] = {"k3s": replaced(facts.k3s, services=gap)} if reason(facts, "k3s") is None else {}
    if reason(facts, "docker") is None and observed(facts.docker, "active") != "active":
        changed["docker"] = replaced(facts.docker, active=gap, enabled=gap, version=gap)
    return replaced(facts, **changed)


def _numbers(version: str) -> Numbers:
    """Read the numbers that a version begins with: v1.26.13+k3s1 is 1, 26, 13."""
    found = re.match(r"v?([0-9]{1,6}(?:\.[0-9]{1,6}){1,3})", version)
    return tuple(int(part) for part in found[1].split(".")) if found else ()


def _old_cri_dockerd(facts: NodeFacts) -> Conflict | None:
    """By K3s's own words: Docker 29 and later can be told to take older clients, so its version alone tells nothing."""
    said = TOO_OLD.search(facts.k3s.said) if _has_k3s(facts) else None
    if not said or not _docker(facts):
        return None
    pair = f"{_docker(facts)}, which takes clients from API version {said[2]} on, and the cri-dockerd of {_k3s(facts) or 'K3s'}, which speaks {said[1]}"
    return Conflict("old-cri-dockerd", pair, "k3s")


def _cri_dockerd_and_docker_25(facts: NodeFacts) -> Conflict | None:
    if (facts.docker.major or 0) < 25 or not _has_k3s(facts) or not facts.k3s.embeds_cri_dockerd:
        return None
    k3s = _numbers(facts.versions.k3s)
    if not k3s:
        raise Blocked("k3s --version told no version")
    if not any(first <= k3s <= last for first, last in WITHOUT_DOCKER_25):
        return None
    return Conflict("cri-dockerd-and-docker-25", f"{_docker(facts)} and {_k3s(facts)}", "pods")


def _clone3(facts: NodeFacts) -> Conflict | None:
    """Docker's packages from 20.10.7-0ubuntu5 and 20.10.10 on have that profile (containerd#6203)."""
    package, toolkit = facts.versions.docker_package, _numbers(facts.versions.toolkit)
    docker, revision = _numbers(package), re.search(r"-0ubuntu([0-9]{1,4})", package)
    patched = docker == (20, 10, 7) and revision is not None and int(revision[1]) >= 5
    if facts.docker.major is None or not toolkit or toolkit >= TAKES_CLONE3 or facts.platform.l4t_major != "32":
        return None
    if not patched and docker < (20, 10, 10):
        return None
    pair = f"Docker {package} and nvidia-container-toolkit {facts.versions.toolkit} on L4T {facts.platform.l4t}"
    return Conflict("clone3", pair, "containers")


def _toolkit_and_thor(facts: NodeFacts) -> Conflict | None:
    toolkit = _numbers(facts.versions.toolkit)
    if (
        facts.platform.soc != "tegra264"
        or facts.versions.mode not in ("", "auto")
        or not toolkit
        or toolkit >= KNOWS_THOR
    ):
        return None
    return Conflict("toolkit-and-thor", f"nvidia-container-toolkit {facts.versions.toolkit} and a Thor", "gpu")


def _raw_table(facts: NodeFacts) -> Conflict | None:
    if (facts.docker.major or 0) < 28 or facts.docker.leaves_raw_alone or facts.versions.raw_table:
        return None
    return Conflict("raw-table", f"{_docker(facts)} and the kernel {facts.platform.kernel}", "ports")


def _drop_in(facts: NodeFacts) -> Conflict | None:
    """The containerd of the system alone: that of K3s has a configuration of its own."""
    root = facts.versions.config or 1
    newer = [(path, version) for path, version in facts.versions.drop_ins if version > root]
    if not newer or not (_docker(facts) or (_has_k3s(facts) and facts.k3s.endpoint.endswith("/containerd.sock"))):
        return None
    path, version = newer[0]
    return Conflict("drop-in", f"{path} of version {version} and /etc/containerd/config.toml of version {root}", "containerd")  # fmt: skip


def _has_k3s(facts: NodeFacts) -> bool:
    """A board that was flashed and no more has none yet."""
    return facts.k3s.service is not None


def _docker(facts: NodeFacts) -> str:
    """Name Docker where it runs the pods; '' where it does not."""
    try:
        major = facts.docker.major
    except NotApplicable:
        return ""
    told = reason(facts.docker, "version") is None
    return f"Docker {facts.docker.version if told else facts.versions.docker_package or major or ''}".strip()


def _k3s(facts: NodeFacts) -> str:
    return f"K3s {facts.versions.k3s}" if facts.versions.k3s else ""
