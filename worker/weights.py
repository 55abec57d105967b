"""ResNet-50's weights: pretrained, from a file, or seeded random ones."""

import contextlib
import hashlib
import os
import pickle
import re
import socket
import sys
from typing import Any, Iterator, List, Optional, Tuple

import torch

from worker import limits
from worker.random_weights import SEED, seeded
from worker.resnet import State

BAKED = "weights.pth"
"""Made at the image's build, beside this package: what the default weights are, if it is there."""


def baked_path() -> str:
    """Name the weights file that the image's build makes."""
    return os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), BAKED)


class WeightsError(OSError):
    """The weights cannot be had: says what was asked for, what is wrong with it, and what to give instead."""


def load(weights: str) -> Tuple[State, str]:
    """Give (state_dict of torchvision's resnet50 on the CPU, what its weights are, with the sha256 of their file).

    `weights`: pretrained, random, or a file, as torchvision's older and newer releases have it (a state_dict; torch's zip archive or
    the form before 1.6), or as `save` wrote it. Raises WeightsError where they cannot be had.
    """
    if weights == "random":
        return seeded(), "random (seed {})".format(SEED)
    path, name = (
        (_fetched(), "pretrained") if weights == "pretrained" else (weights, "file: " + os.path.basename(weights))
    )
    found = _read(path)
    if isinstance(found, dict) and isinstance(found.get("label"), str) and isinstance(found.get("state"), dict):
        return found["state"], found["label"]  # `save` has looked at it
    digest = sha256_of(path)
    _check_name(path, digest)
    return _resnet50_of(found, path), "{} (sha256 {})".format(name, digest)


def torchvision_network(state: State) -> torch.nn.Module:
    """Give torchvision's own ResNet-50 with these weights, in evaluation mode: what the mission's loop runs."""
    from torchvision import models

    model = models.resnet50()
    model.load_state_dict(state)
    return model.eval()


GIVE_A_FILE = (
    "fetch that file where there is a network, and name it: workload.weights in cluster.yaml, or --weights FILE"
)
ZIPPED, PICKLED = b"PK\x03\x04", b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
"""How torch's files begin: a zip archive since torch 1.6, a pickle of its magic number before (torch.serialization)."""


def _fetched() -> str:
    """Give torchvision's own file of ResNet-50's weights, from its cache or fetched from where it says."""
    from torch import hub
    from torchvision import models

    newer = getattr(models, "ResNet50_Weights", None)
    url = newer.IMAGENET1K_V1.url if newer else models.resnet.model_urls["resnet50"]
    folder = os.path.join(hub.get_dir(), "checkpoints")
    path = os.path.join(folder, url.rsplit("/", 1)[1])
    if os.path.exists(path):
        return path
    try:
        os.makedirs(folder, exist_ok=True)
        with _within(limits.FETCH_S):
            hub.download_url_to_file(url, path, _prefix(path), progress=False)
    except (OSError, RuntimeError) as error:  # RuntimeError: another hash than the name says
        message = "pretrained weights (ResNet-50, IMAGENET1K_V1) were not to be had from {}: {}; {}"
        raise WeightsError(message.format(url, error, GIVE_A_FILE)) from error
    return path


@contextlib.contextmanager
def _within(seconds: float) -> Iterator[None]:
    """Bound each wait of the sockets that are opened meanwhile: torch.hub gives them no limit."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _read(path: str) -> Any:
    """Read a file of torch's; raises WeightsError that tells a truncated one from one of another kind."""
    try:
        with open(path, "rb") as file:
            start = file.read(len(PICKLED))
        size = os.path.getsize(path)
    except OSError as error:
        raise WeightsError("{}: {}".format(path, error.strerror)) from error
    if not start.startswith((ZIPPED, PICKLED)):
        raise WeightsError(
            "{}: {} bytes that are no weights of torch's (they begin with {!r})".format(path, size, start)
        )
    try:
        return torch.load(path, map_location="cpu")
    except Exception as error:
        said = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        if isinstance(error, pickle.UnpicklingError):  # torch 2.6 and later read weights and nothing else
            words = "{}: damaged, or more than weights (then save the model's state_dict() alone): {}"
            raise WeightsError(words.format(path, said)) from error
        raise WeightsError("{}: {} bytes, truncated or damaged: {}".format(path, size, said)) from error


def sha256_of(path: str) -> str:
    """Hash a file's bytes, as sha256sum prints it."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for chunk in iter(lambda: file.read(1 << 20), b""):
            digest.update(chunk)
    return digest.hexdigest()


def _prefix(path: str) -> Optional[str]:
    """Give the start of the hash that torchvision's names end with, as in resnet50-0676ba61.pth; None where there is none."""
    found = re.search(r"-([0-9a-f]{8,64})\.pth$", os.path.basename(path))
    return found.group(1) if found else None


def _check_name(path: str, digest: str) -> None:
    prefix = _prefix(path)
    if prefix and not digest.startswith(prefix):
        raise WeightsError(
            "{}: damaged: its name says that its sha256 begins with {}, and it is {}".format(path, prefix, digest)
        )


def _resnet50_of(found: Any, path: str) -> State:
    """Give the state_dict in what a file held, checked against torchvision's network: names and shapes.

    Training scripts keep it under a key beside others; DataParallel puts `module.` before each name. The files of torchvision
    before 0.3 lack the counts of batches, which nothing here reads and newer releases ask for.
    """
    from torchvision import models

    if hasattr(found, "state_dict"):
        found = found.state_dict()
    for key in ("state_dict", "model", "state"):
        if isinstance(found, dict) and isinstance(found.get(key), dict):
            found = found[key]
    if not isinstance(found, dict) or not all(hasattr(value, "shape") for value in found.values()):
        raise WeightsError("{}: holds no state_dict, but {}".format(path, type(found).__name__))
    state = {name[len("module.") :] if name.startswith("module.") else name: value for name, value in found.items()}
    wanted = models.resnet50().state_dict()
    for name in wanted:
        if name.endswith("num_batches_tracked") and name not in state:
            state[name] = torch.zeros((), dtype=torch.int64)
    lacking = [name for name in wanted if name not in state]
    beyond = [name for name in state if name not in wanted]
    if lacking or beyond:
        message = (
            "{}: not the weights of torchvision's resnet50: {} of its {} names are lacking{}, and {} are not its own{}"
        )
        words = [len(lacking), len(wanted), _first(lacking), len(beyond), _first(beyond)]
        raise WeightsError(message.format(path, *words))
    for name, value in wanted.items():
        if tuple(state[name].shape) != tuple(value.shape):
            message = "{}: not the weights of torchvision's resnet50 for ImageNet: {} has the shape {}, not {}"
            raise WeightsError(message.format(path, name, tuple(state[name].shape), tuple(value.shape)))
    return state


def _first(names: List[str]) -> str:
    return " (the first: {})".format(names[0]) if names else ""


def save(weights: str, path: str) -> None:
    """Write the weights and what they are to a file, for the image's build; `weights` as `load` takes them.

    Ends the program, with a line, where they cannot be had.
    """
    try:
        state, label = load(weights)
    except WeightsError as error:
        sys.exit("worker: {}".format(error))
    torch.save({"state": state, "label": label}, path)
