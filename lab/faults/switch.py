"""Puts faults in and takes them out; what is in stands in the lab's state folder."""

from __future__ import annotations

import json
from pathlib import Path

from lab import limits
from lab.errors import LabError
from lab.faults.board import BOARD_FAULTS
from lab.faults.cluster import CLUSTER_FAULTS
from lab.faults.fault import Fault
from lab.model import Lab, Node
from lab.up import await_condition, up

FAULTS: dict[str, Fault] = {fault.name: fault for fault in (*BOARD_FAULTS, *CLUSTER_FAULTS)}


def applied(lab: Lab) -> list[tuple[str, str]]:
    """Name the faults that are in, each with its node."""
    try:
        return [(fault, node) for fault, node in json.loads(_file(lab).read_text())]
    except FileNotFoundError:
        return []


def apply(lab: Lab, name: str, node: str | None = None) -> Node:
    """Put a fault in, on the node named or on its usual one; give the node. Raises LabError for an unknown fault."""
    fault = FAULTS.get(name)
    if fault is None:
        raise LabError(f"no fault {name}; known: {', '.join(FAULTS)}")
    where = lab.node(node) if node else (lab.server if fault.role == "server" else lab.agents[-1])
    if where.role != fault.role:
        raise LabError(f"{name} is a fault of the {fault.role}, and {where.name} is the {where.role}")
    _file(lab).write_text(json.dumps([*applied(lab), (name, where.name)]))
    if fault.runs_on == "outside":
        where.stop()
        return where
    place = _place(lab, fault, where)
    place.run(_filled(lab, fault.breaks, where))
    await_condition(f"{name} on {where.name}", limits.MEND_S, lambda: place.holds(_filled(lab, fault.broken, where)))
    return where


def mend_all(lab: Lab) -> list[str]:
    """Take every fault out, the last first, and wait until the lab is whole; give their names."""
    mended = []
    for name, node in reversed(applied(lab)):
        fault, where = FAULTS[name], lab.node(node)
        if fault.runs_on == "outside":
            where.start()
        else:
            place = _place(lab, fault, where)
            place.run(_filled(lab, fault.mends, where), timeout_s=limits.MEND_S)
            settled = _filled(lab, fault.settled, where)
            await_condition(f"{name} mended on {node}", limits.MEND_S, lambda p=place, s=settled: p.holds(s))  # type: ignore[misc]
        mended.append(f"{name} on {node}")
    _file(lab).unlink(missing_ok=True)
    if mended:
        up(lab.plan)
    return mended


def _place(lab: Lab, fault: Fault, where: Node) -> Node:
    return lab.server if fault.runs_on == "server" else where


def _filled(lab: Lab, script: str, node: Node) -> str:
    return script.replace("{node}", node.name).replace("{server}", lab.server.name)


def _file(lab: Lab) -> Path:
    return lab.folder / "faults.json"
