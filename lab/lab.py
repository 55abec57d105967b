"""A lab: its nodes, its network, its folder; and how to run something in one of its nodes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Literal, get_args

from lab import limits
from lab.board import DEFAULT, Board, boards_of
from lab.command import Completed
from lab.docker import Docker
from lab.errors import LabError
from lab.machine import MOST_FAIR_CPUS
from lab.places import state_folder

DEFAULT_NAME = "edgeproof"
DEFAULT_SUBNET = "192.168.0.0/16"
DNS = "8.8.8.8"
FIRST_NAMES = ("user-desktop", "user-worker", "user-newworker")
LABEL = "edgeproof.lab"
Runtime = Literal["docker", "containerd"]
RUNTIMES: tuple[Runtime, ...] = get_args(Runtime)
WAYS = ("default-runtime", "runtime-class", "cdi")
"""How pods get the GPU, as cluster.yaml's kubernetes.gpu names it; a K3s on Docker has the first alone."""
LEAST_CPUS, MOST_CPUS = 0.1, 64.0
SIDE_BY_SIDE = 8
"""Nodes that are worked on at once."""


@dataclass(frozen=True)
class Plan:
    """What a lab shall be: written to its state folder, and read again by every later command."""

    name: str = DEFAULT_NAME
    subnet: str = DEFAULT_SUBNET
    agents: int = 2
    cpus: float = MOST_FAIR_CPUS
    server_cpus: float = 0.8
    boards: str = DEFAULT
    runtime: Runtime = "docker"
    gpu: str = WAYS[0]
    sudo_password: bool = False
    jump_host: bool = False
    ssh_agent: bool = False

    def __post_init__(self) -> None:
        if self.runtime not in RUNTIMES:
            raise LabError(f"--runtime {self.runtime}: {' or '.join(RUNTIMES)}")
        if self.gpu not in (WAYS if self.runtime == "containerd" else WAYS[:1]):
            raise LabError(f"--gpu {self.gpu}: {', '.join(WAYS)} with --runtime containerd; {WAYS[0]} on Docker")
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,11}", self.name):
            raise LabError(f"--name {self.name}: lower-case letters, digits and hyphens, 12 at most")
        try:
            network = IPv4Network(self.subnet)
        except ValueError as error:
            raise LabError(f"--subnet {self.subnet}: not a network such as {DEFAULT_SUBNET}") from error
        if network.prefixlen != 16 or not network.is_private:
            raise LabError(f"--subnet {self.subnet}: a private /16 is needed, such as {DEFAULT_SUBNET}")
        if not 1 <= self.agents <= 20:
            raise LabError(f"--agents {self.agents}: 1 to 20")
        if not LEAST_CPUS <= self.cpus <= MOST_CPUS:
            raise LabError(f"--cpus {self.cpus}: {LEAST_CPUS} to {MOST_CPUS} cores")
        boards_of(self.boards, self.agents + 1)

    def address(self, third: int, fourth: int) -> IPv4Address:
        """Give the address SUBNET.third.fourth."""
        return IPv4Network(self.subnet)[third * 256 + fourth]

    @property
    def gateway(self) -> IPv4Address:
        """The mission's laptop."""
        return self.address(0, 1)

    @property
    def bridge_address(self) -> IPv4Address:
        """This machine's own address in the lab's network."""
        return self.address(255, 254)

    @property
    def network(self) -> str:
        """Name of the Docker network, and of what else belongs to the lab."""
        return f"edgeproof-{self.name}"

    @property
    def bridge(self) -> str:
        """Name of the bridge's interface (15 characters at most)."""
        return f"el{self.name}"[:15]


@dataclass(frozen=True)
class Node:
    """One node of a lab."""

    name: str
    address: IPv4Address
    role: Literal["server", "agent"]
    container: str
    board: Board = field(repr=False, compare=False)
    docker: Docker = field(repr=False, compare=False)

    def run(self, script: str, timeout_s: float = limits.NODE_COMMAND_S, check: bool = True) -> Completed:
        """Run shell text as root in the node; raises LabError when it fails (with `check`) or takes too long."""
        return self.docker("exec", self.container, "bash", "-c", script, timeout_s=timeout_s, check=check)

    def holds(self, condition: str) -> bool:
        """Tell whether a shell condition holds in the node; a node that is off holds none."""
        try:
            return self.run(condition, check=False).status == 0
        except LabError:
            return False

    def write(self, path: str, text: str, mode: str = "644") -> None:
        """Write a file in the node."""
        script = f"install -D -m {mode} /dev/stdin {path}"
        self.docker("exec", "-i", self.container, "bash", "-c", script, stdin=text)

    def stop(self) -> None:
        """Power the node off, at once, as pulling its plug does."""
        self.docker("kill", self.container, check=False)
        self.docker("update", "--restart", "no", self.container)
        self.docker("stop", "-t", "0", self.container)

    def start(self) -> None:
        """Power the node on."""
        self.docker("update", "--restart", "unless-stopped", self.container)
        self.docker("start", self.container)


def side_by_side(nodes: Iterable[Node], work: Callable[[Node], object]) -> None:
    """Do the same on several nodes at once; the first failure is raised."""
    with ThreadPoolExecutor(max_workers=SIDE_BY_SIDE) as pool:
        for future in [pool.submit(work, node) for node in nodes]:
            future.result()


@dataclass(frozen=True)
class Lab:
    """A lab by its plan, in a Docker daemon."""

    plan: Plan
    docker: Docker = field(repr=False)

    @property
    def folder(self) -> Path:
        """Where its inventory, key, known_hosts and kubeconfig lie."""
        return state_folder() / self.plan.name

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The server, then the agents."""
        names = [*FIRST_NAMES, *(f"user-worker{number}" for number in range(4, 22))]
        boards = boards_of(self.plan.boards, self.plan.agents + 1)
        return tuple(
            Node(
                name,
                self.plan.address(10, place + 1),
                "agent" if place else "server",
                f"{self.plan.network}-{name}",
                boards[place],
                self.docker,
            )
            for place, name in enumerate(names[: self.plan.agents + 1])
        )

    @property
    def server(self) -> Node:
        """The node of role server."""
        return self.nodes[0]

    @property
    def agents(self) -> tuple[Node, ...]:
        """The nodes of role agent."""
        return self.nodes[1:]

    @property
    def gateway_container(self) -> str:
        """Name of the gateway's container."""
        return f"{self.plan.network}-gateway"

    def node(self, name: str) -> Node:
        """Give the node of that name; raises LabError when there is none."""
        for node in self.nodes:
            if node.name == name:
                return node
        raise LabError(f"no node {name} in this lab; its nodes: {', '.join(node.name for node in self.nodes)}")

    def peer_of(self, node: Node) -> Node:
        """Give another agent; the server where there is none."""
        return next(other for other in (*self.agents, self.server) if other != node)

    def save(self) -> None:
        """Write the plan to the state folder."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (self.folder / "plan.json").write_text(json.dumps(asdict(self.plan)))


def saved_plan(name: str) -> Plan | None:
    """Give the plan of a lab that was brought up; None when there is none of that name."""
    file = state_folder() / name / "plan.json"
    try:
        return Plan(**json.loads(file.read_text()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise LabError(f"{file}: not a plan of this release's lab; take the lab down and up again") from error


def saved_names() -> list[str]:
    """Name every lab that was brought up."""
    return sorted(file.parent.name for file in state_folder().glob("*/plan.json"))
