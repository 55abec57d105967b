"""K3s on the node: its services, where it joined, its data folder, and the modes of its token files. Never a token itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from edgeproof import limits
from edgeproof.facts.node.journal import HIDE, last_error
from edgeproof.facts.node.k3s_output import NO_UNIT, K3sOutput, read_k3s
from edgeproof.facts.node.k3s_service import Service
from edgeproof.facts.node.k3s_settings import Settings
from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Blocked, Facts, NotApplicable, Unobserved, blank
from edgeproof.facts.probe import Output, Probe
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory, Node

DATA_DIR = "/var/lib/rancher/k3s"
THIS_CLUSTER = "this cluster"


@dataclass(frozen=True)
class TokenFile:
    """A file that holds a join token; `open` where another user than root may read it."""

    path: str
    mode: str
    open: bool

    def __str__(self) -> str:
        return f"{self.path} ({self.mode})"


@dataclass(frozen=True, repr=False)
class K3s(Facts):
    """The services that run K3s, and of the one that counts: settings with the files they stand in, and what its data folder holds.

    `url_addresses` are the addresses its host has on this node, `said` its last error in the journal, or what it waits for ('' for none,
    and where it runs and has joined). An agent that `never_joined` has no cluster CA from its server. `embeds_cri_dockerd` tells that K3s
    speaks to Docker by itself (--docker), `endpoint` is the socket of another program that it was pointed at ('' for none).
    `policy_off` where a server was told to leave NetworkPolicies alone.
    """

    services: tuple[Service, ...]
    data_dir: str
    runtime: str
    url: str
    url_addresses: frozenset[str]
    url_file: str
    token_setting_file: str
    token_files: tuple[TokenFile, ...]
    server_ca_sha256: str
    agent_ca_sha256: str
    never_joined: bool
    policy_off: bool
    said: str
    embeds_cri_dockerd: bool
    endpoint: str

    @property
    def service(self) -> Service | None:
        """The service that counts: the one that runs, or is meant to; None where there is none."""
        order = ("running", "starting", "waiting", "restarting", "failed", "stopped")
        return min(self.services, key=lambda service: order.index(service.state), default=None)

    @property
    def role(self) -> str:
        """Tell what runs: server, agent, both of them, or nothing; blocked while it is still starting."""
        running = [service for service in self.services if service.state == "running"]
        if not running and self.service is not None and self.service.state == "starting":
            said = f"; it said: {self.said}" if self.said else ""
            raise Blocked(f"{self.service.what}: ask again in a minute{said}")
        if any(not service.role for service in running):
            raise Blocked(f"{running[0].what}, and whether as a server or as an agent is not known")
        return " and ".join(sorted({service.role for service in running}, reverse=True)) or "nothing"

    @property
    def url_host(self) -> str:
        """The host it joins through, as its URL has it, in lower case."""
        return host_of(self.url)

    @property
    def open_token_files(self) -> tuple[TokenFile, ...]:
        """The token files that another user than root may read."""
        return tuple(file for file in self.token_files if file.open)


def host_of(url: str) -> str:
    """Give the host of a URL, or of what has no scheme, or is a bare address; '' for what is none."""
    try:
        url = f"[{url}]" if url.count(":") > 1 and "/" not in url and "[" not in url else url
        return (urlsplit(url if "://" in url else f"//{url}").hostname or "").lower()
    except ValueError:
        return ""


def parse_k3s(output: Output) -> K3s | Unobserved:
    """Read the snippet's sections (k3s_output.py); without a word of systemd's and without a process, unobserved."""
    out = read_k3s(output.stdout)
    if not out.shown and not out.processes:
        return Unobserved("systemctl reported nothing about K3s")
    services = out.services
    found = blank(K3s, "K3s is not installed here", services=services)
    service = found.service
    if service is None:
        return found
    settings = out.settings(service.unit)
    data_dir = _data_dir(out, service, settings)
    url = settings.value("server") or Unobserved("no --server, no server in config.yaml and no K3S_URL was found")
    return K3s(
        services=services,
        data_dir=_or_gap(data_dir),
        runtime=_or_gap(_runtime(settings)),
        url=_or_gap(url),
        url_addresses=out.hosts.get(host_of(url), frozenset()) if isinstance(url, str) else frozenset(),
        url_file=settings.file("server"),
        token_setting_file=settings.file("token"),
        token_files=_or_gap(_token_files(out, data_dir, service)),
        server_ca_sha256=_or_gap(_ca(out, data_dir, "server/tls")),
        agent_ca_sha256=_or_gap(_ca(out, data_dir, "agent")),
        never_joined=isinstance(data_dir, str) and _is_missing(out, data_dir, "agent"),
        policy_off=_or_gap(_policy_off(settings)),
        said=last_error(out.journal),
        embeds_cri_dockerd=_or_gap(_embeds_cri_dockerd(settings)),
        endpoint=_or_gap(settings.value("container-runtime-endpoint") or ""),
    )


def _or_gap(value: Any) -> Any:
    """Let an Unobserved stand in a field of any type."""
    return value


def _data_dir(out: K3sOutput, service: Service, settings: Settings) -> str | Unobserved:
    """Give the setting, else where the running program lies: K3s unpacks itself into its data folder, or uses the default one's.

    Source: `extract` in k3s-io/k3s, cmd/k3s/main.go.
    """
    found = settings.value("data-dir")
    if isinstance(found, str) and found:
        return found.rstrip("/") or found
    process = out.processes.get(service.unit or NO_UNIT)
    lies = re.match(r"(/.+)/data/[^/]+/bin/", process.program) if process else None
    if lies and lies[1] != DATA_DIR:
        return lies[1]
    return found if isinstance(found, Unobserved) else DATA_DIR


def _embeds_cri_dockerd(settings: Settings) -> bool | Unobserved:
    docker = settings.value("docker")
    return docker if isinstance(docker, Unobserved) else _is_set(docker)


def _is_set(flag: str | None) -> bool:
    return flag is not None and flag.lower() not in ("false", "f", "0")


def _runtime(settings: Settings) -> str | Unobserved:
    """What its flags ask for, docker or containerd; the API's containerRuntimeVersion tells what it really is."""
    docker, endpoint = settings.value("docker"), settings.value("container-runtime-endpoint")
    if not isinstance(docker, Unobserved) and _is_set(docker):
        return "docker"
    if isinstance(endpoint, str) and endpoint:
        return "docker" if "docker" in endpoint else "containerd" if "containerd" in endpoint else endpoint
    return next((value for value in (docker, endpoint) if isinstance(value, Unobserved)), "containerd")


