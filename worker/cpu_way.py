"""A CPU's way: each core decodes and classifies batches of its own; cores that share one wait for each other at every layer."""

from concurrent.futures import ThreadPoolExecutor
from typing import List

import torch

from worker.classifier import Classifier
from worker.networks import SECOND_LOOK_BATCH
from worker.read_threads import ReadAhead
from worker.source import Member


def on_cores(classifier: Classifier, ahead: ReadAhead, threads: int) -> None:
    """Classify all that is read, on so many cores."""
    with ThreadPoolExecutor(threads) as pool:
        for core in [pool.submit(_on_one_core, classifier, ahead, threads) for _ in range(threads)]:
            core.result()


def _on_one_core(classifier: Classifier, ahead: ReadAhead, threads: int) -> None:
    torch.set_num_threads(1)  # this thread's
    least = SECOND_LOOK_BATCH["cpu"]
    while True:
        if classifier.second_look.look(least):
            continue
        members: List[Member] = []
        pixels: List[torch.Tensor] = []
        batch = classifier.networks.batch
        for _ in range(min(batch, -(-ahead.left // threads))):  # at the end an even share, so that none waits
            member = ahead.take()
            made = classifier.pixels_of(member) if member else None
            if member and made is not None:
                members.append(member)
                pixels.append(made)
        if members:
            classifier.classify(members, pixels)
        elif not (ahead.left or classifier.second_look.look(1)):
            return
