"""What a shard's record holds, as it is written; edgeproof/measure/shard_record.py reads it."""

from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from worker.clock import Span

SCHEMA = "edgeproof.worker/1"


class Failure(NamedTuple):
    """An image that could not be classified, its number in the sorted list of all images, and why."""

    name: str
    number: int
    reason: str

    def as_data(self) -> Dict[str, Any]:
        """Give it as plain data."""
        return {"name": self.name, "index": self.number, "reason": self.reason}


class Fallback(NamedTuple):
    """A fast path that was not taken, why, and what it would have gained; "" where that was never measured."""

    piece: str
    why: str
    costs: str

    def as_data(self) -> Dict[str, str]:
        """Give it as plain data."""
        data = {"piece": self.piece, "why": self.why}
        return dict(data, costs=self.costs) if self.costs else data


class Predictions(NamedTuple):
    """The hash over all (name, class) pairs; every image's class where somebody asked for them."""

    digest: str
    top1: Optional[Dict[str, int]]

    def as_data(self) -> Dict[str, Any]:
        """Give it as plain data."""
        return {"digest": self.digest} if self.top1 is None else {"digest": self.digest, "top1": self.top1}


class About:
    """What the shard is, and what it runs on and how; what is None is not known yet, and is left out."""

    profile: Optional[str] = None
    source: Optional[str] = None
    path: Optional[str] = None
    index: Optional[int] = None
    total_jobs: Optional[int] = None
    range: Optional[Tuple[int, int]] = None
    available: Optional[int] = None
    device: Optional[str] = None
    device_name: Optional[str] = None
    python: Optional[str] = None
    torch: Optional[str] = None
    weights: Optional[str] = None
    precision: Optional[str] = None
    batch: Optional[int] = None
    decoder: Optional[str] = None
    kernels: Optional[str] = None
    probability_bound: Optional[float] = None
    second_looks: Optional[int] = None
    peak_device_bytes: Optional[int] = None

    def as_data(self) -> Dict[str, Any]:
        """Give what is known as plain data."""
        values = {name: getattr(self, name) for name in About.__annotations__}
        return {name: value for name, value in values.items() if value is not None}


class ShardRecord(NamedTuple):
    """All of it. Seconds are this process' own clock; rates are images a second, without and with the start-up."""

    about: About
    images_done: int
    failures: List[Failure]
    fallbacks: List[Fallback]
    predictions: Predictions
    gpu_devices: List[str]
    node: Optional[str]
    spans: List[Span]
    seconds: Dict[str, float]
    work_s: float
    wall_s: float
    images_per_s: float
    images_per_s_with_start_up: float
    peak_host_bytes: int
    interrupted: bool

    def as_data(self) -> Dict[str, Any]:
        """Give it as plain data, as it is written in JSON."""
        data: Dict[str, Any] = dict(self._asdict())
        data.update(data.pop("about").as_data())
        data.update(
            schema=SCHEMA,
            failures=[failure.as_data() for failure in self.failures],
            fallbacks=[fallback.as_data() for fallback in self.fallbacks],
            predictions=self.predictions.as_data(),
            spans=[dict(span._asdict()) for span in self.spans],
        )
        return data
