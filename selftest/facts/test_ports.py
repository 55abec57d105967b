"""Which doors an agent finds shut, who is accused of it, and the snippet against real sockets."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path

import pytest

from edgeproof.facts.node.facts import NodeFacts
from edgeproof.facts.node.parse import parse_nodes
from edgeproof.facts.node.ports import Ports, nfs_door, parse_ports
from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Blocked, NotApplicable
from edgeproof.facts.probe import Output
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import load_inventory
from selftest.facts.test_fleet import raw_of

NODES = """nodes:
  n1: {address: 192.168.10.1, role: server}
  n2: {address: 192.168.10.2, role: agent}
  n3: {address: 192.168.10.3, role: agent}
"""
NAS = "storage: {server: 192.168.10.9}\n"
NO_NFS = "port closed\nexportfs 0\n"
NO_K3S = "@@ show\nId=k3s.service\nLoadState=not-found\nActiveState=inactive\nSubState=dead\n@@ uptime 99\n"


def nodes_of(folder: Path, more: str = "", **each: dict[str, str]) -> dict[str, NodeFacts]:
    """Make three nodes that print these texts by the probes' names; those left out cannot be reached."""
    file = folder / "cluster.yaml"
    file.write_text(NODES + more)
    inventory = load_inventory(file)
    raw = raw_of(each)
    down = {"reach": {"error": "n1 is off", "kind": "NodeUnreachable"}, "outputs": {}}
    return parse_nodes({name: raw.get(name, down) for name in inventory.nodes}, inventory)


def ports(api: str = "open", nfs: str = "open", *listens: int, nfs_host: str = "192.168.10.1") -> dict[str, str]:
    """Print what the snippet prints on a node: what came of asking n1, and what it listens on."""
    listed = "".join(f"listens {port}\n" for port in listens)
    return {"ports": f"port 192.168.10.1 6443 {api}\nport {nfs_host} 2049 {nfs}\nlisted\n{listed}"}


def ended(node: NodeFacts, name: str) -> tuple[str, ...] | str:
    """Give the servers that are shut to a node, or how the question ended."""
    try:
        found: tuple[str, ...] = getattr(node.shut, name)
        return found
    except (Blocked, NotApplicable) as why:
        return f"{type(why).__name__}: {why.why}"


SERVER = ports("open", "open", 6443, 2049)


def test_shut_to_one(tmp_path: Path) -> None:
    """The server listens, and another gets through: the one that does not is named, and only it."""
    nodes = nodes_of(tmp_path, n1=SERVER, n2=ports("silent", "refused"), n3=ports())
    assert [(ended(nodes[name], "api"), ended(nodes[name], "nfs")) for name in ("n2", "n3")] == [
        (("n1",), ("n1",)), ((), ()),
    ]  # fmt: skip


def test_the_server_gets_through_to_itself(tmp_path: Path) -> None:
    """That is enough: a firewall lets in nobody from outside."""
    nodes = nodes_of(tmp_path, n1=SERVER, n2=ports("silent", "silent"), n3=ports("silent", "silent"))
    assert ended(nodes["n2"], "api") == ended(nodes["n3"], "nfs") == ("n1",)


def test_shut_to_all(tmp_path: Path) -> None:
    """Then it is no agent's fault."""
    shut = ports("silent", "silent")
    nodes = nodes_of(tmp_path, n1=ports("silent", "silent", 6443, 2049), n2=shut, n3=shut)
    assert str(ended(nodes["n2"], "api")).startswith(
        "Blocked: no node gets through to port 6443 of n1 (see the check api"
    )
    assert str(ended(nodes["n2"], "nfs")).startswith(
        "Blocked: no node gets through to port 2049 of n1 (see the check mount"
    )


SERVERS = {
    "nothing is installed yet": (
        {"k3s": NO_K3S, "nfs_server": "port closed\n"},
        "NotApplicable: K3s is not installed on n1 yet", "NotApplicable: no NFS server is installed on n1 yet",
    ),
    "it is installed and does not run": (
        {"k3s": NO_K3S.replace("not-found", "loaded").replace("inactive", "failed"), "nfs_server": NO_NFS},
        "Blocked: no K3s server runs on n1 (see the check services)", "Blocked: no NFS server runs on n1 (see the check nfs_service)",
    ),
    "K3s listens elsewhere": (
        {
            "k3s": "@@ show\nId=k3s.service\nLoadState=loaded\nActiveState=active\nSubState=running\n@@ uptime 9999\n",
            "nfs_server": "serves nfs-server\nport closed\nexportfs 0\n",
        },
        "NotApplicable: K3s on n1 listens on another port than 6443", "Blocked: NFS is served on n1, and nothing listens on port 2049 (see the check mount)",
    ),
    "nothing is known of it": ({}, "Blocked: the node's answer was cut off before k3s", "Blocked: the node's answer was cut off before nfs_server"),
}  # fmt: skip


