"""The home of whoever runs pytest: keys, known_hosts, ssh config, kubeconfig, inventory, and what a case adds."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from string import Template

import yaml

from selftest.replay.api_server import api_place
from selftest.replay.cluster_folder import Cluster
from selftest.replay.keys import USUAL_DAYS, Keys
from selftest.replay.machine import Machine

ACCOUNTS = "root:x:0:0:root:{home}:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
HOSTS = "127.0.0.1 localhost laptop\n::1 localhost ip6-localhost\n"


@dataclass(frozen=True)
class Home:
    """Folders and texts of one case. `variables` are what files, options and environment may name as $NAME."""

    folder: Path
    variables: dict[str, str]

    @property
    def work(self) -> Path:
        """Where the inventory and the run record lie."""
        return Path(self.variables["WORK"])

    def filled(self, text: str) -> str:
        """Put the variables in."""
        return Template(text).safe_substitute(self.variables)


def make_home(folder: Path, cluster: Cluster, machines: dict[str, Machine], keys: Keys) -> Home:
    """Write the home; what the case itself says of a file is written last, null removes it."""
    folder.mkdir(parents=True)
    home = Home(folder / "home", _variables(folder, cluster, keys))
    usual = {
        ".ssh/known_hosts": known_hosts(machines, keys),
        ".ssh/config": cluster.ssh_config,
        ".kube/config": kubeconfig(home.variables) if cluster.api else "",
    }
    given = {path: text for path, text in cluster.home.items() if text is not None}
    wanted = {path: home.filled(text) for path, text in {**usual, **given}.items() if text}
    for path, text in wanted.items():
        if cluster.home.get(path, text) is not None:
            _write_private(home.folder / path, text)
    keys.user_key.write_private_key_file(str(home.folder / ".ssh" / "id_ecdsa"))
    home.work.mkdir(exist_ok=True)
    (home.work / "tmp").mkdir()
    (home.work / "cluster.yaml").write_text(cluster.inventory_text, encoding="utf-8")
    (folder / "passwd").write_text(ACCOUNTS.format(home=home.folder))
    (folder / "hosts").write_text(HOSTS + cluster.hosts)
    return home


def known_hosts(machines: dict[str, Machine], keys: Keys) -> str:
    """Write the host keys of the machines that are known, by address and by name."""
    lines = []
    for name, machine in machines.items():
        if not machine.known:
            continue
        for host in (machine.address, name):
            known = host if machine.port == 22 else f"[{host}]:{machine.port}"
            lines.append(f"{known} {keys.host(name).get_name()} {keys.host(name).get_base64()}\n")
    return "".join(lines)


def kubeconfig(variables: dict[str, str]) -> str:
    """Write a kubeconfig as K3s does, with the server's address put in."""
    user = {"client-certificate-data": variables["CERT_DATA"], "client-key-data": variables["KEY_DATA"]}
    cluster = {"server": variables["API"], "certificate-authority-data": variables["CA_DATA"]}
    parts = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "default", "cluster": cluster}],
        "users": [{"name": "default", "user": user}],
        "contexts": [{"name": "default", "context": {"cluster": "default", "user": "default"}}],
        "current-context": "default",
    }
    return yaml.safe_dump(parts)


def _variables(folder: Path, cluster: Cluster, keys: Keys) -> dict[str, str]:
    address, port = api_place(cluster)
    shown = f"[{address}]" if ":" in address else address
    client = keys.client(int(cluster.api.get("client", {}).get("end_days", USUAL_DAYS)))
    parts = {"CA_DATA": keys.authority(), "CERT_DATA": client.certificate, "KEY_DATA": client.key}
    encoded = {name: base64.b64encode(data).decode() for name, data in parts.items()}
    places = {"HOME": str(folder / "home"), "WORK": str(folder / "work"), "API": f"https://{shown}:{port}"}
    return {**places, **encoded}


def _write_private(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)
