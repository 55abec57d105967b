"""What brings the GPU of a board into a container: its device nodes, and the lists of files that belong to it."""

from __future__ import annotations

from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Inapplicable
from edgeproof.facts.probe import Output, Probe, parse_lines
from edgeproof.facts.snippet import snippet


def parse_l4t_mount_lists(output: Output) -> tuple[str, ...] | Inapplicable:
    """The lists' names, one a line, then `cdi FILE` lines; where CDI describes the GPU and no list is there, none is needed."""
    lines = parse_lines(output)
    lists = tuple(line for line in lines if not line.startswith("cdi "))
    if not lists and lines:
        return Inapplicable(f"containers get the GPU by {lines[0].removeprefix('cdi ')}, for which no list is needed")
    return lists


L4T_MOUNT_LISTS = Probe("l4t_mount_lists", snippet(SNIPPETS, "l4t_mount_lists"), parse_l4t_mount_lists)
GPU_DEVICES = Probe("gpu_devices", snippet(SNIPPETS, "gpu_devices"), parse_lines)
