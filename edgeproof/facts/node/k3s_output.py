"""What the K3s snippet prints, taken apart: processes, units, files, data folders, resolved hosts, the journal's last lines."""

from __future__ import annotations

import re
from dataclasses import dataclass

from edgeproof.facts.node.k3s_service import Service, state_of
from edgeproof.facts.node.k3s_settings import Settings, Source, read_settings, role_of
from edgeproof.facts.node.systemd_unit import Unit, assignment, expanded, is_there, read_shown, read_units

SECTION = re.compile(r"^@@ (process|show|uptime|cat|file|absent|data|host|journal)\b ?(.*)$")
NO_UNIT = "-"


@dataclass(frozen=True)
class Process:
    """A process of K3s: its name in the kernel, its program, its words (K3s hides those after its role), two of its variables."""

    comm: str = ""
    program: str = ""
    arguments: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Folder:
    """Modes (octal) and owners (user ids) of what is in a data folder, and the SHA-256 of its two CA files, by path."""

    permissions: dict[str, tuple[str, str]]
    hashes: dict[str, str]


@dataclass(frozen=True)
class K3sOutput:
    """The sections; `files` has None for a file that is absent."""

    shown: dict[str, dict[str, str]]
    uptime_s: float | None
    processes: dict[str, Process]
    units: dict[str, Unit]
    files: dict[str, str | None]
    folders: dict[str, Folder]
    hosts: dict[str, frozenset[str]]
    journal: tuple[str, ...]

    @property
    def services(self) -> tuple[Service, ...]:
        """The units that systemd knows, and the processes that no unit of it started.

        What tells no role counts only where nothing does: `k3s etcd-snapshot save`, `k3s kubectl` for a moment before it becomes
        kubectl; a person's shell or cron starts it, and then it is a process of ssh.service or of cron.service.
        """
        units = [
            Service(name, self._role(name), state_of(shown, self.uptime_s))
            for name, shown in self.shown.items() if is_there(shown)
        ]  # fmt: skip
        known = {service.unit for service in units}
        found = (*units, *(Service("", self._role(name), "running") for name in self.processes if name not in known))
        return tuple(service for service in found if service.role) or found

    def settings(self, name: str) -> Settings:
        """Give what the unit of that name runs K3s with."""
        unit, process = self.units.get(name, Unit(name)), self.processes.get(name or NO_UNIT, Process())
        found = {key: Source(value, "") for key, value in process.variables} | self._variables(unit)
        return read_settings(self._command(name), unit.file, found, self.files)

    def _variables(self, unit: Unit) -> dict[str, Source]:
        """Environment=, then the environment files, whose values win (systemd.exec(5))."""
        found = {key: Source(value, unit.file) for key, value in unit.environment.items()}
        for path in unit.environment_files:
            pairs = (assignment(line) for line in (self.files.get(path) or "").splitlines())
            found |= {pair[0]: Source(pair[1], path) for pair in pairs if pair}
        return found

    def _command(self, name: str) -> tuple[str, ...]:
        """The process's own words where it shows more than its role, else the unit's; none where nothing tells them."""
        process, unit = self.processes.get(name or NO_UNIT, Process()), self.units.get(name, Unit(name))
        if any(word.startswith("-") for word in process.arguments):
            return process.arguments
        values = {key: source.value for key, source in self._variables(unit).items()}
        commands = [expanded(command, values) for command in unit.commands]
        return next((command for command in commands if role_of(command)), commands[-1] if commands else ())

    def _role(self, name: str) -> str:
        """By its process, else its command line, else its unit's usual name."""
        process = self.processes.get(name or NO_UNIT, Process())
        usual = {"k3s.service": "server", "k3s-agent.service": "agent", "k3s-node.service": "agent"}
        named = process.comm.removeprefix("k3s-") if process.comm in ("k3s-server", "k3s-agent") else ""
        return named or role_of(process.arguments) or role_of(self._command(name)) or usual.get(name, "")


def read_k3s(text: str) -> K3sOutput:
    """Read the sections; any text gives some, and what is cut off is missing."""
    sections = _sections(text)

    def of(kind: str) -> list[tuple[str, list[str]]]:
        return [(name, lines) for each, name, lines in sections if each == kind]

    uptime = next((name for name, _ in of("uptime") if re.fullmatch(r"\d{1,12}(\.\d+)?", name)), None)
    return K3sOutput(
        shown=read_shown("\n".join(line for _, lines in of("show") for line in lines)),
        uptime_s=float(uptime) if uptime else None,
        processes={name: _process(lines) for name, lines in of("process")},
        units=read_units("\n".join(line for _, lines in of("cat") for line in lines)),
        files={name: "\n".join(lines) for name, lines in of("file")} | {name: None for name, _ in of("absent")},
        folders={name: _folder(lines) for name, lines in of("data")},
        hosts={
            name.lower(): frozenset(line.split()[0] for line in lines if line.strip()) for name, lines in of("host")
        },
        journal=tuple(line.strip() for _, lines in of("journal") for line in lines if line.strip()),
    )


def _sections(text: str) -> list[tuple[str, str, list[str]]]:
    found: list[tuple[str, str, list[str]]] = []
    for line in text.splitlines():
        if section := SECTION.match(line):
            found.append((section[1], section[2].strip(), []))
        elif found:
            found[-1][2].append(line)
    return found


def _process(lines: list[str]) -> Process:
    told = [line.split(" ", 1) for line in lines if " " in line]
    return Process(
        comm=next((value for key, value in told if key == "comm"), ""),
        program=next((value for key, value in told if key == "exe"), ""),
        arguments=tuple(value for key, value in told if key == "argument"),
        variables=tuple(filter(None, (assignment(line) for line in lines if line.startswith("K3S_")))),
    )


def _folder(lines: list[str]) -> Folder:
    listed = [re.match(r"([0-7]{3,4}) (\d+) (/.*)$", line) for line in lines]
    hashes = [re.match(r"([0-9a-f]{64}) [ *](/.*)$", line) for line in lines]
    return Folder(
        {found[3]: (found[1], found[2]) for found in listed if found}, {found[2]: found[1] for found in hashes if found}
    )
