"""An image built elsewhere, as `docker save` writes it: which image, for which machines, and whether the file is whole."""

from __future__ import annotations

import gzip
import hashlib
import json
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgeproof.errors import WorkloadError
from edgeproof.facts.node.runtime.images import WorkerImage, image_of

ZIPPED = b"\x1f\x8b"
"""How gzip's files begin (RFC 1952)."""

MOST_JSON_BYTES = 8 << 20


@dataclass(frozen=True)
class Archive:
    """A file of `docker save`, plain or gzipped, with the worker image in it and no other."""

    path: Path
    is_zipped: bool
    image: WorkerImage


def read_archive(path: Path, name: str) -> Archive:
    """Look into an archive for the image of that name; raises WorkloadError that says what is wrong with the file, and how to write it."""
    save = f"docker save {name} -o {path.name}   # where the image was built"
    try:
        with path.open("rb") as file:
            is_zipped = file.read(len(ZIPPED)) == ZIPPED
        members = _members(path)
    except OSError as error:
        raise WorkloadError(f"{path}: {error.strerror or error}", "name a file that docker save wrote") from error
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise WorkloadError(f"{path}: truncated, or not an archive of docker save: {error}", save) from error
    if "manifest.json" not in members.texts:
        kind = (
            "an OCI layout without Docker's manifest.json"
            if "oci-layout" in members.names
            else "no docker save archive"
        )
        raise WorkloadError(f"{path}: {kind}: Docker before 25 does not load it", save)
    entry = _only_image(path, members.parsed("manifest.json"), name, save)
    config = str(entry.get("Config", ""))
    lacking = [part for part in (config, *map(str, entry.get("Layers") or [])) if part not in members.names]
    if lacking:
        raise WorkloadError(
            f"{path}: truncated: {len(lacking)} of its parts are missing (the first: {lacking[0]})", save
        )
    digest = hashlib.sha256(members.texts.get(config, b"")).hexdigest()
    if digest not in config:
        raise WorkloadError(f"{path}: damaged: {config} has the sha256 {digest}", save)
    return Archive(path, is_zipped, _image(path, members.parsed(config), f"sha256:{digest}", name))


@dataclass(frozen=True)
class _Members:
    """The names of all that an archive holds, and the text of what may be JSON."""

    names: frozenset[str]
    texts: dict[str, bytes]

    def parsed(self, name: str) -> Any:
        try:
            return json.loads(self.texts[name])
        except (ValueError, RecursionError):
            return None


def _members(path: Path) -> _Members:
    """Read through the archive once; small members are kept, since Docker 25 and later name no file by what it is."""
    names, texts = set(), {}
    with tarfile.open(path, "r|*") as tar:
        for member in tar:
            names.add(member.name)
            # Docker 20 writes a layer that several images share as a link to the first.
            file = tar.extractfile(member) if member.isreg() and member.size <= MOST_JSON_BYTES else None
            data = file.read() if file else b""
            if data[:1] in (b"{", b"["):
                texts[member.name] = data
    _read_to_the_end(path)
    return _Members(frozenset(names), texts)


def _read_to_the_end(path: Path) -> None:
    """Raise EOFError or ValueError where the file ends too soon: a tar archive ends with two blocks of zeros (tar(5))."""
    with path.open("rb") as plain:
        stream = gzip.open(plain) if plain.read(len(ZIPPED)) == ZIPPED else plain  # noqa: SIM115
        plain.seek(0)
        tail = b""
        while chunk := stream.read(1 << 20):
            tail = (tail + chunk)[-1024:]
    if tail != b"\0" * 1024:
        raise ValueError("it ends in the middle of a file")


def _only_image(path: Path, manifest: Any, name: str, save: str) -> dict[str, Any]:
    entries = [entry for entry in manifest if isinstance(entry, dict)] if isinstance(manifest, list) else []
    tags = sorted({str(tag) for entry in entries for tag in entry.get("RepoTags") or []})
    held = ", ".join(tags) or "no image with a name"
    if _full(name) not in map(_full, tags):
        retag = f"docker tag {tags[0]} {name} && {save}" if tags else save
        raise WorkloadError(f"{path}: holds {held}, and not {name} (images.worker in cluster.yaml)", retag)
    if len(tags) > 1:
        raise WorkloadError(
            f"{path}: holds {held}: loading it would take those names, too, from images on the agents", save
        )
    return entries[0]


def _full(name: str) -> str:
    """Write an image's name out as Docker and containerd do: registry, path and tag."""
    first, slash, _ = name.partition("/")
    if not slash:
        name = f"docker.io/library/{name}"
    elif not ("." in first or ":" in first or first == "localhost"):
        name = f"docker.io/{name}"
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"


def _image(path: Path, config: Any, identity: str, name: str) -> WorkerImage:
    config = config if isinstance(config, dict) else {}
    inner = config.get("config")
    labels = inner.get("Labels") if isinstance(inner, dict) else None
    image = image_of(identity, str(config.get("architecture", "")), labels if isinstance(labels, dict) else {})
    if not image.is_edgeproofs:
        raise WorkloadError(
            f"{path}: {name} in it is {identity[:19]}, which was not built from edgeproof's worker/ (it has no label edgeproof.worker)",
            "build it from worker/, by its Dockerfile: docs/worker.md has the command",
        )
    return image
