"""Puts a dataset into the cluster's NFS export, over SSH; a folder that holds anybody else's JPEGs is left as it is."""

from __future__ import annotations

import shlex
import tarfile
import tempfile
from pathlib import Path

from edgeproof import limits
from edgeproof.connect.ssh import Answer, open_node
from edgeproof.errors import DatasetError
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory, Node
from edgeproof.workload.dataset import NOTE, OURS

NO_FOLDER, FOREIGN = 3, 4
"""Exit statuses of unpack.sh: there is no such folder; it holds JPEGs that edgeproof did not make."""


def export_dataset(inventory: Inventory, images: Path) -> None:
    """Unpack the files of the folder `images` into the export; raises DatasetError or a ConnectError."""
    node = inventory.nfs_node
    if node is None:
        raise DatasetError(*_elsewhere(inventory))
    script = snippet(
        "edgeproof.workload.snippets", "unpack",
        path=inventory.dataset, note=NOTE, ours=OURS, no_folder=NO_FOLDER, foreign=FOREIGN,
    )  # fmt: skip
    with tempfile.TemporaryFile() as archive, open_node(inventory, node) as server:
        with tarfile.open(fileobj=archive, mode="w") as tar:
            for file in sorted(images.iterdir()):
                tar.add(file, arcname=file.name, filter=_anonymous)
        archive.seek(0)
        answer = server.feed(script, archive, limits.IMAGE_SEND_S, lambda _: None)
    if answer.status != 0:
        raise _refusal(inventory, node, answer)


def _elsewhere(inventory: Inventory) -> tuple[str, str]:
    if inventory.storage.absent:
        return "cluster.yaml says storage: none: there is no export", "name a folder in place of --to-export"
    return (
        f"the NFS server {inventory.nfs_address} is not a node in cluster.yaml, so edgeproof does not log in there",
        "mount its export on this machine, and name that folder in place of --to-export",
    )


def _refusal(inventory: Inventory, node: Node, answer: Answer) -> DatasetError:
    path = shlex.quote(inventory.dataset)
    place = f"{node.name}:{inventory.dataset}"
    if answer.status == NO_FOLDER:
        fix = f'sudo mkdir -p {path} && sudo chown "$USER" {path}   # on {node.name}, as the user that edgeproof logs in as'
        return DatasetError(f"{place} does not exist", fix, does="changes")
    if answer.status == FOREIGN:
        said = "contains JPEGs that edgeproof did not make; they are left untouched"
        return DatasetError(f"{place} {said}", "run the workload on them as they are")
    said = answer.stderr.decode("utf-8", "replace").strip()[-300:]
    return DatasetError(
        f"{place}: {said}", f"ls -ld {path}; df -h {path}; id   # on {node.name}: may this user write there?"
    )


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o644
    return member
