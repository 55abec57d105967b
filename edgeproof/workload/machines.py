"""What the distribution of the worker image has to know of each machine: its kind, and the images that it has under the worker's name."""

from __future__ import annotations

from dataclasses import dataclass

from edgeproof import limits
from edgeproof.connect.ssh import SshNode, open_node
from edgeproof.connect.sudo import SudoPassword
from edgeproof.errors import WorkloadError
from edgeproof.facts.node.identity import PLATFORM, Platform
from edgeproof.facts.node.runtime.images import WorkerImage
from edgeproof.facts.observed import Unobserved
from edgeproof.facts.probe import Output
from edgeproof.inventory import Inventory, Node
from edgeproof.side_by_side import side_by_side
from edgeproof.workload.store import NeedsRoot, Store


@dataclass(frozen=True)
class Machine:
    """A node and the worker image on it: where its pods find it (None where it takes none), and in its Docker (None without one)."""

    node: Node
    platform: Platform
    image: WorkerImage | None
    in_docker: WorkerImage | None

    @property
    def name(self) -> str:
        """The node's name."""
        return self.node.name

    @property
    def kind(self) -> str:
        """The kind of machines that one image runs on."""
        return self.platform.image_kind

    @property
    def images(self) -> list[WorkerImage]:
        """The images that it has under the worker's name, in either store."""
        return [image for image in (self.image, self.in_docker) if image is not None and image.id]


def look(inventory: Inventory, password: SudoPassword) -> list[Machine]:
    """Look at the first server, where images are built if it can be, and at all agents; raises WorkloadError or a ConnectError.

    Where sudo asks for a password, it is asked for once.
    """
    nodes = {node.name: node for node in (inventory.server, *inventory.agents)}

    def look_at_all() -> list[Machine]:
        found = side_by_side(nodes, lambda name: _look(inventory, nodes[name], password))
        return list(found.values())

    try:
        return look_at_all()
    except NeedsRoot:
        if password.is_known or not password.ask("sudo asks for a password on the agents: "):
            raise
    return look_at_all()


def _look(inventory: Inventory, node: Node, password: SudoPassword) -> Machine:
    with open_node(inventory, node) as connection:
        answer = connection.run(PLATFORM.snippet, limits.SHORT_COMMAND_S)
        platform = PLATFORM.parse(Output(answer.stdout.decode("utf-8", "replace")))
        if isinstance(platform, Unobserved):
            raise WorkloadError(f"{node.name}: {platform.why}", f"uname -a   # on {node.name}")
        docker = Store(connection, inventory, "docker", password)
        in_docker = docker.find() if _has_docker(connection) else None
        if inventory.kubernetes.runtime == "docker":
            return Machine(node, platform, (in_docker or docker.find()) if node.takes_work else None, in_docker)
        pods = Store(connection, inventory, inventory.kubernetes.runtime, password)
        return Machine(node, platform, pods.find() if node.takes_work else None, in_docker)


def _has_docker(connection: SshNode) -> bool:
    command = "docker version --format '{{.Server.Version}}' >/dev/null 2>&1"
    return connection.run(command, limits.SHORT_COMMAND_S).status == 0
