"""A pod's record (schema edgeproof.worker/1, written by worker/record.py), read and validated: its numbers are numbers when somebody asks."""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, NonNegativeInt, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from edgeproof.errors import WorkloadError

SCHEMA = "edgeproof.worker/1"
ANY_SCHEMA = "edgeproof.worker/"
MOST_ERRORS = 3
"""Of what is wrong in a record, the first ones are named."""

Seconds = Annotated[FiniteFloat, Field(ge=0)]


class _Part(BaseModel):
    # A newer worker's keys are let pass.
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


class Failure(_Part):
    """An image that could not be classified, its number in the sorted list of all images, and why."""

    name: str
    index: NonNegativeInt
    reason: str


class Fallback(_Part):
    """A fast path that was not taken, why, and what it would have gained where that was measured."""

    piece: str
    why: str
    costs: str | None = None


class Span(_Part):
    """Something that took time, on the pod's own clock."""

    phase: str
    start_s: FiniteFloat
    end_s: FiniteFloat


class Predictions(_Part):
    """The hash over all (name, class) pairs; every image's class where the worker was asked for them."""

    digest: str
    top1: dict[str, NonNegativeInt] = {}


class PhaseSeconds(_Part):
    """Seconds by phase; of those that overlap, the sum over threads."""

    model_config = ConfigDict(frozen=True, strict=True, extra="allow")
    __pydantic_extra__: dict[str, Seconds]
    compute: Seconds


class ShardRecord(_Part):
    """What one pod reports. Seconds are the pod's own clock; None is what an interrupted worker did not know yet, and no other.

    `python` is "" where the image was built before workers told it.
    """

    index: NonNegativeInt
    available: NonNegativeInt
    range: list[NonNegativeInt] = Field(min_length=2, max_length=2)
    images_done: NonNegativeInt
    failures: list[Failure]
    fallbacks: list[Fallback]
    predictions: Predictions
    spans: list[Span]
    seconds: PhaseSeconds
    work_s: Seconds
    wall_s: Seconds
    images_per_s: Seconds
    gpu_devices: list[str]
    peak_host_bytes: NonNegativeInt
    interrupted: bool
    profile: str | None = None
    device: str | None = None
    device_name: str | None = None
    python: str = ""
    torch: str | None = None
    weights: str | None = None
    precision: str | None = None
    batch: NonNegativeInt | None = None
    decoder: str | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> ShardRecord:
        lacking = sorted(key for key, value in self if value is None)
        if lacking and not self.interrupted:
            raise PydanticCustomError(
                "lacking", "{keys} missing, though the shard came to its end", {"keys": ", ".join(lacking)}
            )
        return self


def find_record(text: str) -> dict[str, Any]:
    """Find the record in a pod's log, as it was printed: the last line that is one of this schema.

    Raises WorkloadError when there is none, and names the schema where there is one of another.
    """
    others = []
    for line in reversed(text.splitlines()):
        if line.startswith("{") and ANY_SCHEMA in line:
            try:
                found = json.loads(line)
            except (ValueError, RecursionError):
                continue
            named = found.get("schema")
            if named == SCHEMA:
                return dict(found)
            if isinstance(named, str) and named.startswith(ANY_SCHEMA):
                others.append(named)
    if others:
        message = f"the pod's record is of schema {others[0]}, and this edgeproof reads {SCHEMA}"
        raise WorkloadError(message, "python -m edgeproof image --rebuild", does="changes")
    last = text.strip().splitlines()[-3:]
    raise WorkloadError("the pod printed no record; its last lines:\n" + "\n".join(last))


def parse_record(text: str) -> ShardRecord:
    """Find the record in a pod's log and validate it; raises WorkloadError where there is none, and names each key that is wrong."""
    data = find_record(text)
    try:
        return ShardRecord.model_validate(data)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_context=False, include_input=False)
    named = [f"{'.'.join(map(str, each['loc'])) or 'keys'}: {each['msg']}" for each in wrong[:MOST_ERRORS]]
    more = f", and {len(wrong) - MOST_ERRORS} more" if len(wrong) > MOST_ERRORS else ""
    message = f"the pod's record is not as {SCHEMA} has it: {'; '.join(named)}{more}"
    raise WorkloadError(message, "python -m edgeproof image --rebuild", does="changes")
