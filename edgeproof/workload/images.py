"""Puts the worker image on every agent: built (or taken) once on the server, sent to all agents at once, verified."""

from __future__ import annotations

import hashlib
import io
import re
import shlex
import tarfile
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from edgeproof import limits
from edgeproof.connect.ssh import SshNode, open_node
from edgeproof.errors import WorkloadError
from edgeproof.files import carried
from edgeproof.inventory import Inventory, Node
from edgeproof.say import Say
from edgeproof.side_by_side import side_by_side

WORKER = carried("worker")
SPARE_FACTOR = 2.5
"""Loading needs the archive's size and the layers' beside each other on the agent's disk."""

LABEL = "edgeproof.worker"
"""Label of an image that edgeproof built: a hash of what it was built from."""

GIVEN_WEIGHTS = "given.pth"


@dataclass(frozen=True)
class Context:
    """What an image is built from: the archive that Docker takes on standard input, and the build's arguments."""

    archive: bytes
    arguments: dict[str, str]

    @property
    def digest(self) -> str:
        """Equal files and arguments make an equal hash: 16 hexadecimal digits."""
        return hashlib.sha256(self.archive + repr(sorted(self.arguments.items())).encode()).hexdigest()[:16]


def distribute(inventory: Inventory, say: Say, rebuild: bool = False) -> str:
    """Give the worker image's id, after it is the same on every agent; raises WorkloadError or a ConnectError."""
    image = inventory.images.worker
    with open_node(inventory, inventory.server) as server:
        context = _context(inventory)
        identity = "" if rebuild else image_id(server, image)
        if identity and _is_outdated(server, image, context):
            say(f"{image} on {inventory.server.name} was built from another worker/ than this one")
            identity = ""
        if not identity:
            say(f"building {image} on {inventory.server.name} …")
            identity = build(inventory, server, context, say)
        say(f"{image} is {identity[:19]} on {inventory.server.name}")
        lacking = [agent for agent in inventory.agents if _lacks(inventory, agent, identity)]
        for agent in inventory.agents:
            if agent not in lacking:
                say(f"{agent.name} has it already")
        if lacking:
            _send_to_all(inventory, server, lacking, identity, say)
    return identity


def image_id(connection: SshNode, image: str) -> str:
    """Give an image's id on a node, '' when it is not there."""
    answer = connection.run(
        f"docker image inspect --format '{{{{.Id}}}}' {shlex.quote(image)} 2>/dev/null", limits.SHORT_COMMAND_S
    )
    found = answer.stdout.decode("utf-8", "replace").strip()
    return found if re.fullmatch(r"sha256:[0-9a-f]{64}", found) else ""


def _lacks(inventory: Inventory, agent: Node, identity: str) -> bool:
    with open_node(inventory, agent) as connection:
        return image_id(connection, inventory.images.worker) != identity


def _is_outdated(server: SshNode, image: str, context: Context) -> bool:
    """Tell whether edgeproof built the image from something else; one that a person built is taken as it is."""
    template = shlex.quote(f'{{{{index .Config.Labels "{LABEL}"}}}}')
    answer = server.run(f"docker image inspect --format {template} {shlex.quote(image)}", limits.SHORT_COMMAND_S)
    return answer.stdout.decode("utf-8", "replace").strip() not in ("", "<no value>", context.digest)


def build(inventory: Inventory, server: SshNode, context: Context, say: Say) -> str:
    """Build worker/ on the server node, by its own Docker; give the image's id."""
    image = inventory.images.worker
    flags = " ".join(f"--build-arg {name}={shlex.quote(value)}" for name, value in context.arguments.items())
    answer = server.feed(
        f"docker build --tag {shlex.quote(image)} --label {LABEL}={context.digest} {flags} - 2>&1",
        io.BytesIO(context.archive),
        limits.IMAGE_BUILD_S,
        lambda _: None,
    )
    text = answer.stdout.decode("utf-8", "replace")
    if answer.status != 0:
        raise WorkloadError(
            f"building {image} on {server.node.name} failed:\n{_last(text)}", _build_fix(text, inventory)
        )
    for line in text.splitlines():
        if line.startswith("Step "):
            say(f"  {line}")
    return image_id(server, image)


