"""What the lab is asked for: wrong wishes, and machines that cannot have one, get one clear sentence."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from lab.docker import need_docker
from lab.errors import LabError
from lab.lab import Plan
from lab.machine import fair_cpus, own_cpus


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
