"""Builds the worker image from worker/, on one machine of the kind that it is for, by that machine's own Docker."""

from __future__ import annotations

import hashlib
import io
import secrets
import shlex
import tarfile
from dataclasses import dataclass
from pathlib import Path

from edgeproof import limits
from edgeproof.connect.ssh import SshNode
from edgeproof.errors import WorkloadError
from edgeproof.facts.node.runtime.images import BUILD_LABEL, L4T_LABEL, LABEL
from edgeproof.files import carried
from edgeproof.inventory import Inventory
from edgeproof.say import Say

WORKER = carried("worker")
GIVEN_WEIGHTS = "given.pth"
SINGLE = "BUILDX_NO_DEFAULT_ATTESTATIONS=1"
"""Keeps buildx from wrapping the image into an index: its id is then its own, and any containerd imports what docker save makes of it."""


@dataclass(frozen=True)
class Recipe:
    """What an image is built from: the archive that Docker takes on standard input, the build's arguments, and L4T's first number."""

    archive: bytes
    arguments: dict[str, str]
    l4t_major: str

    @property
    def digest(self) -> str:
        """Equal files and arguments make an equal hash: 16 hexadecimal digits."""
        return hashlib.sha256(self.archive + repr(sorted(self.arguments.items())).encode()).hexdigest()[:16]

    def words(self) -> str:
        """Give the options of `docker build` that make this image."""
        labels = {LABEL: self.digest, L4T_LABEL: self.l4t_major}
        flags = [f"--build-arg {name}={shlex.quote(value)}" for name, value in self.arguments.items()]
        return " ".join([*flags, *(f"--label {name}={value}" for name, value in labels.items() if value)])


def recipe(inventory: Inventory, base: str, l4t_major: str) -> Recipe:
    """Pack worker/, and a weights file if one is named; raises WorkloadError where that cannot be read."""
    weights = inventory.workload.weights
    files = {
        file.relative_to(WORKER).as_posix(): file.read_bytes()
        for file in sorted(WORKER.rglob("*"))
        if file.suffix in (".py", ".cu") or file.name == "Dockerfile"
    }
    arguments = {"BASE": base, "WEIGHTS": weights}
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
    return Recipe(archive.getvalue(), arguments, l4t_major)


def build(inventory: Inventory, builder: SshNode, made_of: Recipe, say: Say) -> None:
    """Build the image and give it its name, in the builder's Docker; raises WorkloadError with the end of what was said."""
    image = inventory.images.worker
    number = f"--label {BUILD_LABEL}={secrets.token_hex(8)}"
    answer = builder.feed(
        f"{SINGLE} docker build --tag {shlex.quote(image)} {made_of.words()} {number} - 2>&1",
        io.BytesIO(made_of.archive),
        limits.IMAGE_BUILD_S,
        lambda _: None,
    )
    text = answer.stdout.decode("utf-8", "replace")
    if answer.status != 0:
        raise WorkloadError(
            f"building {image} on {builder.node.name} failed:\n{last(text)}", _fix(text, builder.node.name, made_of)
        )
    for line in text.splitlines():
        if line.startswith("Step "):
            say(f"  {line}")


def build_elsewhere(inventory: Inventory, made_of: Recipe, architecture: str) -> str:
    """Give the commands that build the image on another machine, and bring it here."""
    image, weights = inventory.images.worker, inventory.workload.weights
    given = made_of.arguments["WEIGHTS"] not in ("pretrained", "random")
    copy = f"cp {shlex.quote(weights)} {WORKER}/{GIVEN_WEIGHTS} && " if given else ""
    made = f"docker build --platform linux/{architecture} --tag {shlex.quote(image)} {made_of.words()} {WORKER}"
    return f"{copy}{made} && docker save {shlex.quote(image)} -o worker.tar && python -m edgeproof image --archive worker.tar"


def _fix(text: str, builder: str, made_of: Recipe) -> str:
    if "pull access denied" in text or "manifest" in text or "no such host" in text or "dial tcp" in text:
        return f"docker pull {made_of.arguments['BASE']}   # on {builder}: the base image"
    return f"docker build {WORKER}   # on {builder}, to see all of it"


def last(text: str) -> str:
    """Give the end of what a program said."""
    return "\n".join(text.strip().splitlines()[-8:])
