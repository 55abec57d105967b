"""The worker image on a node, over a real connection: loaded into containerd through sudo, or into Docker, and never over somebody's own."""

from __future__ import annotations

import hashlib
import io
import json
import os
import platform
from pathlib import Path

import pytest

from edgeproof.connect.ssh import open_node
from edgeproof.connect.sudo import SudoPassword
from edgeproof.errors import WorkloadError
from edgeproof.facts.node.image_kind import ARCHITECTURES
from edgeproof.inventory import Inventory
from edgeproof.workload.images import Images
from edgeproof.workload.store import NeedsRoot, Store
from selftest.workload.test_archive import DIGEST, FORMS, written

ARCHIVE = bytes(range(256)) * 3000
LABELS = '{"edgeproof.worker":"by-hand","edgeproof.build":"feedfeedfeedfeed"}'
HERE = ARCHITECTURES.get(platform.machine(), platform.machine())
SUDO = """echo "$@" >> "$DIR/sudo"
[ ! -e "$DIR/refuses" ] || { echo 'sudo: a password is required' >&2; exit 1; }
case $1 in
-S) [ -e "$DIR/asks-nobody" ] || { IFS= read -r given; [ "$given" = right ] || { echo 'sudo: 1 incorrect password attempt' >&2; exit 1; }; }; shift 3 ;;
-n) [ -e "$DIR/asks-nobody" ] || { echo 'sudo: a password is required' >&2; exit 1; }; shift ;;
esac
exec "$@"
"""
STORE = f"""case "$*" in
*import*|load) cat > "$DIR/loaded" ;;
version*) echo 27.5.1 ;;
*inspect*)
  [ ! -e "$DIR/foreign" ] || [ -e "$DIR/loaded" ] || {{ echo 'sha256:{"7" * 64} {HERE} null'; exit; }}
  [ -s "$DIR/loaded" ] && echo 'sha256:{"b" * 64} {HERE} {LABELS}' || {{ echo 'no such image "x" present' >&2; exit 1; }} ;;
info*) echo / ;;
build*) echo "$*" > "$DIR/built"; cat > "$DIR/loaded" ;;
*) exit 9 ;;
esac
"""
"""What `k3s` and `docker` do here: they keep what they are given to load, and have the image from then on."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sudo that asks, a K3s and a Docker before the machine's own, and the folder that they keep things in."""
    (tmp_path / "bin").mkdir()
    for name, text in {"sudo": SUDO, "k3s": STORE, "docker": STORE}.items():
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\nDIR={tmp_path}\n{text}")
        (tmp_path / "bin" / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    return tmp_path


def on(known: Inventory, runtime: str) -> Inventory:
    """Give the inventory with the board as a node that takes workloads, whose pods run on this."""
    node = known.server.model_dump() | {"role": "both"}
    data = known.model_dump() | {"nodes": {known.server.name: node}, "kubernetes": {"runtime": runtime}}
    return Inventory.model_validate(data)


@pytest.mark.parametrize("asks", [True, False], ids=["sudo-asks", "sudo-asks-nobody"])
@pytest.mark.parametrize("given", ["right", ""], ids=["password", "no-password"])
def test_containerd_gets_all_of_it(known: Inventory, folder: Path, asks: bool, given: str) -> None:
    """The archive arrives to the byte, and the password not with it, whether sudo reads it or not; without one sudo refuses, and that is said."""
    if not asks:
        (folder / "asks-nobody").touch()
    with open_node(known, known.server) as connection:
        store = Store(connection, on(known, "containerd"), "containerd", SudoPassword(given=given))
        if asks and not given:
            with pytest.raises(NeedsRoot, match="a password is required"):
                store.load(io.BytesIO(ARCHIVE), False, lambda _: None)
            assert not (folder / "loaded").exists()
            return
        store.load(io.BytesIO(ARCHIVE), False, lambda _: None)
        assert (folder / "loaded").read_bytes() == ARCHIVE
        assert store.find().id == f"sha256:{'b' * 64}"
    assert "right" not in (folder / "sudo").read_text()


@pytest.mark.parametrize("runtime", ["docker", "containerd"])
def test_an_archive_is_loaded(known: Inventory, folder: Path, runtime: str) -> None:
    """What was built elsewhere for this kind of machine comes where its pods find it, whole."""
    (folder / "asks-nobody").touch()
    said: list[str] = []
    file = archive_for(HERE, folder)
    found = Images(on(known, runtime), said.append, SudoPassword()).load([file])
    assert (folder / "loaded").read_bytes() == file.read_bytes()
    assert found == {known.server.name: f"sha256:{'b' * 64}"}


def test_what_is_not_there_is_built(known: Inventory, folder: Path) -> None:
    """Docker is told what the image is made of and for which machines; what is there, is taken the next time, unless it is to be built anew."""
    inventory = Inventory.model_validate(on(known, "docker").model_dump() | {"images": {"worker_base": "my-torch:v1"}})
    images = Images(inventory, lambda _: None, SudoPassword())
    assert images.distribute() == {known.server.name: f"sha256:{'b' * 64}"}
    words = (folder / "built").read_text()
    assert all(
        part in words
        for part in ("--build-arg BASE=my-torch:v1", "--label edgeproof.worker=", "--label edgeproof.build=")
    )
    (folder / "built").unlink()
    images.distribute()
    assert not (folder / "built").exists()
    images.distribute(rebuild=True)
    assert (folder / "built").exists()


def test_an_archive_for_other_machines(known: Inventory, folder: Path) -> None:
    """It is not sent, and it is said what it is for, and what there is."""
    with pytest.raises(WorkloadError, match=rf"its image is for mips64le, and {known.server.name} is {HERE}"):
        Images(on(known, "docker"), print, SudoPassword()).load([archive_for("mips64le", folder)])
    assert not (folder / "loaded").exists()


def test_an_owners_image_is_left(known: Inventory, folder: Path) -> None:
    """It keeps its name, unless that is to be taken from it; then its id is told, by which it can get another."""
    (folder / "foreign").touch()
    file, inventory, said = archive_for(HERE, folder), on(known, "docker"), list[str]()
    with pytest.raises(WorkloadError, match=rf"sha256:7{{12}} on {known.server.name}.*left as it is") as refused:
        Images(inventory, said.append, SudoPassword()).load([file])
    assert "image --replace" in refused.value.fix
    assert not (folder / "loaded").exists()
    Images(inventory, said.append, SudoPassword(), replace=True).load([file])
    assert (folder / "loaded").exists()
    assert any("sha256:777777777777" in line and "docker tag" in line for line in said)


def archive_for(architecture: str, folder: Path) -> Path:
    """Write an archive with edgeproof's image for machines of an architecture."""
    parts = dict(FORMS["docker-20"])
    old = json.loads(parts.pop(f"{DIGEST}.json"))
    labels = {key: value for key, value in old["config"]["Labels"].items() if key != "edgeproof.l4t"}
    config = json.dumps({**old, "architecture": architecture, "config": {"Labels": labels}}).encode()
    name = f"{hashlib.sha256(config).hexdigest()}.json"
    entry = json.loads(parts.pop("manifest.json"))[0] | {"Config": name}
    made = [*parts.items(), (name, config), ("manifest.json", json.dumps([entry]).encode())]
    return written(folder / f"{architecture}.tar", made)
