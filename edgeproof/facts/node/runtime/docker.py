"""Docker's service and the daemon that answers, and whether the user may ask it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from edgeproof import limits
from edgeproof.facts.node.journal import HIDE, first_error
from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.node.systemd_unit import is_there, read_shown
from edgeproof.facts.observed import Facts, Inapplicable, Unobserved, unobserved
from edgeproof.facts.probe import Output, Probe
from edgeproof.facts.snippet import snippet
from edgeproof.quoted import shortened

NOT_INSTALLED = "not installed"
NO_DAEMON = "without a daemon"
PODMAN = "replaced by podman"
"""What `Docker.active` says where no unit says anything of a running daemon."""

DEB = "docker.service"
SNAP = "snap.docker.dockerd.service"
ENGINES = ("docker.io", "docker-ce", "moby-engine", "containerd", "containerd.io")
"""The packages that an upgrade of Docker brings, of Ubuntu, Docker and Microsoft."""


@dataclass(frozen=True, repr=False)
class Docker(Facts):
    """The service and the daemon that answers. `default_runtime` is what containers get when nobody asks.

    `unit` is '' where no unit of Docker is known; `installed` and `toolkit` are the versions of the packages of Docker and of NVIDIA's
    toolkit, '' where dpkg has none; `unheld` are the installed packages that apt may upgrade. `nvidia_lacks` tells that the program of
    the daemon's nvidia runtime is not there, `leaves_raw_alone` that the daemon sets no rules in the iptables table raw. `said` is why the
    daemon's last start failed, by its journal since boot; '' where it runs or told none.
    """

    unit: str
    active: str
    enabled: str
    version: str
    default_runtime: str
    runtimes: tuple[str, ...]
    nvidia_path: str
    nvidia_lacks: bool
    installed: str
    toolkit: str
    unheld: tuple[str, ...]
    sockets: tuple[str, ...]
    said: str
    leaves_raw_alone: bool

    @property
    def major(self) -> int | None:
        """Docker's major version, of the daemon or else of the package; None where neither is known."""
        version = object.__getattribute__(self, "version")
        match = re.match(r"\d{1,4}", self.installed if isinstance(version, Unobserved) else version)
        return int(match[0]) if match else None


@dataclass(frozen=True)
class _Answer:
    """What `docker info` told, as an object (an empty one where it told none), or its words in place of that."""

    info: dict[str, Any]
    words: str

    @property
    def is_docker(self) -> bool:
        return bool(self.info.get("ServerVersion"))


def parse_docker(output: Output) -> Docker | Unobserved:
    """Blocks of `systemctl show`, `package`, `Package:` and `program` lines; after `--info--` what `docker info` says."""
    head, _, rest = output.stdout.partition("--info--\n")
    told, ended, tail = _split(rest)
    tail, _, journal = tail.partition("--journal--\n")
    answer = _answer(told, "docker info did not finish in time" if not ended else "")
    states = {name: shown for name, shown in read_shown(head).items() if is_there(shown)}
    unit = next((name for name in (DEB, SNAP) if states.get(name, {}).get("ActiveState") == "active"), "")
    unit = unit or next((name for name in (DEB, SNAP) if name in states), "")
    if not states and not answer.is_docker and "ActiveState" not in head:
        return Unobserved("systemctl reported nothing about docker.service")
    gap = unobserved(answer.words)
    runtimes = answer.info.get("Runtimes")
    runtimes = runtimes if isinstance(runtimes, dict) else {}
    nvidia = runtimes.get("nvidia")
    packages = re.findall(r"^package (\S+) (?:\d+:)?(\S+) (\S)i", head, re.M)
    versions = {name: version for name, version, _ in packages}
    return Docker(
        unit=unit,
        active=_active(states.get(unit, {}), answer, "program" in head.split(), ended),
        enabled=_enabled(states, unit, answer),
        version=str(answer.info["ServerVersion"]) if answer.is_docker else gap,
        default_runtime=str(answer.info.get("DefaultRuntime", "")) if answer.is_docker else gap,
        runtimes=tuple(runtimes) if answer.is_docker else gap,
        nvidia_path=str(nvidia.get("path", "")) if isinstance(nvidia, dict) else "",
        nvidia_lacks="nvidia-lacks" in tail.split() and unit != SNAP,  # a snap has its programs inside
        installed=next((versions[name] for name in ENGINES if name in versions and "containerd" not in name), ""),
        toolkit=versions.get("nvidia-container-toolkit", ""),
        unheld=_unheld(packages, re.findall(r"^Package: *(.*)$", head, re.M)),
        sockets=tuple(re.findall(r"^socket (\S+)$", tail, re.M)),
        said=first_error(journal.splitlines()),
        leaves_raw_alone=_leaves_raw_alone(answer.info) if answer.is_docker else gap,
    )


