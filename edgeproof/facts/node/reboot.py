"""Whether a node waits for a reboot: packages ask for it, or its kernel was replaced under it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Facts, Unobserved
from edgeproof.facts.probe import Output, Probe
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory, Node


@dataclass(frozen=True, repr=False)
class Reboot(Facts):
    """Whether packages ask for a reboot, and which; the running kernel, and the kernels whose modules are there."""

    required: bool
    packages: tuple[str, ...]
    kernel: str
    kernels: tuple[str, ...]

    @property
    def pending(self) -> tuple[str, ...]:
        """Name what asks for a reboot: the packages, where they are named."""
        return (self.packages or ("packages that are not named",)) if self.required else ()

    @property
    def replaced_by(self) -> tuple[str, ...]:
        """The kernels in place of the one that runs, whose modules are gone: it can load none that it has not loaded yet."""
        return self.kernels if self.kernel and self.kernel not in self.kernels else ()


def parse_reboot(output: Output) -> Reboot | Unobserved:
    """`required`, `package NAME` lines, `runs KERNEL`, `modules KERNEL` lines, `container` where the kernel is the host's, `end`."""
    text = output.stdout
    if not re.search(r"^end$", text, re.M):
        return Unobserved("what waits for a reboot was not told to its end")
    runs = re.search(r"^runs (\S{1,200})$", text, re.M)
    in_container = bool(re.search(r"^container$", text, re.M))
    return Reboot(
        required=bool(re.search(r"^required$", text, re.M)),
        packages=tuple(re.findall(r"^package (\S{1,200})$", text, re.M)[:50]),
        kernel=runs[1] if runs and not in_container else "",
        kernels=tuple(re.findall(r"^modules (\S{1,200})$", text, re.M)[:50]),
    )


REBOOT = Probe("reboot", snippet(SNIPPETS, "reboot"), parse_reboot)


@dataclass(frozen=True, repr=False)
class RebootFacts(Facts):
    """Layer 4: what the next boot will change."""

    reboot: Reboot


def probes(inventory: Inventory, node: Node) -> tuple[Probe[Any], ...]:
    """Give the probes of `RebootFacts`, by its fields' names."""
    return (REBOOT,)
