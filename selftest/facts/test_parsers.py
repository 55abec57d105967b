"""Every parser against sample outputs, and against anything."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from edgeproof.facts import node
from edgeproof.facts.observed import Blocked, Inapplicable, NotApplicable, Unobserved
from edgeproof.facts.probe import Output

SAMPLES = Path(__file__).parents[1] / "samples"
MODULES = [importlib.import_module(found.name) for found in pkgutil.walk_packages(node.__path__, f"{node.__name__}.")]
PARSERS: dict[str, Callable[[Output], Any]] = {
    name.removeprefix("parse_"): getattr(module, name)
    for module in MODULES
    for name in vars(module)
    if name.startswith("parse_") and name not in ("parse_object", "parse_lines", "parse_exports", "parse_nodes")
}
TEXTS = [file for file in sorted(SAMPLES.glob("*/*.txt")) if file.parent.name in PARSERS]


def plain(value: Any) -> Any:
    """Turn facts into what YAML can say; an unobserved field reads `unobserved`, one without a meaning `inapplicable`."""
    if isinstance(value, Unobserved):
        return "inapplicable" if isinstance(value, Inapplicable) else "unobserved"
    if is_dataclass(value):
        return {field.name: plain(object.__getattribute__(value, field.name)) for field in fields(value)}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    return value if isinstance(value, int | float | bool | None) else str(value)


def output_of(text: str) -> Output:
    """Read a sample: what a snippet prints; then, if need be, a line `--- status N`, and what stands after `--- stderr`."""
    text, _, stderr = text.partition("--- stderr\n")
    status = re.search(r"^--- status ([0-9]{1,3})\n?", text, re.M)
    return Output(text.replace(status[0], "") if status else text, stderr, int(status[1]) if status else 0)


@pytest.mark.parametrize("sample", TEXTS, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_sample(sample: Path) -> None:
    """A sample's text gives what stands beside it in YAML; only the fields named there are compared."""
    wanted = yaml.safe_load(sample.with_suffix(".yaml").read_text())
    found = plain(PARSERS[sample.parent.name](output_of(sample.read_text(errors="replace"))))
    if isinstance(wanted, dict):
        found = {name: found[name] for name in wanted} if isinstance(found, dict) else found
    assert found == wanted


def test_every_sample_says_where_it_is_from() -> None:
    """The index has a line for each sample of any topic: recorded in the lab, or made to the form."""
    index = yaml.safe_load((SAMPLES / "index.yaml").read_text())
    samples = {f"{file.parent.name}/{file.stem}" for file in SAMPLES.glob("*/*") if file.parent.name != "inventory"}
    assert set(index) == samples
    assert set(index.values()) <= {"recorded in the lab", "made to the form"}


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
    sample = data.draw(st.sampled_from(TEXTS))
    text = sample.read_text(errors="replace")
    PARSERS[sample.parent.name](output_of(text[: data.draw(st.integers(0, len(text)))]))


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


@pytest.mark.parametrize("topic", sorted({file.parent.name for file in TEXTS}))
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_changed(topic: str, data: st.DataObject) -> None:
    """Any sample, with changes, gives a value or Unobserved; so does all that is derived from the value."""
    text = data.draw(st.sampled_from([file for file in TEXTS if file.parent.name == topic])).read_text(errors="replace")
    for _ in range(data.draw(st.integers(1, 3))):
        text = changed(text, data.draw)
    derived(PARSERS[topic](output_of(text)))


@pytest.mark.parametrize("topic", sorted({file.parent.name for file in TEXTS}))
def test_endless(topic: str) -> None:
    """Ten million characters, as no node may send: a value, in bounded time."""
    text = next(file.read_text(errors="replace") for file in TEXTS if file.parent.name == topic and file.stat().st_size)
    derived(PARSERS[topic](Output(text * (10_000_000 // len(text)))))
