"""The server's half of a websocket (RFC 6455), as far as an exec's output goes."""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from http.client import HTTPMessage

from selftest.replay.api.programs import Printed

MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
PROTOCOLS = ("v4.channel.k8s.io", "v5.channel.k8s.io")
BINARY, CLOSE = 2, 8
NORMAL_CLOSURE = 1000
STDOUT, STDERR, STATUS = 1, 2, 3
"""Channels of the protocol: the first byte of each message."""


def accept_key(key: str) -> str:
    """Give Sec-WebSocket-Accept for a Sec-WebSocket-Key."""
    return base64.b64encode(hashlib.sha1((key + MAGIC).encode()).digest()).decode()


def protocol_of(headers: HTTPMessage) -> str:
    """Choose the first protocol that is spoken here of those a client asks for; '' where there is none."""
    asked = headers.get("Sec-WebSocket-Protocol", "").split(",")
    return next((word.strip() for word in asked if word.strip() in PROTOCOLS), "")


def frame(opcode: int, payload: bytes) -> bytes:
    """Make a whole message of one frame, unmasked as a server's are."""
    head, length = bytes([0x80 | opcode]), len(payload)
    if length < 126:
        return head + bytes([length]) + payload
    return head + (struct.pack("!BH", 126, length) if length < 1 << 16 else struct.pack("!BQ", 127, length)) + payload


def messages(printed: Printed) -> bytes:
    """Give what a command printed, how it ended, and the end of the connection."""
    status = json.dumps(not_run(printed.refused) if printed.refused else exit_status(printed.status))
    parts = ((STDOUT, printed.stdout), (STDERR, printed.stderr), (STATUS, status))
    sent = [frame(BINARY, bytes([channel]) + text.encode()) for channel, text in parts if text]
    return b"".join([*sent, frame(CLOSE, struct.pack("!H", NORMAL_CLOSURE))])


def not_run(why: str) -> dict[str, object]:
    """Give the Status object with which Kubernetes 1.34 ends the stream of a command that it could not have run (seen there)."""
    return {
        "metadata": {}, "status": "Failure", "reason": "InternalError", "code": 500,
        "message": f"Internal error occurred: {why}", "details": {"causes": [{"message": why}]},
    }  # fmt: skip


def exit_status(code: int) -> dict[str, object]:
    """Give the Status object that tells a command's exit status."""
    if code == 0:
        return {"metadata": {}, "status": "Success"}
    return {
        "metadata": {}, "status": "Failure", "reason": "NonZeroExitCode",
        "message": f"command terminated with non-zero exit code: exit status {code}",
        "details": {"causes": [{"reason": "ExitCode", "message": str(code)}]},
    }  # fmt: skip
