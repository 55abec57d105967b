"""The wire of the fake API server: TLS, HTTP/1.1 and websockets, from the standard library, in daemon threads."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_address
from pathlib import Path
from socketserver import ThreadingTCPServer
from threading import Lock, Thread
from typing import Any

from selftest.replay.api.refusal import Refusal
from selftest.replay.api.requests import Answer, Answers, Request
from selftest.replay.api.script import Spec
from selftest.replay.api.websocket import accept_key, protocol_of, send_output

POLL_S = 0.02
"""How late `stop` is noticed."""


class FakeApi:
    """The API server of one replayed cluster; `spec` is its api.yaml, `certificate` a PEM of key and chain.

    With `client_ca` a client must show a certificate that it has signed, or one of the case's tokens: else 401.
    """

    def __init__(self, spec: Mapping[str, Any], certificate: Path, client_ca: Path | None = None) -> None:
        read = Spec(spec)
        self._answers, self._lock = Answers(read), Lock()
        self.tokens, self.wants_certificate = frozenset(read.tokens), client_ca is not None
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)
        if client_ca is not None:
            self._context.verify_mode = ssl.CERT_OPTIONAL
            self._context.load_verify_locations(client_ca)
        self._listener: _Listener | None = None

    @property
    def undescribed(self) -> list[str]:
        """Give what was asked and nobody has described, in the order of asking."""
        return self._answers.undescribed

    def start(self, address: str, port: int) -> int:
        """Listen, and answer in threads of its own; gives the port (one that is free where 0 is asked for)."""
        self._listener = _Listener(self, self._context, address, port)
        Thread(target=self._listener.serve_forever, args=(POLL_S,), daemon=True).start()
        return int(self._listener.server_address[1])

    def stop(self) -> None:
        """Listen no more; what is under way is not waited for."""
        if self._listener is not None:
            self._listener.shutdown()
            self._listener.server_close()
            self._listener = None

    def answer(self, request: Request) -> Answer:
        """Answer one request, one at a time."""
        with self._lock:
            try:
                return self._answers.answer(request)
            except Exception as error:  # an object of the case is not of the form that Kubernetes' are
                self.undescribed.append(f"API: {request.method} {request.target}: {type(error).__name__}: {error}")
                return Answer(500, Refusal(500, "see what is undescribed").as_status())


class _Listener(ThreadingTCPServer):
    """Takes connections; each shakes hands in its own thread, so that a client that is slow at it holds up nobody."""

    allow_reuse_address, daemon_threads, block_on_close, request_queue_size = True, True, False, 128

    def __init__(self, api: FakeApi, context: ssl.SSLContext, address: str, port: int) -> None:
        self.api, self.context = api, context
        self.address_family = socket.AF_INET6 if ip_address(address).version == 6 else socket.AF_INET
        super().__init__((address, port), _Handler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Shake hands, and answer what comes over the connection; a client that hangs up is no error."""
        try:
            request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.context.wrap_socket(request, server_side=True) as connection:
                super().finish_request(connection, client_address)
        except OSError:
            return


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    server: _Listener

    def do_GET(self) -> None:
        """Answer a request, whatever its method."""
        if not self._is_known():
            self._send(Answer(401, Refusal(401, "Unauthorized").as_status()))
            return
        try:
            request = self._request()
        except ValueError:
            self._send(Answer(400, Refusal(400, "the body of the request is not JSON").as_status()))
            return
        answer = self.server.api.answer(request)
        if answer.printed is not None:
            self._upgrade(answer)
        else:
            self._send(answer)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = do_GET  # noqa: N815

    def log_message(self, format: str, *arguments: object) -> None:
        """Keep quiet."""

    def _is_known(self) -> bool:
        """Tell whether the client has shown a certificate or a token, where one is asked for."""
        api, token = self.server.api, self.headers.get("Authorization", "").removeprefix("Bearer ")
        if token in api.tokens:
            return True
        return bool(self.connection.getpeercert()) if api.wants_certificate else not api.tokens

    def _request(self) -> Request:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        content_type = self.headers.get("Content-Type", "application/json")
        return Request(self.command, self.path, json.loads(body) if body else None, content_type)

    def _send(self, answer: Answer) -> None:
        kind, data = answer.encoded()
        self.send_response(answer.status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)
        self.wfile.flush()

    def _upgrade(self, answer: Answer) -> None:
        """Speak websocket from here on: all that was printed, and the end."""
        key, protocol = (
            self.headers.get("Sec-WebSocket-Key"),
            protocol_of(self.headers.get("Sec-WebSocket-Protocol", "")),
        )
        if not key or not protocol or answer.printed is None:
            self._send(Answer(400, Refusal(400, "unable to upgrade: no websocket was asked for").as_status()))
            return
        self.send_response(101)
        for name, value in (
            ("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", accept_key(key)),
            ("Sec-WebSocket-Protocol", protocol),
        ):  # fmt: skip
            self.send_header(name, value)
        self.end_headers()
        send_output(self.wfile, answer.printed)
        self.close_connection = True
        self.rfile.read(1)  # the client's own close: hanging up before it would cut off what is on its way
