"""Writes down what one node prints, a fact at a time, beside what its parser makes of it today: one file a board, for the selftests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from edgeproof import __version__
from edgeproof.bundle.as_yaml import as_yaml
from edgeproof.bundle.hidden import Hider
from edgeproof.connect.ssh import open_node
from edgeproof.connect.sudo import SudoPassword
from edgeproof.errors import BundleError
from edgeproof.facts.node.gather import run_probes
from edgeproof.facts.node.identity import PLATFORM, SIMULATED, Platform
from edgeproof.facts.node.probes import probes_for
from edgeproof.facts.observed import Inapplicable, Unobserved, observed, reason
from edgeproof.facts.probe import Output, Probe, parse_lines
from edgeproof.inventory import Inventory
from edgeproof.say import Say

WITHOUT_SAMPLE = (SIMULATED.name,)
"""What is no board's to print."""


@dataclass(frozen=True)
class Samples:
    """What to write down: of which node, into which folder, under which name ('' for the SoC and the L4T release)."""

    inventory: Inventory
    node: str
    into: Path
    name: str = ""


def record_samples(wanted: Samples, password: SudoPassword, say: Say) -> Path:
    """Run the fact script on the node, and write each answer with secrets, names and addresses hidden; give the file.

    Raises ConnectError where the node cannot be reached, BundleError where the file is there already.
    """
    node = wanted.inventory.nodes.get(wanted.node)
    if node is None:
        raise BundleError(f"{wanted.node}: no node of cluster.yaml", f"name one of {', '.join(wanted.inventory.nodes)}")
    probes = [probe for probe in probes_for(wanted.inventory, node) if probe.parse is not parse_lines]
    say(f"recording {wanted.node} …")
    with open_node(wanted.inventory, node) as connection:
        outputs = run_probes(connection, probes, password)
    hide = Hider(wanted.inventory, names=True)
    hidden = {name: Output(hide(out.stdout), hide(out.stderr), out.status) for name, out in outputs.items()}
    machine = PLATFORM.parse(hidden[PLATFORM.name]) if PLATFORM.name in hidden else Unobserved("cut")
    name = wanted.name or _name(machine)
    is_lab = SIMULATED.name in hidden and SIMULATED.parse(hidden[SIMULATED.name]) != ()
    known = {probe.name: _recorded(probe, hidden[probe.name]) for probe in probes if probe.name in hidden}
    facts = {fact: found for fact, found in known.items() if fact not in WITHOUT_SAMPLE}
    return _write(wanted.into / f"{name}.yaml", {**_origin(machine, is_lab), "facts": facts})


def _recorded(probe: Probe[Any], output: Output) -> dict[str, Any]:
    """Give what a fact's snippet printed, and under `gives` what its parser makes of it."""
    streams = {key: text for key, text in (("stdout", output.stdout), ("stderr", output.stderr)) if text}
    status = {"status": output.status} if output.status else {}
    return {**streams, **status, "gives": plain(probe.parse(output))}


def plain(value: Any) -> Any:
    """Turn facts into what YAML can say; an unobserved field reads `unobserved`, one without a meaning `inapplicable`."""
    if isinstance(value, Unobserved):
        return "inapplicable" if isinstance(value, Inapplicable) else "unobserved"
    if is_dataclass(value):
        return {field.name: plain(observed(value, field.name)) for field in fields(value)}  # type: ignore[arg-type]
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    return value if isinstance(value, int | float | bool | None) else str(value)


def _name(machine: Platform | Unobserved) -> str:
    """Name the file by what the machine is."""
    if isinstance(machine, Unobserved) or reason(machine, "soc") or reason(machine, "l4t"):
        return "unknown"
    return "-".join(part for part in (machine.soc or machine.architecture, machine.l4t) if part)


OF_BOARD = ("model", "l4t", "jetpack", "kernel")
"""The fields of Platform by which a board is known."""


def _origin(machine: Platform | Unobserved, is_lab: bool) -> dict[str, Any]:
    """Say where the outputs are from: which board, or the lab; with which edgeproof, and on which day."""
    day = datetime.now(timezone.utc).date().isoformat()
    found = {"origin": "lab" if is_lab else "board", "source": f"edgeproof {__version__} record", "date": day}
    told = [] if isinstance(machine, Unobserved) else [field for field in OF_BOARD if not reason(machine, field)]
    return {**found, "board": {field: getattr(machine, field) for field in told}}


def _write(path: Path, data: dict[str, Any]) -> Path:
    if path.exists():
        raise BundleError(f"{path}: there already", "give it another name: --name NAME")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(as_yaml(data), encoding="utf-8", newline="")
    except OSError as error:
        raise BundleError(f"{path}: cannot be written: {error.strerror}", "name a folder of your own") from error
    return path
