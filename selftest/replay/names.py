"""Name servers: one that knows every name, for the boards; one that knows none, for whoever runs pytest."""

from __future__ import annotations

import socket
import struct
from threading import Thread

QUESTION_STARTS = 12
ANSWERED, NO_SUCH_NAME = 0x8180, 0x8183
ANSWER = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + socket.inet_aton("192.0.2.1")
"""An A record of the asked name: an address kept for documentation (RFC 5737)."""


def answer_names(address: str, known: bool) -> None:
    """Answer questions (RFC 1035) at port 53 of an address, in a thread of their own; raises OSError."""
    server = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((address, 53))
    Thread(target=_serve, args=(server, known), daemon=True).start()


def _serve(server: socket.socket, known: bool) -> None:
    while True:
        question, asker = server.recvfrom(1500)
        if len(question) > QUESTION_STARTS:
            head = question[:2] + struct.pack(">HHHHH", ANSWERED if known else NO_SUCH_NAME, 1, int(known), 0, 0)
            server.sendto(head + question[QUESTION_STARTS:] + (ANSWER if known else b""), asker)