def _policy_off(settings: Settings) -> bool | Unobserved:
    found = settings.value("disable-network-policy")
    return found if isinstance(found, Unobserved) else found is not None and found.lower() not in ("false", "f", "0")


def _token_files(out: K3sOutput, data_dir: str | Unobserved, service: Service) -> tuple[TokenFile, ...] | Unobserved:
    """None is there only where the folder of a server that runs could be listed."""
    if isinstance(data_dir, Unobserved):
        return data_dir
    listed = out.folders[data_dir].permissions if data_dir in out.folders else {}
    folder = f"{data_dir}/server"
    found = [(f"{folder}/{name}", listed.get(f"{folder}/{name}")) for name in ("token", "node-token", "agent-token")]
    files = tuple(TokenFile(path, seen[0], _open(listed.get(folder), seen)) for path, seen in found if seen)
    if files:
        return files
    if folder not in listed:
        return Unobserved(f"{folder} could not be listed")
    return () if service.state == "running" else Unobserved(f"{service.what} (see the check services)")


def _open(folder: tuple[str, str] | None, file: tuple[str, str]) -> bool:
    """Whether group or others may read a file, and may get to it through its folder, or a user other than root owns it."""
    passes = int(folder[0], 8) if folder else 0o777
    mode = int(file[0], 8)
    by_group, by_others = mode & 0o040 and passes & 0o010, mode & 0o004 and passes & 0o001
    return bool(by_group or by_others or file[1] != "0")


def _ca(out: K3sOutput, data_dir: str | Unobserved, folder: str) -> str | Unobserved:
    if isinstance(data_dir, Unobserved):
        return data_dir
    path = f"{data_dir}/{folder}/server-ca.crt"
    found = out.folders[data_dir].hashes.get(path) if data_dir in out.folders else None
    return found or Unobserved(
        f"{path} {'is not there' if _is_missing(out, data_dir, folder) else 'could not be read'}"
    )


def _is_missing(out: K3sOutput, data_dir: str, folder: str) -> bool:
    """Whether the folder was listed, and its CA is not in it."""
    seen = out.folders.get(data_dir)
    path = f"{data_dir}/{folder}"
    return seen is not None and path in seen.permissions and f"{path}/server-ca.crt" not in seen.hashes


K3S = Probe(
    "k3s",
    f"{HIDE}\n{snippet(SNIPPETS, 'k3s', limit_s=f'{limits.DNS_S:g}', journal_s=f'{limits.JOURNAL_S:g}')}",
    parse_k3s,
    root=True,
)


@dataclass(frozen=True, repr=False)
class Membership(Facts):
    """Which cluster the node has joined, and the CA that this cluster's servers hold."""

    joined: str
    server_ca_sha256: str
    founds_it: bool

    @property
    def cluster(self) -> str:
        """Tell the cluster: this one, or the URL of another; not applicable to the only server, which all others join."""
        if self.founds_it:
            raise NotApplicable("it is the only server: the others join it")
        return self.joined


@dataclass(frozen=True, repr=False)
class K3sFacts(Facts):
    """K3s on the node."""

    k3s: K3s


def probes(inventory: Inventory, node: Node) -> tuple[Probe[Any], ...]:
    """Give the probes of `K3sFacts`, by its fields' names."""
    return (K3S,)