def _leaves_raw_alone(info: dict[str, Any]) -> bool:
    """Whether it was told so (it warns of the variable, moby#49621), or sets its rules by nftables."""
    warnings, firewall = info.get("Warnings"), info.get("FirewallBackend")
    warned = isinstance(warnings, list) and any("NO_IPTABLES_RAW" in str(line) for line in warnings)
    return warned or (isinstance(firewall, dict) and "nftables" in str(firewall.get("Driver")))


def _split(rest: str) -> tuple[str, bool, str]:
    """Give what docker info printed, whether it ended, and what was printed after it."""
    parts = re.split(r"^--status \d+--$", rest, maxsplit=1, flags=re.M)
    return parts[0], len(parts) > 1, parts[1] if len(parts) > 1 else ""


def _answer(said: str, unended: str) -> _Answer:
    """Take the last line that is a JSON object; docker's own complaint stands in it, or is the last line of all."""
    info = parse_object(said)
    lines = [line.strip() for line in said.splitlines() if line.strip() and not line.startswith("{")]
    errors = info.get("ServerErrors")
    if isinstance(errors, list) and errors:
        words = f"docker info says: {shortened(str(errors[0]))}"
    elif "host" in info:
        words = "podman answers in Docker's place"
    elif not lines:
        words = "docker info printed nothing"
    else:
        words = f"docker info says: {shortened(lines[-1])}"
    return _Answer(info, unended or words)


def parse_object(text: str) -> dict[str, Any]:
    """Parse the last line that is a JSON object; an empty one when there is none."""
    for line in reversed(text.strip().splitlines()[-20:]):
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            return found
    return {}


def _active(state: dict[str, str], answer: _Answer, program: bool, ended: bool) -> Any:
    """Tell systemd's word, unless the answer tells more: whatever answers as Docker runs, and a service that does not is not known to."""
    if answer.is_docker:
        return "active"
    if "host" in answer.info:
        return PODMAN
    if state:
        told = state.get("ActiveState")
        return (
            Unobserved(answer.words)
            if told == "active"
            else told or Unobserved("systemctl reported no state of docker.service")
        )
    if program and not ended:
        return Unobserved(answer.words)
    return NO_DAEMON if program else NOT_INSTALLED


def _enabled(states: dict[str, dict[str, str]], unit: str, answer: _Answer) -> Any:
    """Tell whether it starts at boot: by itself, or by its socket, which K3s knocks at."""
    state = states.get(unit, {}).get("UnitFileState", "")
    by_socket = unit == DEB and states.get("docker.socket", {}).get("UnitFileState") == "enabled"
    if state == "enabled" or by_socket:
        return "enabled"
    if not unit:
        engine = f"Docker {answer.info['ServerVersion']}" if answer.is_docker else "nothing"
        return Unobserved(f"{engine} answers, but there is no docker.service: what starts it at boot is not known")
    if state in ("disabled", "masked", "masked-runtime", "enabled-runtime"):
        return state
    return Unobserved(f"{unit} is {state or 'of no known state'}: what starts it at boot is not known")


def _unheld(packages: list[tuple[str, str, str]], pins: list[str]) -> Any:
    """Name the engine's installed packages that are neither on hold nor pinned by their name (apt_preferences(5))."""
    engine = [(name, wanted) for name, _, wanted in packages if name in ENGINES]
    if not engine:
        return Inapplicable("dpkg has no package of Docker here, so there is none to hold back")
    pinned = {word.rstrip("*") for pin in pins for word in pin.split() if word != "*"}
    return tuple(name for name, wanted in engine if wanted != "h" and not any(map(name.startswith, pinned)))


DOCKER = Probe(
    "docker",
    f"{HIDE}\n{snippet(SNIPPETS, 'docker', journal_s=f'{limits.JOURNAL_S:g}')}",
    parse_docker,
    root=True,
    timeout_s=limits.DOCKER_ASK_S,
)


@dataclass(frozen=True, repr=False)
class DockerGroup(Facts):
    """Whether the user may talk to Docker without sudo: the groups of this login, whether it works, else docker's words."""

    groups: frozenset[str]
    works: bool
    said: str


def parse_docker_group(output: Output) -> DockerGroup | Unobserved:
    """First line: `id -nG`; then `works`, or `said …`; neither where docker did not answer in time."""
    groups, _, rest = output.stdout.partition("\n")
    if not groups.strip():
        return Unobserved("id printed no groups")
    lines = [line.removeprefix("said ").strip() for line in rest.splitlines() if line.strip()]
    if not lines:
        return DockerGroup(frozenset(groups.split()), unobserved("docker version did not finish in time"), "")
    works = lines == ["works"]
    return DockerGroup(frozenset(groups.split()), works, "" if works else shortened(lines[-1]))


DOCKER_GROUP = Probe(
    "docker_group", snippet(SNIPPETS, "docker_group"), parse_docker_group, timeout_s=limits.DOCKER_ASK_S
)
