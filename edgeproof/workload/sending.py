"""Sends an image's archive to many agents at once, loads it where their pods find it, and sees that it arrived."""

from __future__ import annotations

import shlex
import threading
from collections.abc import Sequence
from pathlib import Path

from edgeproof import limits
from edgeproof.connect.ssh import SshNode, open_node
from edgeproof.connect.sudo import SudoPassword
from edgeproof.errors import WorkloadError
from edgeproof.facts.node.runtime.images import WorkerImage
from edgeproof.inventory import Inventory
from edgeproof.say import Say
from edgeproof.side_by_side import side_by_side
from edgeproof.workload.archive import Archive
from edgeproof.workload.store import Store
from edgeproof.workload.worker_build import last

SPARE_FACTOR = 2.5
"""Loading needs the archive's size and the layers' beside each other on the agent's disk."""


def save(builder: SshNode, name: str, image: WorkerImage, path: Path) -> Archive:
    """Fetch `docker save` of an image, compressed on the way."""
    with path.open("wb") as file:
        builder.fetch(f"docker save {shlex.quote(name)} | gzip -1", file, limits.IMAGE_SEND_S)
    if path.stat().st_size < 1024:
        raise WorkloadError(f"docker save of {name} on {builder.node.name} gave nothing", f"docker save {name} | wc -c")
    return Archive(path, True, image)


def send(
    inventory: Inventory, archive: Archive, agents: Sequence[str], password: SudoPassword, say: Say
) -> dict[str, str]:
    """Send an archive to agents, by their names, and give the image's id on each; raises WorkloadError where it did not arrive."""
    size = archive.path.stat().st_size
    say(f"sending {size / 1e6:.0f} MB to {', '.join(agents)} …")
    progress = _Progress(size, len(agents), say)
    return side_by_side(agents, lambda name: _send(inventory, name, archive, password, progress))


def _send(inventory: Inventory, agent: str, archive: Archive, password: SudoPassword, progress: _Progress) -> str:
    with open_node(inventory, inventory.nodes[agent]) as connection:
        store = Store(connection, inventory, inventory.kubernetes.runtime, password)
        _check_space(store, archive.path.stat().st_size)
        with archive.path.open("rb") as file:
            said = store.load(file, archive.is_zipped, lambda sent: progress.tell(agent, sent))
        found = store.find()
    if not found.is_same_as(archive.image):
        raise WorkloadError(
            f"{agent}: the image is {found.id or 'not there'} after loading, not {archive.image.id}\n{last(said)}",
            f"{'docker images' if store.runtime == 'docker' else 'sudo k3s crictl images'}; df -h   # on {agent}",
        )
    return found.id


def _check_space(store: Store, size: int) -> None:
    free = store.free_bytes()
    if free is not None and free < SPARE_FACTOR * size:
        raise WorkloadError(
            f"{store.node}: {free / 1e9:.1f} GB free, and loading the image needs {SPARE_FACTOR * size / 1e9:.1f} GB",
            f"{'docker system df; ' if store.runtime == 'docker' else ''}df -h   # on {store.node}: what fills it (catalogue: disk-full)",
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
