"""What kept the API server from answering, in a person's words. They speak of the URL that was asked, not of the inventory."""

from __future__ import annotations

import ipaddress
import os
import re
import socket
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from edgeproof import limits
from edgeproof.connect.certificate import NAME_CODES, names_of
from edgeproof.connect.kubeconfig import PLACES, Kubeconfig, copy_fix
from edgeproof.connect.right import Right
from edgeproof.errors import (
    ApiForbidden,
    ApiRefused,
    ApiUnreachable,
    ConnectError,
    KubeconfigInvalid,
    KubeconfigIsLocal,
)
from edgeproof.inventory import Inventory

PORT = 6443
NOT_YET_VALID, EXPIRED = 9, 10
UNKNOWN_AUTHORITY = (2, 18, 19, 20, 21)
"""Codes of openssl's verification (openssl-verification-options(1), x509_vfy.h)."""

REPEATED = re.compile(r"\?command=[^\"\s]*")
"""The command that was to be run, in the address of a kubelet's exec: as long as the command is, and before what went wrong."""


@contextmanager
def wire_errors(asked: Asked) -> Iterator[None]:
    """Turn whatever the wire raises into a ConnectError."""
    from kubernetes.client.exceptions import ApiException
    from urllib3.exceptions import HTTPError
    from websocket import WebSocketBadStatusException

    try:
        yield
    except ApiException as error:
        # The client makes one of urllib3's SSLError, too, and of a websocket that the server answers and does not open.
        shut = next((cause for cause in _causes(error) if isinstance(cause, WebSocketBadStatusException)), None)
        if shut is not None:
            body = shut.resp_body.decode("utf-8", "replace") if isinstance(shut.resp_body, bytes) else str(shut)
            raise asked.refused(int(shut.status_code), body) from error
        if not error.status:
            raise asked.unreachable(error) from error
        raise asked.refused(int(error.status), str(error.body or error.reason)) from error
    except (HTTPError, OSError) as error:
        raise asked.unreachable(error) from error


