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
from edgeproof.inventory import Inventory
from edgeproof.workload.dataset import NOTE, OURS

NO_FOLDER, FOREIGN = 3, 4
"""Exit statuses of unpack.sh: there is no such folder; it holds JPEGs that edgeproof did not make."""


def export_dataset(inventory: Inventory, images: Path) -> None:
    """Unpack the files of the folder `images` into the export; raises DatasetError or a ConnectError."""
    script = snippet(
        "edgeproof.workload.snippets", "unpack",
        path=inventory.dataset, note=NOTE, ours=OURS, no_folder=NO_FOLDER, foreign=FOREIGN,
    )  # fmt: skip
    with tempfile.TemporaryFile() as archive, open_node(inventory, inventory.nfs_server) as server:
        with tarfile.open(fileobj=archive, mode="w") as tar:
            for file in sorted(images.iterdir()):
                tar.add(file, arcname=file.name, filter=_anonymous)
        archive.seek(0)
        answer = server.feed(script, archive, limits.IMAGE_SEND_S, lambda _: None)
    if answer.status != 0:
        raise _refusal(inventory, answer)


def _refusal(inventory: Inventory, answer: Answer) -> DatasetError:
    path = shlex.quote(inventory.dataset)
    place = f"{inventory.nfs_server.name}:{inventory.dataset}"
    if answer.status == NO_FOLDER:
        fix = f"sudo mkdir -p {path} && sudo chown nobody:nogroup {path} && sudo chmod 777 {path}"
        return DatasetError(f"{place} does not exist", fix)
    if answer.status == FOREIGN:
        said = "holds JPEGs that are not ours; they are left as they are"
        return DatasetError(f"{place} {said}", "run the workload on them as they are")
    return DatasetError(f"{place}: {answer.stderr.decode('utf-8', 'replace').strip()[-300:]}", f"sudo chmod 777 {path}")


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o644
    return member
