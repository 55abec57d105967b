"""A pod's record is read into what it should be, or refused in words that say what is wrong with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeproof.errors import WorkloadError
from edgeproof.measure.shard_record import SCHEMA, ShardRecord, parse_record
from edgeproof.measure.shards import JobRun, Shard

SAMPLES = Path(__file__).parents[1] / "samples" / "worker"
WHOLE: dict[str, Any] = json.loads((SAMPLES / "three-agents.jsonl").read_text().splitlines()[1])
OPTIONAL = {name for name, field in ShardRecord.model_fields.items() if not field.is_required()}
REQUIRED = sorted(set(WHOLE) & (set(ShardRecord.model_fields) - OPTIONAL))
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def refusal(record: Any) -> str:
    """Give the words with which a record is refused."""
    with pytest.raises(WorkloadError) as caught:
        parse_record(json.dumps(record))
    assert caught.value.fix
    return str(caught.value)


def at(record: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Give a copy of a record with another value at a place, `failures.0.index`; "missing" takes its key away."""
    copy: dict[str, Any] = json.loads(json.dumps(record))
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    inner: Any = copy
    for key in way:
        inner = inner[key]
    if value == "missing":
        del inner[last]
    else:
        inner[last] = value
    return copy


@pytest.mark.parametrize("key", REQUIRED)
def test_a_missing_key_is_named(key: str) -> None:
    """Each key that every record has."""
    assert f"{key}: Field required" in refusal(at(WHOLE, key, "missing"))


def test_what_only_an_interrupted_worker_does_not_know() -> None:
    """The device, say, is not known until torch is imported; a shard that came to its end knows it."""
    young = at(at(WHOLE, "device", "missing"), "torch", "missing")
    assert parse_record(json.dumps({**young, "interrupted": True})).device is None
    assert "device, torch missing, though the shard came to its end" in refusal(young)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("work_s", "9.0"),
        ("work_s", float("nan")),
        ("work_s", -1.0),
        ("work_s", True),
        ("work_s", 10**400),
        ("images_done", 3.5),
        ("images_done", -1),
        ("range", [4]),
        ("gpu_devices", "/dev/nvmap"),
        ("failures", {}),
        ("failures.0.index", None),
        ("failures.0.reason", "missing"),
        ("predictions.top1", [462, 722]),
        ("seconds.compute", "missing"),
        ("spans.0.end_s", "0.02"),
        ("interrupted", 0),
        ("batch", "4"),
    ],
)
def test_a_wrong_value_is_named(path: str, value: Any) -> None:
    """With the way to it."""
    assert f"{path}: " in refusal(at(WHOLE, path, value))


def test_another_schema_is_named() -> None:
    """Both of them: the worker's image is of another release."""
    words = refusal(at(WHOLE, "schema", "edgeproof.worker/2"))
    assert words == f"the pod's record is of schema edgeproof.worker/2, and this edgeproof reads {SCHEMA}"


def test_many_wrong_values() -> None:
    """The first three are named, the others counted."""
    words = refusal({"schema": SCHEMA})
    assert words.count("Field required") == 3
    assert words.endswith(f", and {len(REQUIRED) - 3} more")


def test_what_a_newer_worker_adds_is_let_pass() -> None:
    """A key that nobody here knows."""
    assert parse_record(json.dumps({**WHOLE, "new": [1]})) == parse_record(json.dumps(WHOLE))


def test_a_name_that_is_no_utf8() -> None:
    """File names are bytes; the worker writes those that are no text as Python reads them."""
    name = b"caf\xe9.jpg".decode("utf-8", "surrogateescape")
    assert parse_record(json.dumps(at(WHOLE, "predictions.top1", {name: 3}))).predictions.top1 == {name: 3}


@given(ANY_JSON)
def test_any_json(value: Any) -> None:
    """Whatever a line holds, it is no record, and that is a WorkloadError."""
    with pytest.raises(WorkloadError):
        parse_record(json.dumps(value))


@given(
    st.sampled_from([*sorted(WHOLE), "failures.0.index", "predictions.top1", "seconds.compute", "spans.0"]), ANY_JSON
)
def test_any_json_in_a_record(path: str, value: Any) -> None:
    """Whatever stands at a key: a record whose every number can be worked out, or a WorkloadError."""
    try:
        record = parse_record(json.dumps(at(WHOLE, path, value)))
    except WorkloadError:
        return
    run = JobRun((Shard("here", record.index, record),), 1.0)
    json.dumps(run.as_data())
    assert run.shards[0].compute_s >= 0.0
    assert run.available >= 0


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_around_a_record(before: str, after: str) -> None:
    """A record is found between whatever else a pod prints on lines of its own."""
    record = parse_record(f"{before}\n{json.dumps(WHOLE)}\n{after}")
    assert record.images_done == WHOLE["images_done"]
