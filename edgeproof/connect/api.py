"""The API server, by a kubeconfig. Every failure becomes one of edgeproof's ConnectErrors, here and nowhere else."""

from __future__ import annotations

import base64
import json
import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import yaml

from edgeproof import limits
from edgeproof.errors import ApiRefused, ApiUnreachable, KubeconfigInvalid, KubeconfigIsLocal
from edgeproof.inventory import Inventory

if TYPE_CHECKING:
    from kubernetes.client import ApiClient

PLACES = ("~/.kube/config", "/etc/rancher/k3s/k3s.yaml")
NOT_FOUND = 404
LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")


def find_kubeconfig(inventory: Inventory) -> Path:
    """Name the kubeconfig: the given one, $KUBECONFIG's first, ~/.kube/config, k3s.yaml; raises KubeconfigInvalid."""
    given = inventory.kubernetes.kubeconfig
    if given is not None:
        if not given.exists():
            raise KubeconfigInvalid(f"{given}: no such kubeconfig", _copy_fix(inventory))
        return given
    named = [Path(part).expanduser() for part in os.environ.get("KUBECONFIG", "").split(os.pathsep) if part]
    for path in (*named, *(Path(place).expanduser() for place in PLACES)):
        if path.exists():
            return path
    raise KubeconfigInvalid(
        "no kubeconfig: not in $KUBECONFIG, ~/.kube/config or /etc/rancher/k3s/k3s.yaml", _copy_fix(inventory)
    )


def _copy_fix(inventory: Inventory) -> str:
    server = inventory.server
    return (
        f"ssh {inventory.ssh.user}@{server.address} sudo cat /etc/rancher/k3s/k3s.yaml | "
        f"sed 's/127.0.0.1/{server.address}/' > ~/.kube/config   # or name one: --edgeproof-kubeconfig=FILE"
    )


@dataclass(frozen=True)
class Kubeconfig:
    """A kubeconfig's file, its server's URL, and when its client certificate ends (None without one)."""

    path: Path
    server: str
    certificate_end: datetime | None


def read_kubeconfig(inventory: Inventory) -> Kubeconfig:
    """Read the kubeconfig; raises KubeconfigInvalid where it cannot be used."""
    path = find_kubeconfig(inventory)
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        name = inventory.kubernetes.context or data["current-context"]
        context = {item["name"]: item["context"] for item in data["contexts"]}
        if name not in context:
            raise KubeconfigInvalid(
                f"{path}: no context {name}; its contexts: {', '.join(context)}", "pass --edgeproof-context=NAME"
            )
        cluster = {item["name"]: item["cluster"] for item in data["clusters"]}[context[name]["cluster"]]
        user = {item["name"]: item["user"] for item in data["users"]}[context[name]["user"]]
        return Kubeconfig(path, str(cluster["server"]), _certificate_end(user, path.parent))
    except FileNotFoundError as error:
        raise KubeconfigInvalid(f"{path}: it names {error.filename}: no such file", _copy_fix(inventory)) from error
    except OSError as error:
        file = error.filename or path
        raise KubeconfigInvalid(
            f"{file}: cannot be read: {error.strerror}", f"sudo chmod 644 {file}, or copy it"
        ) from error
    except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise KubeconfigInvalid(
            f"{path}: not a kubeconfig ({type(error).__name__}: {error})", _copy_fix(inventory)
        ) from error


def _certificate_end(user: dict[str, Any], folder: Path) -> datetime | None:
    from cryptography import x509

    encoded = user.get("client-certificate-data")
    file = user.get("client-certificate")
    if not encoded and not file:
        return None
    pem = base64.b64decode(encoded) if encoded else (folder / str(file)).read_bytes()
    return x509.load_pem_x509_certificate(pem).not_valid_after_utc


def open_api(inventory: Inventory) -> ApiClient:
    """Give a client of the API server; raises KubeconfigInvalid where there is no way to make one."""
    found = read_kubeconfig(inventory)
    path, end = found.path, found.certificate_end
    host = urlsplit(found.server).hostname or ""
    if host in LOOPBACK and str(inventory.server.address) not in LOOPBACK and path != Path(PLACES[1]):
        raise KubeconfigIsLocal(
            f"{path}: its server is {found.server}, which is this machine and not {inventory.server.name}",
            f"sed -i 's#{host}#{inventory.server.address}#' {path}",
        )
    if end is not None and end < datetime.now(timezone.utc):
        raise KubeconfigInvalid(f"{path}: its client certificate ended on {end:%Y-%m-%d}", _copy_fix(inventory))
    from kubernetes import client, config

    try:
        configuration = client.Configuration()
        config.load_kube_config(str(path), context=inventory.kubernetes.context, client_configuration=configuration)  # type: ignore[no-untyped-call]
    except config.ConfigException as error:
        raise KubeconfigInvalid(f"{path}: {error}", _copy_fix(inventory)) from error
    configuration.retries = False
    api = client.ApiClient(configuration)
    api.rest_client.pool_manager.connection_pool_kw["ssl_context"] = _ssl_context()
    return api


def _ssl_context() -> ssl.SSLContext:
    """Verify certificates as kubectl does: Python 3.13 alone refuses a CA without key identifiers (kubernetes-client #2394)."""
    from urllib3.util.ssl_ import create_urllib3_context

    context = create_urllib3_context()
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


