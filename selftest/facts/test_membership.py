"""Which cluster a node has joined, and what is advised where it is another one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from edgeproof.diagnose import Advice, advise
from edgeproof.facts.cluster import ClusterFacts
from edgeproof.facts.node import NodeFacts, parse_nodes
from edgeproof.facts.observed import Blocked, NotApplicable, blank, replaced
from edgeproof.inventory import Inventory

SAMPLES = Path(__file__).parents[1] / "samples" / "k3s"
OURS, OTHER = "a" * 64, "b" * 64
DATA = "/var/lib/rancher/k3s"
PAIR = {"server": {"address": "192.168.10.1", "role": "server"}, "agent": {"address": "192.168.10.2", "role": "agent"}}


def inventory_of(nodes: dict[str, Any], **kubernetes: Any) -> Inventory:
    """Make an inventory of these nodes."""
    return Inventory.model_validate(
        {"nodes": nodes, "network": {"gateway": "192.168.10.254", "prefix": 24}, "kubernetes": kubernetes}
    )


def k3s(role: str, ca: str = "", url: str = "", addresses: str = "", data: str = DATA) -> str:
    """What the snippet prints of a K3s that runs in this role; '' leaves a thing out."""
    unit = "k3s" if role == "server" else "k3s-agent"
    folder = "server/tls" if role == "server" else "agent"
    joins = f" --server {url}" if url else ""
    lines = [
        "@@ show", f"Id={unit}.service", "LoadState=loaded", "ActiveState=active", "@@ cat", f"# /etc/systemd/system/{unit}.service",
        f"ExecStart=/usr/local/bin/k3s {role} --data-dir {data}{joins}", "@@ absent /etc/rancher/k3s/config.yaml", f"@@ data {DATA}",
    ]  # fmt: skip
    lines += [f"700 0 {DATA}/{folder}", f"{ca}  {DATA}/{folder}/server-ca.crt"] if ca else []
    lines += (
        [f"@@ host {url.split('/')[2].split(':')[0]}", *(f"{one} STREAM x" for one in addresses.split())] if url else []
    )
    return "\n".join(lines)


def observe(inventory: Inventory, **printed: str) -> dict[str, NodeFacts]:
    """Make facts of which only K3s is known."""
    return parse_nodes(
        {name: {"reach": {}, "outputs": {"k3s": {"stdout": text}}} for name, text in printed.items()}, inventory
    )


def advice(check: str, node: str, nodes: dict[str, NodeFacts], inventory: Inventory) -> Advice:
    """What is advised where `check` failed on `node`."""
    context = {"node": nodes[node], "agent": nodes[node], "server": nodes[node], "nodes": nodes, "inventory": inventory}
    found = advise("tests_cluster", check, context)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("url", "addresses", "kubernetes"),
    [
        ("https://192.168.10.1:6443/", "", {}),
        ("https://server:6443", "", {}),
        ("https://SERVER:6443", "", {}),
        ("https://k3s.lan:6443", "192.168.10.1", {}),
        ("https://k3s.lan:6443", "::ffff:192.168.10.1", {}),
        ("https://10.9.9.9:6443", "", {"endpoint": "10.9.9.9"}),
        ("https://vip.lan:6443", "10.9.9.9", {"endpoint": "10.9.9.9"}),
        ("https://[fd00::9]:6443", "", {"endpoint": "fd00::9"}),
    ],
)
def test_the_url_names_a_server(url: str, addresses: str, kubernetes: dict[str, str]) -> None:
    """With closing slash, by name, through the endpoint: the same server, also where no CA could be read."""
    nodes = observe(inventory_of(PAIR, **kubernetes), server=k3s("server"), agent=k3s("agent", "", url, addresses))
    assert nodes["agent"].membership.cluster == "this cluster"


@pytest.mark.parametrize("url", ["", "https://10.9.9.9:6443"])
def test_the_ca_decides(url: str) -> None:
    """An agent that holds the servers' CA has joined them, whatever its URL says, and where none was found."""
    nodes = observe(inventory_of(PAIR), server=k3s("server", OURS), agent=k3s("agent", OURS, url))
    assert nodes["agent"].membership.cluster == "this cluster"
    assert nodes["agent"].membership.server_ca_sha256 == nodes["agent"].k3s.agent_ca_sha256


