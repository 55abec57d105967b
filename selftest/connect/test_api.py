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
from edgeproof.connect.kubeconfig import read_kubeconfig
from edgeproof.errors import ApiRefused, ApiUnreachable, ConnectError, KubeconfigInvalid, KubeconfigIsLocal
from selftest.connect.keys import Certificate, bare_pair, pair_for, self_signed
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
    inventory = inventory_at(LOOPBACK, kubeconfig=file)
    keywords = open_api(inventory, read_kubeconfig(inventory))[0].rest_client.pool_manager.connection_pool_kw
    assert not keywords["ssl_context"].verify_flags & ssl.VERIFY_X509_STRICT
    assert keywords["cert_reqs"] == ssl.CERT_REQUIRED


def test_foreign_authority(tmp_path: Path, port: int) -> None:
    """A server that another authority vouches for: the kubeconfig is foreign, and the fix copies the server's."""
    error = refusal(api_at(tmp_path, port, authority=self_signed("another-ca")))
    assert "presents a certificate of another cluster" in str(error)
    assert "sudo cat /etc/rancher/k3s/k3s.yaml" in error.fix


def test_unknown_user(tmp_path: Path, port: int) -> None:
    """A kubeconfig whose user the server does not know (401): the fix copies the server's into a new file."""
    error = refusal(api_at(tmp_path, port), "/refused", 401)
    assert "refuses this kubeconfig (401): it does not know the user" in str(error)
    assert "sudo cat /etc/rancher/k3s/k3s.yaml" in error.fix
    assert "set -C" in error.fix


def test_user_without_rights(tmp_path: Path, port: int) -> None:
    """A user whom the server knows, and who may not (403), is another thing; the fix looks."""
    error = refusal(api_at(tmp_path, port), "/forbidden", 403)
    assert "refuses this kubeconfig (403): it knows the user" in str(error)
    assert "auth can-i --list" in error.fix
    assert error.does == "reads"


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
    """A server whose K3s does not run: the URL that was asked is told, and the fix looks there."""
    with socket.socket() as bound:
        bound.bind((LOOPBACK, 0))
        port = bound.getsockname()[1]
        error = refusal(api_at(tmp_path, port))
    assert str(error) == f"the API server at https://{LOOPBACK}:{port} refuses connections"
    assert "systemctl status k3s" in error.fix


@pytest.mark.usefixtures("short_limit")
def test_listener_that_never_speaks(tmp_path: Path) -> None:
    """A server that takes the connection and says nothing costs the time limit, once."""
    with socket.create_server((LOOPBACK, 0)) as mute:
        started = monotonic()
        error = refusal(api_at(tmp_path, mute.getsockname()[1]))
    assert monotonic() - started < 3
    assert "does not answer within 1 s" in str(error)
    assert "systemctl status k3s" in error.fix


def refusal_by(
    folder: Path, names: tuple[str, ...], starts_days: int = -1, ends_days: int = 365
) -> tuple[int, ConnectError]:
    """Ask a server with a certificate of these names, of the right authority, which must fail; give its port, too."""
    authority, own = pair_for(names, starts_days, ends_days)
    with serving(own, folder) as port:
        return port, refusal(api_at(folder, port, authority))


def test_address_that_is_not_in_the_certificate(tmp_path: Path) -> None:
    """The right cluster, whose certificate lacks the address: its names are told, and --tls-san is the fix, not another kubeconfig."""
    _, error = refusal_by(tmp_path, ("kubernetes", "10.43.0.1"))
    assert "is the right cluster, but its certificate is not valid for 127.0.0.1, but for kubernetes, 10.43.0.1" in str(
        error
    )
    assert "tls-san" in error.fix
    assert "k3s.yaml" not in error.fix
    assert error.does == "restarts"


def test_name_that_is_in_the_certificate(tmp_path: Path) -> None:
    """Where the certificate has another name of the server, that is the lighter fix."""
    port, error = refusal_by(tmp_path, ("user-desktop", "10.43.0.1"))
    assert error.fix.startswith(
        f"sed -i 's#https://127\\.0\\.0\\.1:{port}#https://user-desktop:{port}#' {tmp_path / 'config'}"
    )