@dataclass(frozen=True)
class Asked:
    """The server that a kubeconfig names, and the one that the inventory names."""

    inventory: Inventory
    kubeconfig: Kubeconfig

    @property
    def where(self) -> str:
        """What was asked."""
        return f"the API server at {self.kubeconfig.server}"

    def refused(self, status: int, body: str) -> ApiRefused:
        """Say what the server answered in place of doing it."""
        try:
            said = str(yaml.safe_load(body)["message"])
        except (yaml.YAMLError, KeyError, TypeError):
            said = body
        said = REPEATED.sub("", said)
        path = self.kubeconfig.user_path
        if status == 401:
            words = f"it does not know the user of {path}, which is of another cluster, or has expired"
            return ApiRefused(
                f"{self.where} refuses this kubeconfig (401): {words}",
                copy_fix(self.inventory),
                status=status,
                does="changes",
            )
        if status == 403:
            return ApiRefused(
                f"{self.where} refuses this kubeconfig (403): it knows the user of {path}, who may not do this: {said[:300]}",
                f"kubectl --kubeconfig {path} auth can-i --list   # then name one whose user may: --edgeproof-kubeconfig=FILE",
                status=status,
            )
        return ApiRefused(f"{self.where} answered {status}: {said[:300]}", status=status)

    def forbidden(self, lacked: Iterable[Right]) -> ApiForbidden:
        """Say which rights the kubeconfig's user lacks."""
        words = ", ".join(map(str, lacked))
        return ApiForbidden(
            f"the user of {self.kubeconfig.user_path} may not {words} (403; `edgeproof manifests rbac.yaml` prints all rights that are needed)",
            status=403,
        )

    def unreachable(self, error: Exception) -> ConnectError:
        """Say why the server did not answer; what the kubeconfig names wrongly comes before what may be wrong with the server."""
        causes = list(_causes(error))
        host = self.kubeconfig.host
        if _is_loopback(host) and not self._is_here(host):
            return KubeconfigIsLocal(
                f"{self.kubeconfig.path}: its server is {self.kubeconfig.server}, which is this machine, not {self.inventory.server.name}",
                self._point_fix(), does="changes",
            )  # fmt: skip
        if any(isinstance(cause, socket.gaierror) for cause in causes):
            return KubeconfigInvalid(
                f"{self.kubeconfig.path}: its server is {self.kubeconfig.server}, and the name {host} does not resolve here",
                f"getent hosts {host}; or name the address: {self._point_fix()}", does="changes",
            )  # fmt: skip
        tls = next((cause for cause in causes if isinstance(cause, ssl.SSLError)), None)
        failure = self._tls(tls) if tls else self._silent(error, causes)
        is_right = isinstance(tls, ssl.SSLCertVerificationError) and tls.verify_code in NAME_CODES
        if is_right or self._names_a_server():
            return failure
        server = self.inventory.server
        return ApiUnreachable(
            f"{failure}; the kubeconfig {self.kubeconfig.path} names {host}, cluster.yaml's server {server.name} is {server.address}",
            self._point_fix(), does="changes",
        )  # fmt: skip

    def _silent(self, error: Exception, causes: list[BaseException]) -> ConnectError:
        from urllib3.exceptions import TimeoutError as TooLate

        status = f"on {self.inventory.server.name}: sudo systemctl status k3s; sudo journalctl -u k3s -n 20"
        if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
            return ApiUnreachable(
                f"{self.where} refuses connections", f"{status}   # check that it runs, and on this port"
            )
        if any(isinstance(cause, TimeoutError | TooLate) for cause in causes):
            return ApiUnreachable(f"{self.where} does not answer within {limits.API_CALL_S:.0f} s", status)
        return ApiUnreachable(f"{self.where} cannot be reached ({str(error)[-200:]})", f"ping {self.kubeconfig.host}")

    def _tls(self, error: ssl.SSLError) -> ConnectError:
        server, host = self.inventory.server.name, self.kubeconfig.host
        if not isinstance(error, ssl.SSLCertVerificationError):
            return ApiUnreachable(
                f"{self.where} does not complete the TLS handshake ({error.reason or error})",
                f"curl -vk {self.kubeconfig.server}/version",
            )
        if error.verify_code in NAME_CODES:
            names = names_of(self.kubeconfig)
            known = f", but for {', '.join(names)}" if names else ""
            return ApiUnreachable(
                f"{self.where} is the right cluster, but its certificate is not valid for {host}{known}", self._name_fix(names),
                does="restarts",
            )  # fmt: skip
        if error.verify_code == NOT_YET_VALID:
            return ApiUnreachable(
                f"{self.where} presents a certificate that is not valid yet: the clocks differ (here it is {datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC)",
                f"date -u   # here and on {server}; where it is wrong: sudo timedatectl set-ntp true", does="changes",
            )  # fmt: skip
        if error.verify_code == EXPIRED:
            return ApiUnreachable(
                f"{self.where} presents a certificate that has expired (here it is {datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC)",
                f"date -u   # here and on {server}; if both are right, K3s makes a new one when it starts: sudo systemctl restart k3s",
                does="restarts",
            )  # fmt: skip
        if error.verify_code in UNKNOWN_AUTHORITY:
            words = "presents a certificate of another cluster: the kubeconfig belongs to another one, or the server was reinstalled"
            return ApiUnreachable(f"{self.where} {words}", copy_fix(self.inventory), does="changes")
        return ApiUnreachable(
            f"{self.where} presents a certificate that was refused: {error.verify_message}",
            f"openssl s_client -connect {host}:{urlsplit(self.kubeconfig.server).port or 443} -showcerts </dev/null",
        )

    def _name_fix(self, names: tuple[str, ...]) -> str:
        server, host = self.inventory.server.name, self.kubeconfig.host
        file = "/etc/rancher/k3s/config.yaml.d/edgeproof-tls-san.yaml"
        add = (
            f"on {server}: sudo mkdir -p {Path(file).parent}; printf 'tls-san+:\\n  - {host}\\n' | sudo tee {file}; "
            "sudo systemctl restart k3s   # where K3s gets --tls-san as a flag, add it there"
        )
        usable = [name for name in names if name in self._names() and not _is_loopback(name)]
        return f"{self._point_fix(usable[0])}   # or {add}" if usable else add

    def _point_fix(self, host: str = "") -> str:
        """Give the command that puts the server's own address into the file that was read, and changes nothing else."""
        url = urlsplit(self.kubeconfig.server)
        address = host or self.inventory.endpoint
        pattern = self.kubeconfig.server.replace("[", r"\[").replace(".", r"\.")
        sudo = "" if os.access(self.kubeconfig.path, os.W_OK) else "sudo "
        return f"{sudo}sed -i 's#{pattern}#{url.scheme}://{address}:{url.port or PORT}#' {self.kubeconfig.path}"

    def _names(self) -> set[str]:
        servers = self.inventory.servers
        names = {name for node in servers for name in (str(node.address), node.name, node.member_name)}
        return names | {self.inventory.kubernetes.endpoint} - {""}

    def _is_here(self, host: str) -> bool:
        """Tell whether loopback is right: the file is K3s's own, or this machine is the server, and K3s is silent on its address, too."""
        if self.kubeconfig.path == Path(PLACES[1]) or host in self._names():
            return True
        port = urlsplit(self.kubeconfig.server).port or PORT
        return any(_is_ours(node.address) and not _accepts(node.address, port) for node in self.inventory.servers)

    def _names_a_server(self) -> bool:
        """Tell whether the host that was asked is a server of the inventory, by its address or by a name that leads there."""
        host = self.kubeconfig.host
        if host in self._names() or self._is_here(host):
            return True
        try:
            found = {str(place[4][0]) for place in socket.getaddrinfo(host, None)}
        except (OSError, UnicodeError):
            return False
        return bool(found & self._names())


def _is_loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return address.is_loopback or address.is_unspecified


def _is_ours(address: ipaddress.IPv4Address) -> bool:
    """Tell whether it is an address of this machine: only such a one can be bound."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((str(address), 0))
        except OSError:
            return False
    return True


def _accepts(address: ipaddress.IPv4Address, port: int) -> bool:
    try:
        socket.create_connection((str(address), port), timeout=limits.API_CALL_S).close()
    except OSError:
        return False
    return True


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Give an error and all that led to it; urllib3 keeps the last one as `reason`, too."""
    while error is not None:
        yield error
        inner = getattr(error, "reason", None)
        error = inner if isinstance(inner, BaseException) else error.__cause__ or error.__context__
