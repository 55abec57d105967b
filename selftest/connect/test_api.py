"""What an API server on loopback can do to us, each an error of its own."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import monotonic

import pytest

from edgeproof.connect.api import KubernetesApi, open_api
from edgeproof.errors import ApiRefused, ApiUnreachable, ConnectError
from selftest.connect.keys import Certificate, bare_pair, self_signed
from selftest.connect.kubeconfigs import inventory_at, write_kubeconfig

LOOPBACK = "127.0.0.1"
ANSWERS = {
    "/version": (200, '{"minor": "23"}'),
    "/none": (404, '{"message": "pods \\"none\\" not found"}'),
    "/refused": (401, '{"message": "Unauthorized"}'),
    "/forbidden": (403, '{"message": "forbidden"}'),
    "/broken": (500, "Internal Server Error"),
    "/page": (200, "<html>log in to the network</html>"),
    "/list": (200, "[]"),
}
OWN = self_signed("k3s-server-ca")


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Give the path's answer."""
        status, body = ANSWERS[self.path.split("?")[0]]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    do_DELETE = do_GET  # noqa: N815

    def log_message(self, format: str, *arguments: object) -> None:
        """Keep quiet."""


@contextmanager
def serving(own: Certificate, folder: Path) -> Iterator[int]:
    """Serve HTTPS on loopback with a certificate of its own; give the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.write(folder / "server.pem"))
    with ThreadingHTTPServer((LOOPBACK, 0), _Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of an HTTPS server whose authority the kubeconfigs here trust."""
    with serving(OWN, tmp_path_factory.mktemp("api")) as port:
        yield port


def api_at(folder: Path, port: int, authority: Certificate = OWN) -> KubernetesApi:
    """Make the client of a port on loopback by a kubeconfig that trusts `authority`."""
    file = write_kubeconfig(folder / "config", f"https://{LOOPBACK}:{port}", authority)
    return KubernetesApi(inventory_at(LOOPBACK, kubeconfig=file))


def refusal(api: KubernetesApi, url: str = "/version", status: int | None = None) -> ConnectError:
    """Ask the API, which must fail: with that HTTP status, or (None) without any answer that is one of the API's."""
    with pytest.raises(ConnectError) as caught:
        api.call("GET", url)
    if status is None:
        assert isinstance(caught.value, ApiUnreachable)
    else:
        assert isinstance(caught.value, ApiRefused)
        assert caught.value.status == status
    return caught.value


def test_answer(tmp_path: Path, port: int) -> None:
    """An answer's object comes back."""
    assert api_at(tmp_path, port).call("GET", "/version") == {"minor": "23"}


def test_bare_authority(tmp_path: Path) -> None:
    """An authority without key identifiers, which kubectl takes, is taken by every Python: 3.13 alone is stricter by default."""
    authority, own = bare_pair()
    with serving(own, tmp_path) as port:
        api = api_at(tmp_path, port, authority=authority)
        assert api.call("GET", "/version") == {"minor": "23"}


def test_certificates_are_not_read_strictly(tmp_path: Path, port: int) -> None:
    """The same, seen where it is set, whatever Python runs this; certificates are still verified."""
    file = write_kubeconfig(tmp_path / "config", f"https://{LOOPBACK}:{port}", OWN)
    keywords = open_api(inventory_at(LOOPBACK, kubeconfig=file)).rest_client.pool_manager.connection_pool_kw
    assert not keywords["ssl_context"].verify_flags & ssl.VERIFY_X509_STRICT
    assert keywords["cert_reqs"] == ssl.CERT_REQUIRED


def test_foreign_authority(tmp_path: Path, port: int) -> None:
    """A server that another authority vouches for: the kubeconfig is foreign, and the fix copies the server's."""
    error = refusal(api_at(tmp_path, port, authority=self_signed("another-ca")))
    assert "shows a certificate of another cluster" in str(error)
    assert "sudo cat /etc/rancher/k3s/k3s.yaml" in error.fix


@pytest.mark.parametrize(("url", "status"), [("/refused", 401), ("/forbidden", 403)])
def test_refused_kubeconfig(tmp_path: Path, port: int, url: str, status: int) -> None:
    """A kubeconfig that the server does not let in is said so, and the fix copies the server's."""
    error = refusal(api_at(tmp_path, port), url, status)
    assert f"refuses this kubeconfig ({status})" in str(error)
    assert "sudo cat /etc/rancher/k3s/k3s.yaml" in error.fix


@pytest.mark.parametrize(("url", "words"), [("/none", '404: pods "none" not found'), ("/broken", "500: Internal")])
def test_other_status(tmp_path: Path, port: int, url: str, words: str) -> None:
    """Another status is told in the server's own words."""
    assert words in str(refusal(api_at(tmp_path, port), url, int(words[:3])))


def test_answer_that_is_no_json(tmp_path: Path, port: int) -> None:
    """A page in place of an answer is an error of ours, not a traceback."""
    assert "not JSON" in str(refusal(api_at(tmp_path, port), "/page"))


def test_answer_of_another_form(tmp_path: Path, port: int) -> None:
    """JSON that is no object has no items."""
    assert api_at(tmp_path, port).items("/list") == []


def test_deleting_what_is_gone(tmp_path: Path, port: int) -> None:
    """An object that is gone already needs no deleting."""
    api_at(tmp_path, port).delete("/none")


@pytest.mark.parametrize("url", ["/forbidden", "/broken"])
def test_deleting_what_the_server_keeps(tmp_path: Path, port: int, url: str) -> None:
    """Any other refusal to delete is an error."""
    with pytest.raises(ApiRefused):
        api_at(tmp_path, port).delete(url)


def test_refused_connection(tmp_path: Path) -> None:
    """A server whose K3s does not run: the fix restarts it."""
    with socket.socket() as bound:
        bound.bind((LOOPBACK, 0))
        error = refusal(api_at(tmp_path, bound.getsockname()[1]))
    assert "refuses connections" in str(error)
    assert "systemctl restart k3s" in error.fix


@pytest.mark.usefixtures("short_limit")
def test_listener_that_never_speaks(tmp_path: Path) -> None:
    """A server that takes the connection and says nothing costs the time limit, once."""
    with socket.create_server((LOOPBACK, 0)) as mute:
        started = monotonic()
        error = refusal(api_at(tmp_path, mute.getsockname()[1]))
    assert monotonic() - started < 3
    assert "does not answer within 1 s" in str(error)
    assert "systemctl status k3s" in error.fix