@contextmanager
def _wire_errors(inventory: Inventory) -> Iterator[None]:
    """Turn whatever the wire raises into ApiUnreachable or ApiRefused, in a person's words."""
    from kubernetes.client.exceptions import ApiException
    from urllib3.exceptions import HTTPError

    try:
        yield
    except ApiException as error:
        if not error.status:  # the client makes one of urllib3's SSLError, too
            raise _unreachable(inventory, error) from error
        raise _refused(inventory, int(error.status), str(error.body or error.reason)) from error
    except (HTTPError, OSError) as error:
        raise _unreachable(inventory, error) from error


def _refused(inventory: Inventory, status: int, body: str) -> ApiRefused:
    if status in (401, 403):
        words = "it is of another cluster, or expired, or has no rights"
        message = f"the API server refuses this kubeconfig ({status}): {words}"
        return ApiRefused(message, _copy_fix(inventory), status=status)
    try:
        said = str(yaml.safe_load(body)["message"])
    except (yaml.YAMLError, KeyError, TypeError):
        said = body
    return ApiRefused(f"the API server answered {status}: {said[:300]}", status=status)


def _unreachable(inventory: Inventory, error: Exception) -> ApiUnreachable:
    from urllib3.exceptions import SSLError
    from urllib3.exceptions import TimeoutError as TooLate

    server, causes = inventory.server, list(_causes(error))
    where = f"the API server at {server.address}"
    if _any(causes, ssl.SSLError, SSLError):
        words = "shows a certificate of another cluster: the kubeconfig is foreign, or the server was reinstalled"
        return ApiUnreachable(f"{where} {words}", _copy_fix(inventory))
    if _any(causes, ConnectionRefusedError):
        fix = f"on {server.name}: sudo systemctl restart k3s; sudo journalctl -u k3s -n 20"
        return ApiUnreachable(f"{where} refuses connections", fix)
    if _any(causes, TimeoutError, TooLate):
        fix = f"on {server.name}: sudo systemctl status k3s"
        return ApiUnreachable(f"{where} does not answer within {limits.API_CALL_S:.0f} s", fix)
    return ApiUnreachable(f"{where} cannot be reached ({str(error)[-200:]})", f"ping {server.address}")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Give an error and all that led to it; urllib3 keeps the last one as `reason`, too."""
    while error is not None:
        yield error
        inner = getattr(error, "reason", None)
        error = inner if isinstance(inner, BaseException) else error.__cause__ or error.__context__


def _any(errors: list[BaseException], *kinds: type[BaseException]) -> bool:
    return any(isinstance(error, kinds) for error in errors)


class KubernetesApi:
    """The calls edgeproof makes, as plain data, each with a time limit; any may raise a ConnectError."""

    def __init__(self, inventory: Inventory) -> None:
        self.inventory = inventory
        self._api = open_api(inventory)

    def call(self, method: str, url: str, body: object = None, query: dict[str, str] | None = None) -> dict[str, Any]:
        """Send one request; give the answer's object."""
        answer = self._send(method, url, body, query)
        try:
            found = json.loads(answer)
        except ValueError as error:
            said = answer[:80].decode("utf-8", "replace")
            raise ApiUnreachable(f"what answers in the API server's place is not JSON: {said!r}") from error
        return found if isinstance(found, dict) else {}

    def _send(self, method: str, url: str, body: object, query: dict[str, str] | None) -> bytes:
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        headers = {"Accept": "application/json, */*", "Content-Type": kind}
        request = self._api.param_serialize(
            method, url, query_params=list((query or {}).items()), header_params=headers, body=body,
            auth_settings=["BearerToken"],
        )  # fmt: skip
        with _wire_errors(self.inventory):
            answer = self._api.call_api(*request, _request_timeout=limits.API_CALL_S)
            data: bytes = answer.read()  # type: ignore[no-untyped-call]
        if not 200 <= answer.status < 300:
            raise _refused(self.inventory, answer.status, data.decode("utf-8", "replace"))
        return data

    def items(self, url: str, labels: str = "") -> list[dict[str, Any]]:
        """List objects, by label if given."""
        found = self.call("GET", url, query={"labelSelector": labels} if labels else None).get("items")
        return [item for item in found or [] if isinstance(item, dict)]

    def delete(self, url: str) -> None:
        """Delete an object at once, with what it owns; one that is gone already is no error."""
        try:
            self.call("DELETE", url, query={"propagationPolicy": "Background", "gracePeriodSeconds": "0"})
        except ApiRefused as error:
            if error.status != NOT_FOUND:
                raise

    def logs(self, namespace: str, pod: str, tail_lines: int = 0) -> str:
        """Give what a pod's container has printed."""
        query = {"tailLines": str(tail_lines)} if tail_lines else {}
        return self._send("GET", f"/api/v1/namespaces/{namespace}/pods/{pod}/log", None, query).decode(
            "utf-8", "replace"
        )

    def execute(self, namespace: str, pod: str, command: list[str]) -> tuple[str, int]:
        """Run a command in a pod; give what it printed and its exit status (-1 when it did not end in time)."""
        from kubernetes.client import CoreV1Api
        from kubernetes.stream import stream

        with _wire_errors(self.inventory):
            # stream() changes the client it is given: it gets one of its own.
            core = CoreV1Api(open_api(self.inventory))
            answer = stream(
                core.connect_get_namespaced_pod_exec, pod, namespace, command=command, stdout=True, stderr=True,
                stdin=False, tty=False, _preload_content=False, _request_timeout=limits.POD_EXEC_S,
            )  # fmt: skip
            answer.run_forever(timeout=limits.POD_EXEC_S)
            # read_all() also throws the status away, so that is taken first.
            status = -1 if answer.is_open() else int(answer.returncode or 0)
            text = str(answer.read_all())
            answer.close()
            return text, status
