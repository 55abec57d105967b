"""Messages through a pipe between two processes of this program."""

import os
import pickle
import struct
from typing import Any

LENGTH = struct.Struct("<I")


def send(descriptor: int, message: Any) -> None:
    """Write one message; raises BrokenPipeError where nobody reads any more."""
    data = pickle.dumps(message)
    left = memoryview(LENGTH.pack(len(data)) + data)
    while left:
        left = left[os.write(descriptor, left) :]


def receive(descriptor: int) -> Any:
    """Read one message; None at the pipe's end."""
    head = _exactly(descriptor, LENGTH.size)
    return pickle.loads(_exactly(descriptor, LENGTH.unpack(head)[0])) if len(head) == LENGTH.size else None


def _exactly(descriptor: int, count: int) -> bytes:
    """Read so many bytes, fewer only at the end."""
    parts = []
    while count:
        part = os.read(descriptor, count)
        if not part:
            break
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