@pytest.mark.parametrize(("server", "api", "nfs"), SERVERS.values(), ids=SERVERS)
def test_a_server_that_does_not_listen(server: dict[str, str], api: str, nfs: str, tmp_path: Path) -> None:
    """Whoever is refused there says nothing of a firewall."""
    nodes = nodes_of(tmp_path, n1=ports("refused", "refused") | server, n2=ports("refused", "refused"), n3=ports())
    assert (ended(nodes["n2"], "api"), ended(nodes["n2"], "nfs")) == (api, nfs)


def test_what_was_not_told_is_no_failure(tmp_path: Path) -> None:
    """A server that is off, an agent without nc and bash, one that does not reach the server at all."""
    off = nodes_of(tmp_path, n2=ports("silent"), n3=ports())
    assert ended(off["n2"], "api") == "Blocked: SSH: n1 is off"
    mute = nodes_of(tmp_path, n1=SERVER, n2=ports("unknown"), n3=ports())
    assert str(ended(mute["n2"], "api")).startswith("Blocked: n2 could not ask port 6443 of n1")
    silent = {"answers": "gateway 192.168.0.1\nping 127.0.0.1 yes\nping 192.168.10.1 no\n"}
    far = nodes_of(tmp_path, n1=SERVER, n2=ports("silent") | silent, n3=ports())
    assert str(ended(far["n2"], "api")).endswith("(see the check peers)")
    cut = nodes_of(tmp_path, n1=SERVER, n2={"ports": ""}, n3=ports())
    assert str(ended(cut["n2"], "api")).startswith("Blocked")


def test_a_nas_is_judged_by_the_agents_alone(tmp_path: Path) -> None:
    """Where one gets through, the other is shut out; where none does, the mount tells."""
    there, shut = ports(nfs_host="192.168.10.9"), ports(nfs="silent", nfs_host="192.168.10.9")
    assert ended(nodes_of(tmp_path, NAS, n1=SERVER, n2=shut, n3=there)["n2"], "nfs") == ("192.168.10.9",)
    nobody = nodes_of(tmp_path, NAS, n1=SERVER, n2=shut, n3=shut)
    assert (
        ended(nobody["n2"], "nfs") == "Blocked: no node gets through to port 2049 of 192.168.10.9 (see the check mount)"
    )


def test_nfs_that_does_not_go_over_tcp(tmp_path: Path) -> None:
    """Its port over TCP tells nothing then; nor is there one without storage."""
    for more in ("storage: {mount_options: [nfsvers=3, proto=udp]}\n", "storage: none\n"):
        nodes = nodes_of(tmp_path, more, n1=SERVER, n2=ports(nfs="silent"), n3=ports())
        assert str(ended(nodes["n2"], "nfs")).startswith("NotApplicable")


def test_the_port_of_the_mount_options(tmp_path: Path) -> None:
    """nfs(5): port=N."""
    file = tmp_path / "cluster.yaml"
    file.write_text(NODES + "storage: {mount_options: [port=20049]}\n")
    assert nfs_door(load_inventory(file)) == ("192.168.10.1", 20049)


@pytest.mark.parametrize("nc", ["", "nc: invalid option -- 'z'", "Connection to a port succeeded!"])
def test_the_snippet_against_sockets(nc: str, tmp_path: Path) -> None:
    """A port that listens is open and listed, one that does not is refused; without nc, or with one that knows no -z, bash tells."""
    if nc:
        (tmp_path / "nc").write_text(
            f"#!/bin/sh\necho \"{nc}\" >&2\ncase '{nc}' in *invalid*) exit 1 ;; esac\nexit 0\n"
        )
        (tmp_path / "nc").chmod(0o755)
    for tool in ("sh", "bash", "timeout", "grep", "printf"):
        found = subprocess.run(["which", tool], capture_output=True, text=True, check=True).stdout.strip()
        (tmp_path / tool).symlink_to(found)
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.create_server(("127.0.0.1", 0)) as closed:
        port, shut = listening.getsockname()[1], closed.getsockname()[1]
        closed.close()
        text = snippet(
            SNIPPETS, "ports", targets=f"127.0.0.1:{port} 127.0.0.1:{shut}", ports=f"{port} {shut}", wait_s=3, limit_s=4
        )
        run = subprocess.run(
            ["sh", "-c", text], capture_output=True, text=True, env={"PATH": str(tmp_path)}, check=False, timeout=30
        )
    found_ports = parse_ports(Output(run.stdout))
    assert isinstance(found_ports, Ports)
    assert found_ports.answer(("127.0.0.1", port)) == "open"
    assert found_ports.answer(("127.0.0.1", shut)) == ("open" if "succeeded" in nc else "refused")
    assert found_ports.listening == {port}