def test_certificate_of_the_future(tmp_path: Path) -> None:
    """A certificate that is not valid yet means that the clocks differ."""
    _, error = refusal_by(tmp_path, (LOOPBACK,), starts_days=2)
    assert "not valid yet: the clocks differ" in str(error)
    assert "date -u" in error.fix


def test_certificate_that_has_ended(tmp_path: Path) -> None:
    """A server's certificate that has ended is told as that: K3s renews it when it starts."""
    _, error = refusal_by(tmp_path, (LOOPBACK,), starts_days=-9, ends_days=-2)
    assert "presents a certificate that has expired" in str(error)
    assert "systemctl restart k3s" in error.fix


def test_server_that_speaks_no_tls(tmp_path: Path) -> None:
    """A server of plain HTTP is not one with a foreign certificate."""
    with ThreadingHTTPServer((LOOPBACK, 0), _Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        error = refusal(api_at(tmp_path, server.server_port))
        server.shutdown()
    assert "does not complete the TLS handshake" in str(error)


@pytest.mark.usefixtures("short_limit")
def test_kubeconfig_of_another_address(tmp_path: Path) -> None:
    """A kubeconfig with an old address: the address that was asked is told, and the kubeconfig is what to change."""
    file = write_kubeconfig(tmp_path / "config", "https://192.0.2.77:6443", OWN)
    with pytest.raises(ApiUnreachable) as caught:
        KubernetesApi(inventory_at("192.0.2.1", kubeconfig=file)).call("GET", "/version")
    assert str(caught.value).startswith("the API server at https://192.0.2.77:6443 ")
    assert str(caught.value).endswith(
        f"the kubeconfig {file} names 192.0.2.77, cluster.yaml's server user-desktop is 192.0.2.1"
    )
    assert caught.value.fix == f"sed -i 's#https://192\\.0\\.2\\.77:6443#https://192.0.2.1:6443#' {file}"


@pytest.mark.usefixtures("short_limit")
def test_declared_endpoint_is_no_other_address(tmp_path: Path) -> None:
    """A kubeconfig that names kubernetes.endpoint names the right one: the servers are where to look."""
    file = write_kubeconfig(tmp_path / "config", "https://192.0.2.100:6443", OWN)
    api = KubernetesApi(inventory_at("192.0.2.1", kubeconfig=file, endpoint="192.0.2.100"))
    with pytest.raises(ApiUnreachable) as caught:
        api.call("GET", "/version")
    assert "names" not in str(caught.value)


def test_name_that_does_not_resolve(tmp_path: Path) -> None:
    """A server's name that leads nowhere is told as that, and the fix names the file."""
    file = write_kubeconfig(tmp_path / "config", "https://master.invalid:6443", OWN)
    with pytest.raises(KubeconfigInvalid) as caught:
        KubernetesApi(inventory_at("192.0.2.1", kubeconfig=file)).call("GET", "/version")
    assert "the name master.invalid does not resolve here" in str(caught.value)
    assert f"#https://192.0.2.1:6443#' {file}" in caught.value.fix


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0"])
def test_copy_that_names_this_machine(tmp_path: Path, host: str) -> None:
    """The server's own file, copied as it is, points at this machine: the fix changes that URL alone, in the file that was read."""
    with socket.socket() as bound:
        bound.bind((LOOPBACK, 0))
        url = f"https://{host}:{bound.getsockname()[1]}"
        file = write_kubeconfig(tmp_path / "config", url, OWN)
        with pytest.raises(KubeconfigIsLocal, match="which is this machine, not user-desktop") as caught:
            KubernetesApi(inventory_at("192.0.2.1", kubeconfig=file)).call("GET", "/version")
    pattern = url.replace(".", "\\.")
    assert caught.value.fix == f"sed -i 's#{pattern}#https://192.0.2.1:{url.rpartition(':')[2]}#' {file}"


def test_tunnel_to_the_server(tmp_path: Path, port: int) -> None:
    """A kubeconfig that names this machine, where the API answers, works: it is a tunnel, or the server itself."""
    file = write_kubeconfig(tmp_path / "config", f"https://{LOOPBACK}:{port}", OWN)
    assert KubernetesApi(inventory_at("192.0.2.1", kubeconfig=file)).call("GET", "/version") == {"minor": "23"}
