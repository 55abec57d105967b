"""The worker image where a node's pods find it: in Docker's store, or in the containerd of K3s, which root alone may ask."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass

from edgeproof import limits
from edgeproof.connect.ssh import Answer, Readable, SshNode
from edgeproof.connect.sudo import SudoPassword, printed_as_root
from edgeproof.errors import WorkloadError
from edgeproof.facts.node.runtime.images import WorkerImage, parse_worker_image, worker_image_script
from edgeproof.facts.observed import Unobserved
from edgeproof.facts.probe import Output
from edgeproof.inventory import Inventory

BEGINS = "edgeproof-archive-begins"
"""The line before an archive on standard input: what stands before it is a password that sudo did not ask for."""

PATH = "PATH=$PATH:/usr/local/bin:/opt/bin"
"""Where K3s is, which sudo's own PATH may leave out."""

LOADS = {"docker": "docker load 2>&1", "containerd": f"{PATH} k3s ctr -n k8s.io images import - 2>&1"}
PLACES = {
    "docker": "$(docker info --format '{{.DockerRootDir}}' 2>/dev/null || echo /var/lib/docker)",
    "containerd": "/var/lib/rancher/k3s",
}
"""Where each store keeps its layers; a K3s with another --data-dir has them elsewhere."""


class NeedsRoot(WorkloadError):
    """Sudo does not let edgeproof in on a node, whose containerd root alone may ask."""


@dataclass(frozen=True)
class Store:
    """One runtime's images on one node."""

    connection: SshNode
    inventory: Inventory
    runtime: str
    password: SudoPassword

    @property
    def node(self) -> str:
        """The node's name."""
        return self.connection.node.name

    def find(self) -> WorkerImage:
        """Look the worker image up; raises WorkloadError where nothing tells of it."""
        script = worker_image_script(self.inventory, self.runtime)
        answer = self._run(script, limits.SHORT_COMMAND_S)
        found = parse_worker_image(Output(_text(answer.stdout), _text(answer.stderr), answer.status))
        if isinstance(found, Unobserved):
            raise WorkloadError(f"{self.node}: {found.why}", f"python -m edgeproof node -k docker   # on {self.node}")
        return found

    def load(self, archive: Readable, is_zipped: bool, progress: Callable[[int], None]) -> str:
        """Load an archive of `docker save`, and give what was said; whether the image is there then is for the caller to see."""
        load = f"gunzip | {LOADS[self.runtime]}" if is_zipped else LOADS[self.runtime]
        if self.runtime == "docker":
            answer = self.connection.feed(load, archive, limits.IMAGE_SEND_S, progress)
        else:
            # `read` takes its lines byte by byte from a pipe, so the archive is left whole.
            script = f'while read -r line && [ "$line" != {BEGINS} ]; do :; done; {load}'
            secret = self.password.secret.get_secret_value()
            head = io.BytesIO(f"{secret}\n{BEGINS}\n".encode() if secret else f"{BEGINS}\n".encode())
            as_root = self.password.script(self.connection.user, script)
            sent = self.connection.feed(as_root, _Joined(head, archive), limits.IMAGE_SEND_S, progress)
            answer = self._let_in(sent)
        return _text(answer.stdout + answer.stderr)

    def free_bytes(self) -> int | None:
        """Give the room where the layers come to lie; None where nobody tells."""
        command = f"df -PB1 {PLACES[self.runtime]} 2>/dev/null | awk 'NR == 2 {{print $4}}'"
        free = _text(self.connection.run(command, limits.SHORT_COMMAND_S).stdout).strip()
        return int(free) if re.fullmatch(r"[0-9]{1,18}", free) else None

    def _run(self, script: str, timeout_s: float) -> Answer:
        if self.runtime == "docker":
            return self.connection.run(script, timeout_s)
        as_root = self.password.script(self.connection.user, script)
        return self._let_in(self.connection.run(as_root, timeout_s, self.password.secret))

    def _let_in(self, answer: Answer) -> Answer:
        printed = printed_as_root(answer.stdout)
        if printed is None:
            raise NeedsRoot(
                f"{self.node}: only root may list and load containerd's images, and sudo refused: {_text(answer.stderr).strip()[-200:]}",
                f"python -m edgeproof node -k sudo   # says what refuses it on {self.node}",
            )
        return Answer(printed, answer.stderr, answer.status)


class _Joined:
    """One stream after another, for reading alone."""

    def __init__(self, *streams: Readable) -> None:
        self.streams = list(streams)

    def read(self, size: int, /) -> bytes:
        """Read up to `size` bytes, of one stream at a time; b'' at the end of the last."""
        while self.streams:
            if chunk := self.streams[0].read(size):
                return chunk
            self.streams.pop(0)
        return b""


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
