"""What programs printed, as a sample: one fact in a text file, or all of a board's in one YAML file (`edgeproof record`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from edgeproof.facts.probe import Output

SAMPLES = Path(__file__).parents[1] / "samples"
BOARDS = SAMPLES / "boards"


@dataclass(frozen=True)
class Sample:
    """An output of the fact `topic`, and what its parser is to make of it (None where that is not written)."""

    topic: str
    name: str
    output: Output
    gives: Any

    def __str__(self) -> str:
        return f"{self.topic}/{self.name}"


def read_sample(text: str) -> Output:
    """Read a text file: what a snippet prints; then, if need be, a line `--- status N`, and what stands after `--- stderr`."""
    text, _, stderr = text.partition("--- stderr\n")
    status = re.search(r"^--- status ([0-9]{1,3})\n?", text, re.M)
    return Output(text.replace(status[0], "") if status else text, stderr, int(status[1]) if status else 0)


def text_samples() -> Iterator[Sample]:
    """Give each text file, with the YAML beside it."""
    for file in sorted(SAMPLES.glob("*/*.txt")):
        beside = file.with_suffix(".yaml")
        gives = yaml.safe_load(beside.read_text(encoding="utf-8")) if beside.exists() else None
        yield Sample(file.parent.name, file.stem, read_sample(file.read_text(errors="replace")), gives)


def samples_of_board(file: Path) -> Iterator[Sample]:
    """Give each fact that was recorded of a board."""
    for topic, found in yaml.safe_load(file.read_text(encoding="utf-8"))["facts"].items():
        streams = found.get("stdout", ""), found.get("stderr", "")
        yield Sample(topic, file.stem, Output(*streams, found.get("status", 0)), found["gives"])


def all_samples() -> list[Sample]:
    """Give every sample that there is."""
    return [*text_samples(), *(sample for file in sorted(BOARDS.glob("*.yaml")) for sample in samples_of_board(file))]
