"""The base image for each machine, and what is said of one that does not fit."""

from __future__ import annotations

import pytest

from edgeproof.errors import WorkloadError
from edgeproof.facts.node.identity import Platform, parse_platform
from edgeproof.facts.probe import Output
from edgeproof.inventory import Inventory
from edgeproof.workload.bases import BASES, base_for, doubt, misfit
from lab.places import CHECKOUT

NODES = {"a": {"address": "192.168.0.2", "role": "both"}}


def machine(l4t: str = "", arch: str = "aarch64") -> Platform:
    """Give a platform as a node prints it."""
    major, _, revision = l4t.partition(".")
    release = f"# R{major} (release), REVISION: {revision}, GCID: 1, BOARD: generic\n" if l4t else "nvidia\n"
    found = parse_platform(Output(f"arch {arch}\nkernel 5.15\n{release}"))
    assert isinstance(found, Platform)
    return found


def inventory(**images: object) -> Inventory:
    """Give an inventory with this under `images:`."""
    return Inventory.model_validate({"nodes": NODES, "images": images})


@pytest.mark.parametrize(
    ("platform", "key"),
    [
        (machine("32.7.1"), "L4T 32"),
        (machine("32.7.1", "x86_64"), "L4T 32"),
        (machine("34.1.1"), "L4T 34"),
        (machine("35.5.0"), "L4T 35"),
        (machine("36.3.0"), "L4T 36 before 36.4"),
        (machine("36.4.4"), "L4T 36.4 and later"),
        (machine("", "x86_64"), "amd64"),
        (machine(""), "arm64"),
    ],
    ids=str,
)
def test_by_default(platform: Platform, key: str) -> None:
    """Each kind of machine has its own, which fits it."""
    base = base_for(inventory(), platform)
    assert base == BASES[key]
    assert (misfit(base, platform), doubt(base, platform)) == ("", "")


def test_none_is_known() -> None:
    """For a release without one it is said how to name one."""
    with pytest.raises(WorkloadError, match="no base image is known for the worker on arm64, L4T 38") as failed:
        base_for(inventory(), machine("38.2.0"))
    assert "worker_base: {L4T 38: IMAGE}" in failed.value.fix


def test_none_for_a_machine_without_a_gpu() -> None:
    """A Raspberry Pi is not given 20 GB for NVIDIA's cards."""
    pi = parse_platform(Output("arch aarch64\nkernel 6.6\nmodel Raspberry Pi 4 Model B Rev 1.5\n"))
    assert isinstance(pi, Platform)
    with pytest.raises(WorkloadError, match="on arm64 without an NVIDIA GPU"):
        base_for(inventory(), pi)
    assert base_for(inventory(worker_base={"arm64": "torch:cpu"}), pi) == "torch:cpu"


def test_declared() -> None:
    """One for all machines, or one for a kind, and the usual ones for the others."""
    assert base_for(inventory(worker_base="mine:v1"), machine("36.4.3")) == "mine:v1"
    some = inventory(worker_base={"L4T 38": "thor:v1", "amd64": "x:v1"})
    assert base_for(some, machine("38.2.0")) == "thor:v1"
    assert base_for(some, machine("", "x86_64")) == "x:v1"
    assert base_for(some, machine("35.4.1")) == BASES["L4T 35"]


@pytest.mark.parametrize(
    ("base", "platform", "words"),
    [
        (BASES["L4T 32"], machine("36.4.3"), "is for L4T 32, and it has L4T 36.4.3"),
        ("dustynv/pytorch:2.6-r36.4.0-cu128-24.04", machine("35.4.1"), "is for L4T 36, and it has L4T 35.4.1"),
        (BASES["L4T 35"], machine("", "x86_64"), "is for L4T 35, and it is not a Jetson"),
        ("registry.local/r36/torch:v1", machine("35.4.1"), ""),
        ("my-torch:v1", machine("36.4.3"), ""),
    ],
)
def test_misfit(base: str, platform: Platform, words: str) -> None:
    """A base for another L4T is told by its tag; a tag that says nothing is taken."""
    assert words in misfit(base, platform)
    assert bool(misfit(base, platform)) is bool(words)


def test_doubt() -> None:
    """A base for another release of the same L4T may do, and is named."""
    assert "is for L4T 32.7, and it has L4T 32.6" in doubt(BASES["L4T 32"], machine("32.6.1"))
    assert "is for L4T 36.4 and later, and it has L4T 36 before 36.4" in doubt(
        BASES["L4T 36.4 and later"], machine("36.3.0")
    )


def test_docs_have_the_table() -> None:
    """docs/worker.md names every base, with the machines that it is for."""
    lines = (CHECKOUT / "docs/worker.md").read_text().splitlines()
    assert [
        (key, base) for key, base in BASES.items() if not any(key in line and f"`{base}`" in line for line in lines)
    ] == []
