"""A GPU's way: files decoded by its JPEG engines, or, where it has none, by threads on the CPU, beside the network."""

import queue
import sys
import threading
from typing import TYPE_CHECKING, List, NamedTuple, Optional, Tuple

import torch

from worker.classifier import Classifier
from worker.read_threads import ReadAhead
from worker.source import Member

if TYPE_CHECKING:
    from worker.jpeg_engines.decoder import Batch
    from worker.jpeg_engines.engines import Engines
    from worker.network import Answers

# A setting of the interpreter, and no limit.
# ast-grep-ignore: time-limit-outside-limits
SWITCH_S = 0.0005
"""The threads that feed the GPU must not wait 5 ms, Python's default, for each other."""


def by_engines(classifier: Classifier, engines: "Engines") -> None:
    """Classify all that the engines decode: a batch is launched before the answers of the one before it are read."""
    sys.setswitchinterval(SWITCH_S)
    before: Optional[Tuple[Batch, Answers]] = None
    for batch in engines.batches(classifier.record):
        torch.cuda.current_stream().wait_event(batch.event)
        images = batch.images[: len(batch.members)].permute(0, 3, 1, 2)
        now = (batch, classifier.networks.network.launch(images))
        if before:
            _finish(classifier, engines, *before)
        before = now
    if before:
        _finish(classifier, engines, *before)


def _finish(classifier: Classifier, engines: "Engines", batch: "Batch", answers: "Answers") -> None:
    classifier.finish(answers, batch.members)
    engines.done(batch)


class Decoded(NamedTuple):
    """An image and its pixels."""

    member: Member
    pixels: torch.Tensor


def by_threads(classifier: Classifier, ahead: ReadAhead, threads: int) -> None:
    """Decode in threads, beside a GPU that classifies."""
    networks = classifier.networks
    ready: "queue.Queue[Optional[Decoded]]" = queue.Queue(maxsize=2 * networks.batch)
    for _ in range(threads):
        threading.Thread(target=_decode, args=(classifier, ahead, ready), daemon=True).start()
    members: List[Member] = []
    pixels: List[torch.Tensor] = []
    while threads:
        item = ready.get()
        if item is None:
            threads -= 1
        else:
            members.append(item.member)
            pixels.append(item.pixels)
        if len(members) >= networks.batch or (members and not threads):
            classifier.classify(members, pixels)
            members, pixels = [], []


def _decode(classifier: Classifier, ahead: ReadAhead, ready: "queue.Queue[Optional[Decoded]]") -> None:
    member = ahead.take()
    while member:
        made = classifier.pixels_of(member)
        if made is not None:
            ready.put(Decoded(member, made))
        member = ahead.take()
    ready.put(None)
