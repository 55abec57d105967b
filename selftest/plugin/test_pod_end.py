"""What the words of a pod's end mean."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from edgeproof.diagnose import catalogue
from edgeproof.diagnose.known_lines import known_lines
from edgeproof.diagnose.pod_end import pod_end
from selftest.facts.sample import SAMPLES

ROWS = sorted({line.id for line in known_lines() if "container" in line.program})
WORDS = sorted((SAMPLES / "pod_end").glob("*.txt"))


@pytest.mark.parametrize("sample", WORDS, ids=lambda file: file.stem)
def test_row(sample: Path) -> None:
    """Words give the catalogue's row that stands beside them; none where nobody knows them."""
    assert pod_end(sample.read_text()).id == yaml.safe_load(sample.with_suffix(".yaml").read_text())["row"]


def test_every_row_has_words() -> None:
    """Each row is reached by a sample."""
    assert set(ROWS) == {pod_end(sample.read_text()).id for sample in WORDS} - {""}


@pytest.mark.parametrize("row", ROWS)
def test_row_exists(row: str) -> None:
    """Each row is in the catalogue, and its fix can be filled in."""
    assert catalogue(row, node="n", server="s").fix


def test_unknown_words_are_shown() -> None:
    """What nobody knows is called so, with the words themselves and a way to look."""
    found = pod_end("exit status 3: Error\n  | something nobody has seen\n", "kubectl describe pod x")
    assert "not in the catalogue: | something nobody has seen" in found.cause
    assert (found.fix, found.does) == ("kubectl describe pod x", "reads")


@pytest.mark.parametrize(
    ("said", "cause", "fix"),
    [
        ("unresolvable CDI devices nvidia.com/gpu=tegra: unknown", "for nvidia.com/gpu=tegra, as", 'mode = "auto"'),
        ("unresolvable CDI devices nvidia.com/gpu=0, nvidia.com/gpu=1", ": nvidia.com/gpu=0, nvidia.com/gpu=1", "cdi generate"),
        ("unresolvable CDI devices", "newer CDI version)", "cdi generate"),
    ],
)  # fmt: skip
def test_a_cdi_device_goes_by_its_name(said: str, cause: str, fix: str) -> None:
    """The device is named, and a name that `nvidia-ctk cdi generate` never writes is not sought by that command."""
    found = pod_end(said)
    assert cause in found.cause
    assert fix in found.fix
    assert ("cdi generate" in found.fix) != ("tegra" in said)