def test_another_cluster() -> None:
    """Another URL and another CA are one cause: `joined` fails, and `authority` is blocked by it."""
    inventory = inventory_of(PAIR)
    nodes = observe(inventory, server=k3s("server", OURS), agent=k3s("agent", OTHER, "https://10.9.9.9:6443"))
    assert nodes["agent"].membership.cluster == "https://10.9.9.9:6443"
    with pytest.raises(Blocked, match="see the check joined"):
        _ = nodes["agent"].membership.server_ca_sha256
    found = advice("joined", "agent", nodes, inventory)
    assert (found.id, found.does) == ("token-ca-mismatch", "restarts")
    assert "/etc/systemd/system/k3s-agent.service" in found.fix


def test_a_reinstalled_server() -> None:
    """The right URL with another CA: `authority` alone fails."""
    inventory = inventory_of(PAIR)
    nodes = observe(inventory, server=k3s("server", OURS), agent=k3s("agent", OTHER, "https://192.168.10.1:6443"))
    assert nodes["agent"].membership.cluster == "this cluster"
    assert nodes["agent"].membership.server_ca_sha256 == OURS
    assert advice("authority", "agent", nodes, inventory).id == "token-ca-mismatch"


def test_hashes_that_were_not_read() -> None:
    """Neither equal nor different: both sides block."""
    nodes = observe(
        inventory_of(PAIR),
        server=k3s("server"),
        agent=k3s("agent", OURS, "https://192.168.10.1:6443", data="/mnt/ssd/k3s"),
    )
    with pytest.raises(Blocked, match=r"/mnt/ssd/k3s/agent/server-ca\.crt could not be read"):
        _ = nodes["agent"].k3s.agent_ca_sha256
    with pytest.raises(Blocked, match=r"server: .*server-ca.crt could not be read"):
        _ = nodes["agent"].membership.server_ca_sha256


def test_a_url_that_was_not_found() -> None:
    """It is unobserved, not 'no server'."""
    nodes = observe(inventory_of(PAIR), server=k3s("server", OURS), agent=k3s("agent", OTHER))
    with pytest.raises(Blocked, match="no K3S_URL was found"):
        _ = nodes["agent"].membership.cluster


def test_an_agent_that_never_joined() -> None:
    """It asks a host that is no server, and has no CA from there: its own setting is named in the fix."""
    inventory = inventory_of(PAIR)
    text = SAMPLES.joinpath("agent-without-ca.txt").read_text(encoding="utf-8")
    nodes = observe(inventory, server=k3s("server", OURS), agent=text)
    assert nodes["agent"].membership.cluster == "https://192.168.10.9:6443"
    assert "/etc/systemd/system/k3s-agent.service.env" in advice("joined", "agent", nodes, inventory).fix


@pytest.mark.parametrize(
    ("host", "error", "cause", "fix"),
    [
        ("server.local", 'failed to get CA certs: Get \\"https://127.0.0.1:6444/cacerts\\": EOF', "not by mDNS", "https://192.168.10.1:6443"),
        ("server.local", "token CA hash does not match", "K3s there logged: token CA hash does not match", "node-token"),
        ("192.168.10.1", "failed to get CA certs: x", "K3s there logged: failed to get CA certs: x", "journalctl"),
    ],
    ids=["by mDNS", "by a name that is served", "by address"],
)  # fmt: skip
def test_an_agent_that_asks_this_cluster_and_never_joined(host: str, error: str, cause: str, fix: str) -> None:
    """It has not joined by asking; why not is told where its Node object is missed, in K3s's own words."""
    inventory = inventory_of(PAIR)
    text = SAMPLES.joinpath("agent-without-ca.txt").read_text(encoding="utf-8").replace("192.168.10.9", host)
    text += (
        f'@@ host server.local\n192.168.10.1    STREAM server.local\n@@ journal\ntime="x" level=error msg="{error}"\n'
    )
    nodes = observe(inventory, server=k3s("server", OURS), agent=text)
    with pytest.raises(Blocked, match="see the check nodes"):
        _ = nodes["agent"].membership.cluster
    cluster = replaced(blank(ClusterFacts, "not asked"), members={}, strangers=())
    found = advise(
        "tests_cluster", "nodes", {"node": nodes["agent"], "nodes": nodes, "cluster": cluster, "inventory": inventory}
    )
    assert found is not None
    assert cause in found.cause
    assert fix in found.fix


