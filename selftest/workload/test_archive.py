"""Archives of images built elsewhere: every form that tools write is read, and what would not load is said before it is sent."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import random
import tarfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from edgeproof.errors import WorkloadError
from edgeproof.workload.archive import read_archive
from lab.places import cache_folder

NAME = "jetson-inference:v1"
LABELS = {"edgeproof.worker": "0123456789abcdef", "edgeproof.l4t": "36", "edgeproof.build": "feedfeedfeedfeed"}
CONFIG = json.dumps({"architecture": "arm64", "os": "linux", "config": {"Labels": LABELS}}).encode()
DIGEST = hashlib.sha256(CONFIG).hexdigest()
LAYER = random.Random(17).randbytes(15000)
BLOBS = "blobs/sha256/"

Parts = list[tuple[str, bytes]]


def manifest(config: str, *layers: str, tags: Iterable[str] = (NAME,)) -> bytes:
    """Write manifest.json for one image."""
    return json.dumps([{"Config": config, "RepoTags": list(tags), "Layers": list(layers)}]).encode()


FORMS: dict[str, Parts] = {
    "docker-20": [("a1/layer.tar", LAYER), (f"{DIGEST}.json", CONFIG), ("manifest.json", manifest(f"{DIGEST}.json", "a1/layer.tar"))],
    "docker-25": [
        (f"{BLOBS}{DIGEST}", CONFIG),
        (f"{BLOBS}b2", LAYER),
        ("index.json", b"{}"),
        ("manifest.json", manifest(f"{BLOBS}{DIGEST}", f"{BLOBS}b2")),
        ("oci-layout", b'{"imageLayoutVersion":"1.0.0"}'),
    ],
    "skopeo": [
        ("c3.tar", LAYER),
        (f"{DIGEST}.json", CONFIG),
        ("manifest.json", manifest(f"{DIGEST}.json", "c3.tar", tags=[f"docker.io/library/{NAME}"])),
    ],
    "crane": [(f"sha256:{DIGEST}", CONFIG), ("d4.tar.gz", LAYER), ("manifest.json", manifest(f"sha256:{DIGEST}", "d4.tar.gz"))],
}  # fmt: skip
"""The names that each tool gives to an image's configuration and layers, and the order in which it writes them."""


def written(path: Path, parts: Parts, pack: Callable[[bytes], bytes] = bytes) -> Path:
    """Write an archive of these files, which ends with two blocks of zeros, as those tools' do."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        for name, content in parts:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    size = sum(512 + -(-len(content) // 512) * 512 for _, content in parts)
    path.write_bytes(pack(data.getvalue()[: size + 1024]))
    return path


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("form", FORMS)
def test_forms(form: str, pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    """Each gives the image's id, as Docker and containerd have it, its architecture, and what its labels say."""
    found = read_archive(written(tmp_path / "worker.tar", FORMS[form], pack), NAME)
    assert (found.image.id, found.image.architecture) == (f"sha256:{DIGEST}", "arm64")
    assert (found.image.built_from, found.image.l4t, found.image.build) == tuple(LABELS.values())
    assert found.is_zipped is (pack is gzip.compress)


def changed(form: str, name: str, content: bytes) -> Parts:
    """Give a form with one of its files changed."""
    return [(each, content if each == name else old) for each, old in FORMS[form]]


def without(form: str, name: str) -> Parts:
    """Give a form with one of its files taken away."""
    return [(each, old) for each, old in FORMS[form] if each != name]


PLAIN = FORMS["docker-20"]
FOREIGN = json.dumps({"architecture": "arm64", "config": {"Labels": None}}).encode()
FOREIGN_JSON = f"{hashlib.sha256(FOREIGN).hexdigest()}.json"
WRONG: dict[str, tuple[Parts, str]] = {
    "another-name": ([(n, manifest(f"{DIGEST}.json", tags=["other:v2"]) if n == "manifest.json" else c) for n, c in PLAIN], "holds other:v2, and not jetson-inference:v1 (images.worker"),
    "two-names": ([(n, manifest(f"{DIGEST}.json", tags=[NAME, "busybox:latest"]) if n == "manifest.json" else c) for n, c in PLAIN], "would take those names, too"),
    "no-label": ([(FOREIGN_JSON, FOREIGN), ("manifest.json", manifest(FOREIGN_JSON))], "has no label edgeproof.worker"),
    "a-layer-is-not-there": (without("docker-20", "a1/layer.tar"), "the first: a1/layer.tar"),
    "altered": (changed("docker-20", f"{DIGEST}.json", CONFIG + b" "), "damaged"),
    "oci-alone": (without("docker-25", "manifest.json"), "an OCI layout without Docker's manifest.json"),
    "something-else": ([("readme.txt", b"hello")], "no docker save archive"),
    "manifest-is-no-json": (changed("docker-20", "manifest.json", b"{"), "holds no image with a name"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_would_not_do(case: str, tmp_path: Path) -> None:
    """It is said of the file, with how to write one that does."""
    parts, words = WRONG[case]
    path = written(tmp_path / "worker.tar", parts)
    with pytest.raises(WorkloadError) as failed:
        read_archive(path, NAME)
    assert str(failed.value).startswith(f"{path}: ")
    assert words in str(failed.value)
    assert failed.value.fix


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("form", FORMS)
def test_cut_anywhere(form: str, pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    """A file that was cut is never taken for a whole one, wherever it ends."""
    path = written(tmp_path / "worker.tar", FORMS[form], pack)
    whole = path.read_bytes()
    last = len(whole) - 1 if pack is gzip.compress else len(whole) - 1025  # in the closing zeros nothing is lost
    for end in {0, 1, 2, last, *(last * part // 40 for part in range(40))}:
        path.write_bytes(whole[:end])
        with pytest.raises(WorkloadError):
            pytest.fail(f"{end} of {len(whole)} bytes: {read_archive(path, NAME)}")


def test_none_there(tmp_path: Path) -> None:
    """A file that is not there is named."""
    with pytest.raises(WorkloadError, match="No such file"):
        read_archive(tmp_path / "none.tar", NAME)


def test_a_real_archive(tmp_path: Path) -> None:
    """What a real `docker save` wrote: the lab's images, whose names are told, and one of them alone, which is not edgeproof's."""
    kept = sorted(cache_folder().glob("images-*/images.tar"))
    if not kept:
        pytest.skip("no archive of the lab's images: `make lab` makes one")
    with pytest.raises(WorkloadError, match=r"holds .*busybox:latest, .*, and not jetson-inference:v1"):
        read_archive(kept[-1], NAME)
    with pytest.raises(WorkloadError, match="would take those names, too"):
        read_archive(kept[-1], "busybox")
    alone = only(kept[-1], "busybox:latest", tmp_path / "busybox.tar")
    with pytest.raises(
        WorkloadError, match=r"busybox in it is sha256:[0-9a-f]{12}, which was not built from edgeproof's"
    ):
        read_archive(alone, "busybox")


def only(archive: Path, tag: str, target: Path) -> Path:
    """Write one image of an archive into another, as `docker save` of that one does."""
    with tarfile.open(archive) as tar:
        entries: list[dict[str, Any]] = json.load(tar.extractfile("manifest.json"))  # type: ignore[arg-type]
        entry = next(entry for entry in entries if entry["RepoTags"] == [tag])
        parts = [(name, tar.extractfile(name).read()) for name in (entry["Config"], *entry["Layers"])]  # type: ignore[union-attr]
    return written(target, [*parts, ("manifest.json", json.dumps([entry]).encode())])
