"""The API server, by a kubeconfig. Every failure becomes one of edgeproof's ConnectErrors, in api_failure.py."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterable
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from edgeproof import limits
from edgeproof.connect.api_failure import Asked, wire_errors
from edgeproof.connect.exec_plugin import credential_of
from edgeproof.connect.kubeconfig import Kubeconfig, copy_fix, read_kubeconfig
from edgeproof.connect.right import REVIEWS, Right, rights_of
from edgeproof.errors import ApiRefused, ApiUnreachable, ConnectError, KubeconfigInvalid
from edgeproof.inventory import Inventory

if TYPE_CHECKING:
    from kubernetes.client import ApiClient

FORBIDDEN, NOT_FOUND = 403, 404


def open_api(inventory: Inventory, found: Kubeconfig) -> tuple[ApiClient, datetime | None]:
    """Give a client of the API server, and until when its login counts (None: for good); raises KubeconfigInvalid."""
    end = found.certificate_end
    if end is not None and end < datetime.now(timezone.utc):
        raise KubeconfigInvalid(
            f"{found.user_path}: its client certificate ended on {end:%Y-%m-%d}", copy_fix(inventory), does="changes"
        )
    from kubernetes import client, config

    credential = credential_of(found)
    try:
        configuration = client.Configuration()
        config.load_kube_config_from_dict(  # type: ignore[no-untyped-call]
            found.data(credential.user), client_configuration=configuration, persist_config=False
        )
    except (config.ConfigException, KeyError, TypeError, ValueError) as error:
        raise KubeconfigInvalid(f"{found.path}: {error}", copy_fix(inventory), does="changes") from error
    configuration.retries = False
    api = client.ApiClient(configuration)
    keywords = api.rest_client.pool_manager.connection_pool_kw
    files = [keywords.pop(name, None) for name in ("ca_certs", "cert_file", "key_file")]
    try:
        keywords["ssl_context"] = _ssl_context(*files)
    except OSError as error:
        raise KubeconfigInvalid(
            f"{found.path}: its certificates cannot be read: {error}", copy_fix(inventory), does="changes"
        ) from error
    return api, credential.end


def _ssl_context(authorities: str | None, certificate: str | None, key: str | None) -> ssl.SSLContext:
    """Verify certificates as kubectl does: Python 3.13 alone refuses a CA without key identifiers (kubernetes-client #2394).

    The files are read here, once: urllib3 would read them into this one context again for each connection, while other threads
    shake hands by it, and OpenSSL crashes at that.
    """
    from urllib3.util.ssl_ import create_urllib3_context

    context = create_urllib3_context()
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if authorities:
        context.load_verify_locations(authorities)
    if certificate:
        context.load_cert_chain(certificate, key, password="")  # an encrypted key is refused, and no terminal is asked
    return context


class _PodExec:
    """What stream() needs of CoreV1Api, whose module takes a second of a processor to import: it brings in every model there is."""

    def __init__(self, api_client: ApiClient) -> None:
        self.api_client = api_client

    def connect(self, namespace: str, pod: str, command: list[str], **given: Any) -> Any:
        """Ask for a command to be run in a pod, as stream() lets it be asked."""
        query = [("stdout", "true"), ("stderr", "true"), *(("command", word) for word in command)]
        request = self.api_client.param_serialize(
            "GET", f"/api/v1/namespaces/{namespace}/pods/{pod}/exec", query_params=query,
            header_params={"Accept": "*/*"}, auth_settings=["BearerToken"],
        )  # fmt: skip
        return self.api_client.call_api(*request, _request_timeout=given["_request_timeout"]).response


class KubernetesApi:
    """The calls edgeproof makes, as plain data, each with a time limit; any may raise a ConnectError."""

    def __init__(self, inventory: Inventory) -> None:
        self.inventory = inventory
        self.kubeconfig = read_kubeconfig(inventory)
        self._asked = Asked(inventory, self.kubeconfig)
        self._api, self._end = open_api(inventory, self.kubeconfig)

    def call(self, method: str, url: str, body: object = None, query: dict[str, str] | None = None) -> dict[str, Any]:
        """Send one request; give the answer's object."""
        answer = self._send(method, url, body, query)
        try:
            found = json.loads(answer)
        except ValueError as error:
            said = answer[:80].decode("utf-8", "replace")
            raise ApiUnreachable(
                f"what answers at {self.kubeconfig.server} in the API server's place is not JSON: {said!r}"
            ) from error
        return found if isinstance(found, dict) else {}

    def require(self, rights: Iterable[Right]) -> None:
        """Raise ApiForbidden, which names them, where the kubeconfig's user lacks some of `rights`."""
        if lacked := self._lacked(rights):
            raise self._asked.forbidden(lacked)

    def _lacked(self, rights: Iterable[Right]) -> list[Right]:
        return [right for right in rights if not self._may(right)]

    def _may(self, right: Right) -> bool:
        """Ask whether the user has a right; one that cannot be asked about counts as had: its use will tell."""
        try:
            answer = self.call("POST", REVIEWS, right.review())
        except ConnectError:
            return True
        return (answer.get("status") or {}).get("allowed") is not False

    def _refusal(self, error: ApiRefused, method: str, url: str) -> ApiRefused:
        """Name the rights that a refused request lacks; the error as it is where a quota, say, or admission has refused it."""
        if error.status != FORBIDDEN or url == REVIEWS:
            return error
        lacked = self._lacked(rights_of(method, url))
        return self._asked.forbidden(lacked) if lacked else error

    def _logged_in(self) -> ApiClient:
        """Give the client, logged in anew where its login has ended."""
        if self._end is not None and self._end < datetime.now(timezone.utc):
            self._api, self._end = open_api(self.inventory, self.kubeconfig)
        return self._api

    def _send(self, method: str, url: str, body: object, query: dict[str, str] | None) -> bytes:
        api = self._logged_in()
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        headers = {"Accept": "application/json, */*", "Content-Type": kind}
        request = api.param_serialize(
            method, url, query_params=list((query or {}).items()), header_params=headers, body=body,
            auth_settings=["BearerToken"],
        )  # fmt: skip
        with wire_errors(self._asked):
            answer = api.call_api(*request, _request_timeout=limits.API_CALL_S)
            data: bytes = answer.read()  # type: ignore[no-untyped-call]
        if not 200 <= answer.status < 300:
            raise self._refusal(self._asked.refused(answer.status, data.decode("utf-8", "replace")), method, url)
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
        """Run a command in a pod; give what it printed and its exit status (-1 when it did not finish in time)."""
        try:
            return self._execute(namespace, pod, command)
        except ApiRefused as error:
            raise self._refusal(error, "GET", f"/api/v1/namespaces/{namespace}/pods/{pod}/exec") from error

    def _execute(self, namespace: str, pod: str, command: list[str]) -> tuple[str, int]:
        from kubernetes.client import ApiClient
        from kubernetes.stream import stream
        from kubernetes.stream.ws_client import ERROR_CHANNEL

        with wire_errors(self._asked):
            # stream() changes the client it is given: it gets one of its own, with the same login.
            pod_exec = _PodExec(ApiClient(self._logged_in().configuration))
            answer = stream(
                pod_exec.connect, namespace, pod, command, _preload_content=False, _request_timeout=limits.POD_EXEC_S
            )
            answer.run_forever(timeout=limits.POD_EXEC_S)
            # read_all() also throws the status away, so that is taken first; returncode is a ValueError where it is no number.
            ended = "" if answer.is_open() else str(answer.read_channel(ERROR_CHANNEL))
            text = str(answer.read_all())
            answer.close()
        return text, self._exit_status(ended) if ended else -1

    def _exit_status(self, ended: str) -> int:
        """Read the Status object with which a command's stream ends (k8s.io/api/core/v1, remotecommand.proto); raises ApiRefused where none was run.

        What the API server cannot do for it comes so, too, from Kubernetes 1.34, which 1.23 refuses outright: a kubelet that is not reached, a container that is gone.
        """
        told = json.loads(ended)
        if told.get("status") != "Failure":
            return 0
        causes = (told.get("details") or {}).get("causes") or []
        codes = [str(cause.get("message")) for cause in causes if cause.get("reason") == "ExitCode"]
        if codes and codes[0].isdigit():
            return int(codes[0])
        raise self._asked.refused(int(told.get("code") or 500), ended)