def test_the_only_server() -> None:
    """One node that is server and worker joins nobody."""
    nodes = observe(inventory_of({"alone": {"address": "192.168.10.1", "role": "both"}}), alone=k3s("server", OURS))
    assert nodes["alone"].k3s.role == nodes["alone"].declared.k3s_role
    with pytest.raises(NotApplicable):
        _ = nodes["alone"].membership.cluster


@pytest.mark.parametrize(("third", "wanted"), [(OURS, "this cluster"), (OTHER, f"a cluster of its own ({OTHER[:12]})")])
def test_several_servers(third: str, wanted: str) -> None:
    """All servers of a cluster hold one CA."""
    names = {f"s{number}": {"address": f"192.168.10.{number}", "role": "both"} for number in (1, 2, 3)}
    nodes = observe(inventory_of(names), s1=k3s("server", OURS), s2=k3s("server", OURS), s3=k3s("server", third))
    assert [nodes[name].membership.cluster for name in names] == ["this cluster", "this cluster", wanted]


def test_a_worker_that_is_a_server() -> None:
    """Of a cluster of its own: uninstalled, with what is lost; of this one, or of one that is not known: never."""
    inventory = inventory_of(PAIR)
    nodes = observe(inventory, server=k3s("server", OURS), agent=k3s("server", OTHER))
    assert nodes["agent"].k3s.role == "server"
    found = advice("services", "agent", nodes, inventory)
    assert (found.id, found.does) == ("worker-is-server", "deletes")
    assert f"local volumes and {DATA}" in found.fix
    for ca in (OURS, ""):
        nodes = observe(inventory, server=k3s("server", OURS), agent=k3s("server", ca))
        found = advice("services", "agent", nodes, inventory)
        assert (found.id, found.does) == ("", "reads")
        assert "uninstall" not in found.fix


@pytest.mark.parametrize(
    ("sample", "role", "words", "does"),
    [
        ("docker-refused", "nothing", "it logged: flag provided but not defined: -docker", "restarts"),
        ("loop-seen-active", "nothing", "systemd starts it again and again", "reads"),
        (
            "waiting",
            "nothing",
            "after more than 5 minutes on agent; it logged: Waiting to retrieve agent configuration",
            "reads",
        ),
        ("stopped", "nothing", "k3s-agent.service does not run", "changes"),
        ("stopped-server", "nothing", "installed on agent as server alone", "restarts"),
        ("not-installed", "nothing", "K3s is not installed on agent", "restarts"),
    ],
)
def test_a_service_that_does_not_run(sample: str, role: str, words: str, does: str) -> None:
    """What systemd and K3s's own journal say of it is the cause."""
    inventory = inventory_of(PAIR)
    text = SAMPLES.joinpath(f"{sample}.txt").read_text(encoding="utf-8")
    nodes = observe(inventory, server=k3s("server", OURS), agent=text)
    assert nodes["agent"].k3s.role == role
    found = advice("services", "agent", nodes, inventory)
    assert words in found.cause
    assert found.does == does


def test_a_service_that_starts() -> None:
    """It neither runs nor has it failed."""
    inventory = inventory_of(PAIR)
    nodes = observe(inventory, server=SAMPLES.joinpath("starting.txt").read_text(encoding="utf-8"))
    with pytest.raises(Blocked, match="is still starting"):
        _ = nodes["server"].k3s.role


def test_a_token_that_others_may_read() -> None:
    """The fix names the file that was looked at, and no other."""
    inventory = inventory_of(PAIR)
    nodes = observe(inventory, server=SAMPLES.joinpath("open-token.txt").read_text(encoding="utf-8"))
    assert [str(file) for file in nodes["server"].k3s.open_token_files] == [f"{DATA}/server/token (644)"]
    assert advice("token", "server", nodes, inventory).fix.count(f"{DATA}/server/token") == 2
