"""Every parser against sample outputs, and against anything."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgeproof.bundle.samples import plain
from edgeproof.facts import node
from edgeproof.facts.observed import Blocked, NotApplicable, Unobserved
from edgeproof.facts.probe import Output
from selftest.facts.sample import Sample, all_samples

MODULES = [importlib.import_module(found.name) for found in pkgutil.walk_packages(node.__path__, f"{node.__name__}.")]
PARSERS: dict[str, Callable[[Output], Any]] = {
    name.removeprefix("parse_"): getattr(module, name)
    for module in MODULES
    for name in vars(module)
    if name.startswith("parse_") and name not in ("parse_object", "parse_lines", "parse_exports", "parse_nodes")
}
PRINTED = [sample for sample in all_samples() if sample.topic in PARSERS]
TOPICS = sorted({sample.topic for sample in PRINTED})


def made_of(sample: Sample) -> Any:
    """Give what a sample's parser makes of it, of the fields that the sample names."""
    found = plain(PARSERS[sample.topic](sample.output))
    if isinstance(sample.gives, dict) and isinstance(found, dict):
        return {name: found.get(name) for name in sample.gives}
    return found


@pytest.mark.parametrize("sample", PRINTED, ids=str)
def test_sample(sample: Sample) -> None:
    """A sample gives what is written beside it; only the fields named there are compared."""
    assert made_of(sample) == sample.gives


@settings(max_examples=60, deadline=None)
@given(
    raw=st.binary(max_size=400),
    prefix=st.sampled_from(
        [
            "",
            "NV Power Mode: ",
            "--file--\n{",
            "1: eth0 inet ",
            "zone a 1 ",
            "serves nfs-server\nexportfs 0\n",
            "--info--\n{",
            "docker: ",
        ]
    ),
)
def test_total(raw: bytes, prefix: str) -> None:
    """Any bytes give a value or Unobserved; no parser raises."""
    output = Output(prefix + raw.decode("utf-8", "replace"))
    for parse in PARSERS.values():
        parse(output)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_cut_anywhere(data: st.DataObject) -> None:
    """A sample cut anywhere gives a value or Unobserved, and never raises."""
    sample = data.draw(st.sampled_from(PRINTED))
    text = sample.output.stdout
    PARSERS[sample.topic](replace(sample.output, stdout=text[: data.draw(st.integers(0, len(text)))]))


NUMBERS = ("²", "٣", "9" * 5000, "-1", "1e400", "0x10", "1,5", "NaN", "")
"""In place of a number: another script's digits, too many, another locale's, none."""

PIECES = (
    "\0",
    "\r",
    "\x1b[31m",
    "\x1b[0m",
    "\ufffd",
    "é",
    "\u2028",
    "\x85",
    "{",
    "}",
    '"',
    "=",
    ":",
    "\n\n",
    "\t",
    "\x0b",
)
"""Put in anywhere: what colours a terminal, ends a line elsewhere, opens what nobody closes."""


def changed(text: str, draw: Callable[[st.SearchStrategy[Any]], Any]) -> str:
    """Give a text with a number, a word or a line of it changed, doubled or taken out."""
    kind = draw(st.sampled_from(["number", "word", "piece", "double", "without"]))
    if kind == "piece":
        place = draw(st.integers(0, len(text)))
        return str(text[:place] + draw(st.sampled_from(PIECES)) + text[place:])
    parts = list(re.finditer({"number": r"\d+", "word": r"\S+"}.get(kind, r".*\n"), text))
    if not parts:
        return text
    part = draw(st.sampled_from(parts))
    instead = {"double": part[0] * 2, "without": ""}.get(kind) or draw(st.sampled_from(NUMBERS + PIECES))
    return str(text[: part.start()] + instead + text[part.end() :])


def derived(value: Any) -> None:
    """Ask for every property of a fact and of what it holds; one that has no answer may say so by Blocked or NotApplicable."""
    for item in value if isinstance(value, list | tuple | set | frozenset) else ():
        derived(item)
    if not is_dataclass(value) or isinstance(value, Unobserved):
        return
    for field in fields(value):
        derived(object.__getattribute__(value, field.name))
    for name in dir(type(value)):
        if isinstance(getattr(type(value), name), property):
            with suppress(Blocked, NotApplicable):
                getattr(value, name)


@pytest.mark.parametrize("topic", TOPICS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_changed(topic: str, data: st.DataObject) -> None:
    """Any sample, with changes on either stream or another status, gives a value or Unobserved; so does all that is derived from the value."""
    output = data.draw(st.sampled_from([sample.output for sample in PRINTED if sample.topic == topic]))
    for _ in range(data.draw(st.integers(1, 3))):
        if data.draw(st.sampled_from([True, True, False])):
            output = replace(output, stdout=changed(output.stdout, data.draw))
        else:
            output = replace(output, stderr=changed(output.stderr, data.draw))
    output = replace(output, status=data.draw(st.sampled_from([output.status, -1, 0, 1, 77, 124, 137, 255])))
    derived(PARSERS[topic](output))


@pytest.mark.parametrize("topic", TOPICS)
def test_endless(topic: str) -> None:
    """Ten million characters, as no node may send: a value, in bounded time."""
    text = next(sample.output.stdout for sample in PRINTED if sample.topic == topic and sample.output.stdout)
    derived(PARSERS[topic](Output(text * (10_000_000 // len(text)))))
