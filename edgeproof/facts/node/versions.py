"""The versions of what runs containers on a node, and the pairs of them that cannot work together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Facts, Unobserved, unobserved
from edgeproof.facts.probe import Output, Probe
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory, Node

Breaks = Literal["k3s", "containerd", "containers", "pods", "gpu", "ports"]
"""What does not work then: K3s does not start, or containerd; no container does, or no pod; none gets the GPU; none can publish a port."""


Kind = Literal["old-cri-dockerd", "cri-dockerd-and-docker-25", "clone3", "toolkit-and-thor", "raw-table", "drop-in"]


@dataclass(frozen=True)
class Conflict:
    """Two versions that cannot work together, in words, which conflict that is, and what breaks."""

    kind: Kind
    pair: str
    breaks: Breaks

    def __str__(self) -> str:
        return self.pair


@dataclass(frozen=True, repr=False)
class Versions(Facts):
    """Versions as the programs and dpkg tell them, '' where they do not.

    `raw_table` is whether the kernel has the iptables table raw, `config` the version of containerd's own file (None where it tells none),
    `drop_ins` those of the files that it imports, by their paths. `conflicts` are the pairs that cannot work together.
    """

    k3s: str
    docker_package: str
    toolkit: str
    mode: str
    raw_table: bool
    config: int | None
    drop_ins: tuple[tuple[str, int], ...]
    conflicts: tuple[Conflict, ...]


def parse_versions(output: Output) -> Versions | Unobserved:
    """The first line of `k3s --version`, `package` lines, that of `nvidia-ctk --version`, `mode`, a line of the kernel's configuration, `module`, `config`, `drop-in`; `end`."""
    text = output.stdout
    if not re.search(r"^end$", text, re.M):
        return Unobserved("what tells of versions did not run to its end")
    k3s = re.search(r"^k3s version (v\S{1,64})", text, re.M)
    packages: dict[str, str] = dict(re.findall(r"^package (\S{1,64}) (?:\d{1,4}:)?(\S{1,128}) \Si", text, re.M))
    program = re.search(r"^NVIDIA Container Toolkit CLI version ([0-9]\S{0,63})", text, re.M)
    mode = re.search(r"^mode ([a-z]{1,16})$", text, re.M)
    config = re.search(r"^config ([0-9]{1,4})$", text, re.M)
    drop_ins = (
        re.findall(r"^drop-in ([0-9]{1,4}) (\S{1,4096})$", text, re.M) if re.search(r"^imports$", text, re.M) else []
    )
    return Versions(
        k3s=k3s[1] if k3s else "",
        docker_package=next((packages[name] for name in ("docker-ce", "docker.io") if name in packages), ""),
        toolkit=packages.get("nvidia-container-toolkit", program[1] if program else ""),
        mode=mode[1] if mode else "",
        raw_table=_raw_table(text),
        config=int(config[1]) if config else None,
        drop_ins=tuple((path, int(version)) for version, path in drop_ins),
        conflicts=unobserved("not compared yet"),
    )


def _raw_table(text: str) -> Any:
    """Take the kernel's configuration at its word only where no module of that name is there besides."""
    if re.search(r"^(CONFIG_IP_NF_RAW=[ym]|module /.*)$", text, re.M):
        return True
    if re.search(r"^# CONFIG_IP_NF_RAW is not set$", text, re.M):
        return False
    return unobserved("the kernel does not tell whether it has the iptables table raw (no CONFIG_IP_NF_RAW in /proc/config.gz)")  # fmt: skip


VERSIONS = Probe("versions", snippet(SNIPPETS, "versions"), parse_versions)


@dataclass(frozen=True, repr=False)
class VersionsFacts(Facts):
    """Layer 5: which versions of what runs containers are there."""

    versions: Versions


def probes(inventory: Inventory, node: Node) -> tuple[Probe[Any], ...]:
    """Give the probes of `VersionsFacts`, by its fields' names."""
    return (VERSIONS,)
