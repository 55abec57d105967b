"""The samples: where each is from, and that each is read by some test."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from selftest.facts.sample import BOARDS, SAMPLES, all_samples, samples_of_board
from selftest.facts.test_parsers import PARSERS, made_of

CHECKOUT = SAMPLES.parents[1]
INDEX: dict[str, str] = yaml.safe_load((SAMPLES / "index.yaml").read_text(encoding="utf-8"))
SOURCES: dict[str, str] = yaml.safe_load((SAMPLES / "sources.yaml").read_text(encoding="utf-8"))

READ_ELSEWHERE = {
    "cluster": "selftest/facts/clusters.py",
    "inventory": "selftest/inventory/test_yaml_file.py",
    "manifests": "selftest/trial/test_manifests.py",
    "node_object": "selftest/facts/test_cluster.py",
    "pod": "selftest/trial/test_pods.py",
    "pod_end": "selftest/plugin/test_pod_end.py",
    "records": "selftest/report/records.py",
    "trial_mount": "selftest/trial/test_mounts.py",
    "worker": "selftest/measure/test_shards.py",
}
"""Topics that are no parser's of a node's facts, and who reads them."""

WITHOUT_SAMPLE = {"simulated", "lines"}
"""Parsers that give each line as it stands."""


@pytest.mark.parametrize("name", INDEX)
def test_line(name: str) -> None:
    """A sample was made to a published form or recorded in the lab, and its source is named, its own or its topic's: a URL or a page of the repository."""
    assert INDEX[name] in ("made to the form", "recorded in the lab")
    source = SOURCES.get(name) or SOURCES.get(name.partition("/")[0])
    assert source, f"selftest/samples/sources.yaml names no source of {name}, nor of its topic"
    assert source.startswith("https://") or (CHECKOUT / source).is_file(), source


def test_sources_are_of_samples() -> None:
    """A source is a sample's or a topic's that there is."""
    assert set(SOURCES) - set(INDEX) - {name.partition("/")[0] for name in INDEX} == set()


def wrong_in(file: Path) -> list[str]:
    """List what is wrong in a board's file: where it is from, facts that no parser reads, and what is read otherwise than written."""
    said = yaml.safe_load(file.read_text(encoding="utf-8"))
    wrong = [f"no {key}" for key in ("source", "date", "board", "facts") if not said.get(key)]
    wrong += [] if said.get("origin") in ("lab", "board", "made") else ["origin is neither lab, board nor made"]
    for sample in samples_of_board(file):
        if sample.topic not in PARSERS:
            wrong.append(f"{sample.topic}: no parser has this name")
        elif made_of(sample) != sample.gives:
            wrong.append(f"{sample.topic}: read as {made_of(sample)}")
    return wrong


def test_boards() -> None:
    """Each file of a board says where it is from, and is read as it says."""
    found = {file.name: wrong_in(file) for file in BOARDS.glob("*.yaml")}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_every_sample_has_a_line() -> None:
    """The index has a line for each sample of any topic, and no other; the inventories have an index of their own, and a board's file says it itself."""
    files = (file for file in SAMPLES.glob("*/*") if file.parent.name not in ("boards", "inventory"))
    samples = {f"{file.parent.name}/{file.stem}" for file in files}
    assert set(INDEX) == samples


def test_every_folder_is_read() -> None:
    """A folder has a parser's name, or that of another topic; a misspelt one would be read by nobody."""
    folders = {folder.name for folder in SAMPLES.iterdir() if folder.is_dir()}
    assert folders - set(PARSERS) - set(READ_ELSEWHERE) - {BOARDS.name} == set()
    assert set(READ_ELSEWHERE) - folders == set()


@pytest.mark.parametrize(("topic", "reader"), READ_ELSEWHERE.items())
def test_topic_is_read_where_it_says(topic: str, reader: str) -> None:
    """Who is said to read a topic names its folder."""
    assert re.search(rf"\b{topic}\b", (CHECKOUT / reader).read_text(encoding="utf-8"))


def test_every_parser_has_a_sample() -> None:
    """Each parser of a node's facts has a sample of what it reads, a text or a part of a board's file."""
    assert set(PARSERS) - {sample.topic for sample in all_samples()} - WITHOUT_SAMPLE == set()


@pytest.mark.parametrize("file", sorted(SAMPLES.glob("*/*.txt")), ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_every_text_says_what_it_gives(file: Path) -> None:
    """Beside each text of a parser stands what it gives."""
    assert file.parent.name not in PARSERS or file.with_suffix(".yaml").is_file()
