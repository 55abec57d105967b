"""What the lab is asked for: wrong wishes, and machines that cannot have one, get one clear sentence."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from lab.docker import need_docker
from lab.errors import LabError
from lab.lab import Plan
from lab.machine import fair_cpus, own_cpus, raise_inotify_limit


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"name": "No Such"}, "lower-case letters"),
        ({"subnet": "192.168.0.0/24"}, "a private /16 is needed"),
        ({"subnet": "8.8.0.0/16"}, "a private /16 is needed"),
        ({"subnet": "somewhere"}, "not a network"),
        ({"agents": 0}, "1 to 20"),
        ({"cpus": 0.01}, "--cpus"),
        ({"runtime": "podman"}, "--runtime podman: docker or containerd"),
        ({"gpu": "cdi"}, "--gpu cdi: .* with --runtime containerd; default-runtime on Docker"),
        ({"runtime": "containerd", "gpu": "all"}, "--gpu all: default-runtime, runtime-class, cdi"),
    ],
)
def test_wrong_wish(wish: dict[str, Any], words: str) -> None:
    """The message names the option and what it takes."""
    with pytest.raises(LabError, match=words):
        Plan(**wish)


@pytest.mark.parametrize(("found", "left"), [("128", "512"), ("512", "512"), ("8192", "8192")])
def test_inotify_limit_is_raised(tmp_path: Path, found: str, left: str) -> None:
    """A limit at which kubelets fail is raised and told; one that is high enough is left."""
    file = tmp_path / "max_user_instances"
    file.write_text(f"{found}\n")
    said = raise_inotify_limit(file)
    assert file.read_text().strip() == left
    assert bool(said) is (found != left)


def test_inotify_limit_that_may_not_be_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What may not be written is told with the command that does it, and the lab goes on."""
    file = tmp_path / "max_user_instances"
    file.write_text("128\n")

    def refuse(*_: object) -> int:
        raise PermissionError

    monkeypatch.setattr(Path, "write_text", refuse)
    assert "sudo sysctl -w fs.inotify.max_user_instances=512" in raise_inotify_limit(file)


def test_neither_docker_nor_root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without a daemon and without root: one sentence with both ways out."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(LabError, match="start Docker, or run this as root"):
        need_docker()


@pytest.mark.parametrize(
    ("place", "cpus", "machine", "own"),
    [
        (0, 0.4, [0, 1], [0]),
        (1, 0.4, [0, 1], [1]),
        (2, 0.4, [0, 1], [0]),
        (1, 1.5, [0, 1, 2, 3], [2, 3]),
        (1, 2.0, [4, 6, 7], [4, 7]),
        (1, 2.0, [0, 1], [0, 1]),
        (0, 0.4, [3], [3]),
    ],
)
def test_own_cpus(place: int, cpus: float, machine: list[int], own: list[int]) -> None:
    """Agents take the machine's CPUs in turn, as many as their quota needs."""
    assert own_cpus(place, cpus, machine) == own


@pytest.mark.parametrize(
    ("agents", "cores", "share"), [(2, 2, 0.6), (3, 2, 0.4), (5, 2, 0.2), (2, 1, 0.2), (2, 16, 0.6), (20, 16, 0.6)]
)
def test_fair_cpus(agents: int, cores: int, share: float) -> None:
    """All agents and the server fit the machine's cores, as long as there are so many."""
    assert fair_cpus(agents, 0.8, cores) == share
