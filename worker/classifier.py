"""What a CPU's way and a GPU's way have in common: an image's pixels, a batch's classes, and what becomes of each."""

from typing import List, Optional

import torch

from worker.machine import out_of_memory
from worker.network import Answers
from worker.networks import Networks, as_tensor
from worker.record import Record
from worker.second_look import SecondLook
from worker.source import Member, Source, Synthetic


class Classifier:
    """Classifies images of a source; what is too close to call goes to the second look. One that fails costs only itself."""

    def __init__(self, networks: Networks, source: Source, record: Record, second_look: SecondLook) -> None:
        self.networks, self.source, self.record, self.second_look = networks, source, record, second_look

    def pixels_of(self, member: Member) -> Optional[torch.Tensor]:
        """Give an image's pixels; None for one that cannot be decoded, which the record names."""
        try:
            with self.record.clock.phase("decode"):
                if isinstance(self.source, Synthetic):
                    made = self.source.pixels(member.name)
                else:
                    made = self.networks.pixels(member.data or b"")
            return as_tensor(made)
        except Exception as error:
            self.record.failed(member.name, member.number, error)
            return None

    def classify(self, members: List[Member], pixels: List[torch.Tensor]) -> None:
        """Classify a batch, in halves where the memory is too small for it."""
        networks, clock = self.networks, self.record.clock
        try:
            start_s = clock.now()
            answers = networks.network.launch(networks.network.normalised(torch.stack(pixels)))
            if networks.device == "cpu":
                clock.add("compute", start_s, clock.now())
            self.finish(answers, members)
        except RuntimeError as error:
            if out_of_memory(error) and len(members) > 1:
                networks.halve(error)
                half = max(1, len(members) // 2)
                self.classify(members[:half], pixels[:half])
                self.classify(members[half:], pixels[half:])
                return
            for member in members:
                self.record.failed(member.name, member.number, error)

    def finish(self, answers: Answers, members: List[Member]) -> None:
        """Note a batch's classes; what is too close to call is looked at again."""
        clock = self.record.clock
        leads, classes = answers.read()
        end_s, device_s = clock.now(), answers.device_s()
        if device_s is not None:
            clock.add("compute", end_s - device_s, end_s)
        close = [member for member, lead in zip(members, leads) if not lead > 2 * self.networks.bound]
        again = {member.number for member in close}
        sure = [(member.name, top1) for member, top1 in zip(members, classes) if member.number not in again]
        self.record.done([name for name, _ in sure], [top1 for _, top1 in sure])
        if close:
            self.second_look.add(close)