def _context(inventory: Inventory) -> Context:
    """Pack worker/, and a weights file if one is named; raises WorkloadError where that cannot be read."""
    weights = inventory.workload.weights
    files = {
        file.relative_to(WORKER).as_posix(): file.read_bytes()
        for file in sorted(WORKER.rglob("*"))
        if file.suffix in (".py", ".cu") or file.name == "Dockerfile"
    }
    arguments = {"BASE": inventory.images.worker_base, "WEIGHTS": weights}
    if weights not in ("pretrained", "random"):
        try:
            files[GIVEN_WEIGHTS] = Path(weights).expanduser().read_bytes()
        except OSError as error:
            raise WorkloadError(
                f"workload.weights: {weights}: {error.strerror}", "name pretrained, random, or a file on this machine"
            ) from error
        arguments["WEIGHTS"] = f"worker/{GIVEN_WEIGHTS}"
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(data), 0o644
            tar.addfile(member, io.BytesIO(data))
    return Context(archive.getvalue(), arguments)


def _build_fix(text: str, inventory: Inventory) -> str:
    if "pull access denied" in text or "manifest" in text or "no such host" in text or "dial tcp" in text:
        return f"docker pull {inventory.images.worker_base}   # on {inventory.server.name}: the base image, of the node's own L4T"
    return f"docker build {WORKER}   # on {inventory.server.name}, to see all of it"


def _last(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-8:])


def _send_to_all(inventory: Inventory, server: SshNode, agents: list[Node], identity: str, say: Say) -> None:
    """Save the image once to this machine, and send it to all agents at once."""
    image = inventory.images.worker
    with tempfile.TemporaryDirectory(prefix="edgeproof-image-") as folder:
        archive = Path(folder) / "image.tar.gz"
        say(f"saving {image} …")
        _save(server, image, archive)
        size = archive.stat().st_size
        say(f"sending {size / 1e6:.0f} MB to {', '.join(agent.name for agent in agents)} …")
        progress = _Progress(size, len(agents), say)
        side_by_side(
            [agent.name for agent in agents],
            lambda name: _send(inventory, inventory.nodes[name], archive, identity, progress),
        )
    say(f"{image} is {identity[:19]} on every agent")


def _save(server: SshNode, image: str, archive: Path) -> None:
    """Fetch `docker save` of an image, compressed on the way."""
    with archive.open("wb") as file:
        server.fetch(f"docker save {shlex.quote(image)} | gzip -1", file, limits.IMAGE_SEND_S)
    if archive.stat().st_size < 1024:
        raise WorkloadError(
            f"docker save of {image} on {server.node.name} gave nothing", f"docker save {image} | wc -c"
        )


def _send(inventory: Inventory, agent: Node, archive: Path, identity: str, progress: _Progress) -> None:
    size = archive.stat().st_size
    with open_node(inventory, agent) as connection:
        _check_space(connection, agent, size)
        with archive.open("rb") as file:
            answer = connection.feed(
                "gunzip | docker load 2>&1", file, limits.IMAGE_SEND_S, lambda sent: progress.tell(agent.name, sent)
            )
        found = image_id(connection, inventory.images.worker)
    if found != identity:
        said = _last((answer.stdout + answer.stderr).decode("utf-8", "replace"))
        raise WorkloadError(
            f"{agent.name}: the image is {found or 'not there'} after loading, not {identity}\n{said}",
            f"docker images; df -h   # on {agent.name}",
        )


def _check_space(connection: SshNode, agent: Node, size: int) -> None:
    place = "$(docker info --format '{{.DockerRootDir}}' 2>/dev/null || echo /var/lib/docker)"
    answer = connection.run(f"df -PB1 {place} 2>/dev/null | awk 'NR == 2 {{print $4}}'", limits.SHORT_COMMAND_S)
    free = answer.stdout.decode("utf-8", "replace").strip()
    if free.isdigit() and int(free) < SPARE_FACTOR * size:
        raise WorkloadError(
            f"{agent.name}: {int(free) / 1e9:.1f} GB free, and loading the image needs {SPARE_FACTOR * size / 1e9:.1f} GB",
            f"docker system df; df -h   # on {agent.name}: what fills it (catalogue: disk-full)",
        )


class _Progress:
    """Tells how far the sending is, in tenths of the whole."""

    def __init__(self, size: int, agents: int, say: Say) -> None:
        self.whole = size * agents
        self.sent: dict[str, int] = {}
        self.told, self.say, self.lock = 0, say, threading.Lock()

    def tell(self, agent: str, sent: int) -> None:
        """Note what one agent has got."""
        with self.lock:
            self.sent[agent] = sent
            tenth = 10 * sum(self.sent.values()) // max(1, self.whole)
            if tenth > self.told:
                self.told = tenth
                self.say(f"  {tenth * 10} % sent")
