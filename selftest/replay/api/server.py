"""The wire of the fake API server: TLS, HTTP/1.1 and websockets, from the standard library, in daemon threads."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Mapping
from http import HTTPStatus
from http.client import HTTPException, HTTPMessage, parse_headers
from io import BufferedReader
from ipaddress import ip_address
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from selftest.replay.api.refusal import Refusal
from selftest.replay.api.requests import Answer, Answers, Request
from selftest.replay.api.script import Spec
from selftest.replay.api.websocket import accept_key, messages, protocol_of

WAITING_CONNECTIONS = 128


class FakeApi:
    """The API server of one replayed cluster; `spec` is its api.yaml, `certificate` a PEM of key and chain.

    With `client_ca` a client must show a certificate that it has signed, or one of the case's tokens: else 401.
    Raises ScriptInvalid where the api.yaml has what the language has not.
    """

    def __init__(self, spec: Mapping[str, Any], certificate: Path, client_ca: Path | None = None) -> None:
        read = Spec(spec)
        self._answers, self._lock = Answers(read), Lock()
        self._tokens, self._wants_certificate = frozenset(read.tokens), client_ca is not None
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)
        if client_ca is not None:
            self._context.verify_mode = ssl.CERT_OPTIONAL
            self._context.load_verify_locations(client_ca)
        self._listener: socket.socket | None = None

    @property
    def undescribed(self) -> list[str]:
        """Give what was asked and nobody has described, in the order of asking."""
        return self._answers.undescribed

    def allow_all(self) -> None:
        """Forget what is forbidden: whoever looks at what a run has left may see it."""
        self._answers.forbidden.rules.clear()

    def start(self, address: str, port: int) -> int:
        """Listen, and answer in threads of its own; gives the port (one that is free where 0 is asked for)."""
        family = socket.AF_INET6 if ip_address(address).version == 6 else socket.AF_INET
        self._listener = socket.create_server((address, port), family=family, backlog=WAITING_CONNECTIONS)
        Thread(target=self._listen, args=(self._listener,), daemon=True).start()
        return int(self._listener.getsockname()[1])

    def stop(self) -> None:
        """Listen no more; what is under way is not waited for."""
        if self._listener is not None:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None

    def _listen(self, listener: socket.socket) -> None:
        """Take connections; each shakes hands in its own thread, so that a client that is slow at it holds up nobody."""
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        """Answer what comes over one connection; a client that hangs up, or speaks no HTTP, is no error."""
        try:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._context.wrap_socket(client, server_side=True) as connection, connection.makefile("rb") as file:
                while self._exchange(connection, file):
                    pass
        except (OSError, ValueError, HTTPException):
            client.close()

    def _exchange(self, connection: ssl.SSLSocket, file: BufferedReader) -> bool:
        """Answer one request; tells whether another may follow."""
        line = file.readline().decode("latin-1").split()
        if not line:
            return False
        method, target, _ = line
        headers = parse_headers(file)
        body = file.read(int(headers.get("Content-Length") or 0))
        if not self._is_known(connection, headers):
            answer = Answer(401, Refusal(401, "Unauthorized").as_status())
        else:
            answer = self._answer(method, target, body, headers)
        if answer.printed is None:
            connection.sendall(_in_http(answer))
            return headers.get("Connection", "").lower() != "close"
        connection.sendall(_upgraded(headers) + messages(answer.printed))
        file.read(1)  # the client's own close: hanging up before it would cut off what is on its way
        return False

    def _is_known(self, connection: ssl.SSLSocket, headers: HTTPMessage) -> bool:
        """Tell whether the client has shown a certificate or a token, where one is asked for."""
        if headers.get("Authorization", "").removeprefix("Bearer ") in self._tokens:
            return True
        return bool(connection.getpeercert()) if self._wants_certificate else not self._tokens

    def _answer(self, method: str, target: str, body: bytes, headers: HTTPMessage) -> Answer:
        """Answer one request, one at a time; what an object of the case breaks is undescribed."""
        try:
            parsed = json.loads(body) if body else None
        except ValueError:
            return Answer(400, Refusal(400, "the body of the request is not JSON").as_status())
        request = Request(method, target, parsed, headers.get("Content-Type", "application/json"))
        with self._lock:
            try:
                answer = self._answers.answer(request)
            except Exception as error:
                self.undescribed.append(f"API: {method} {target}: {type(error).__name__}: {error}")
                return Answer(500, Refusal(500, "see what is undescribed").as_status())
        if answer.printed is not None and not (protocol_of(headers) and headers.get("Sec-WebSocket-Key")):
            return Answer(400, Refusal(400, "unable to upgrade: no websocket was asked for").as_status())
        return answer


def _in_http(answer: Answer) -> bytes:
    kind, data = answer.encoded()
    return _head(answer.status, {"Content-Type": kind, "Content-Length": str(len(data))}) + data


def _upgraded(headers: HTTPMessage) -> bytes:
    key = accept_key(headers["Sec-WebSocket-Key"])
    made = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": key}
    return _head(101, made | {"Sec-WebSocket-Protocol": protocol_of(headers)})


def _head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{name}: {value}" for name, value in headers.items())]
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode("latin-1")
