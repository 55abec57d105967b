"""Which line of an export table decides for an agent, which options are in force, and what an agent can do with the folder."""

from __future__ import annotations

from ipaddress import IPv4Address
from pathlib import Path

import pytest

from edgeproof.facts.node.exports import Export, deciding, parse_exports
from edgeproof.facts.node.storage import ADD, LIST, READ, NfsServer, Owned, parse_nfs_server
from edgeproof.facts.observed import Blocked, NotApplicable, reason
from edgeproof.facts.probe import Output
from edgeproof.inventory import Inventory, load_inventory

AGENT = IPv4Address("192.168.10.2")
KNOWN = {"192.168.10.2": frozenset({"user-worker.lan", "user-worker"}), "192.168.10.9": frozenset({"other.lan"})}


def export(client: str, *options: str, path: str = "/nfs/images") -> Export:
    """Make a line of the table."""
    return Export(path, client, frozenset(options))


def server(text: str) -> NfsServer:
    """Read what nfs_server.sh prints."""
    found = parse_nfs_server(Output(text))
    assert isinstance(found, NfsServer)
    return found


@pytest.fixture
def inventory(tmp_path: Path) -> Inventory:
    """A server that exports, and two agents; the options are the mission's."""
    file = tmp_path / "cluster.yaml"
    file.write_text(
        "nodes:\n"
        "  user-desktop: {address: 192.168.10.1, role: server}\n"
        "  user-worker: {address: 192.168.10.2, role: agent}\n"
        "  user-newworker: {address: 192.168.10.3, role: agent}\n"
        "network: {gateway: 192.168.10.254, prefix: 24}\n"
    )
    return load_inventory(file)


@pytest.mark.parametrize(
    ("client", "fits"),
    [
        ("*", True), ("192.168.10.2", True), ("192.168.10.3", False), ("192.168.10.0/24", True),
        ("192.168.10.0/255.255.255.0", True), ("10.9.0.0/24", False), ("*.lan", True), ("user-w*", True), ("*.home", False),
        ("USER-WORKER", True), ("other.lan", False), ("nobody-knows.lan", None), ("@boards", None), ("gss/krb5", None),
        ("fd00::/64", False), ("fd00::2", False),
    ],
)  # fmt: skip
def test_client(client: str, fits: bool | None) -> None:
    """A client is an address, a network in either form, a name, a pattern for names, a group, or everybody (exports(5))."""
    assert export(client).fits(AGENT, KNOWN) is fits


def test_pattern_without_names() -> None:
    """Whether a pattern means an agent whose name the server does not tell is not known."""
    assert export("*.lan").fits(AGENT, {}) is None


@pytest.mark.parametrize(
    ("clients", "decides"),
    [
        (("*", "192.168.10.0/24"), "192.168.10.0/24"),
        (("192.168.10.0/24", "192.168.10.2"), "192.168.10.2"),
        (("*.lan", "192.168.0.0/16"), "192.168.0.0/16"),
        (("*", "*.lan"), "*.lan"),
        (("192.168.0.0/16", "192.168.10.0/24"), "192.168.0.0/16"),
        (("10.9.0.0/24", "192.168.10.0/24"), "192.168.10.0/24"),
    ],
)
def test_the_most_particular_line_decides(clients: tuple[str, ...], decides: str) -> None:
    """A host before networks, before patterns, before everybody, wherever they stand; of one kind the first (exports(5))."""
    found = deciding(map(export, clients), "/nfs/images", "/", AGENT, KNOWN)
    assert found == export(decides)


def test_left_out() -> None:
    """An export for others leaves an agent out."""
    assert deciding([export("10.9.0.0/24")], "/nfs/images", "/", AGENT, KNOWN) is None


def test_undecided() -> None:
    """A group that stands before everybody may be the one that decides: that is not known here."""
    with pytest.raises(Blocked, match="@boards"):
        deciding([export("*"), export("@boards")], "/nfs/images", "/", AGENT, KNOWN)


@pytest.mark.parametrize(
    ("path", "options", "mount_point", "covers"),
    [
        ("/nfs/images", (), "/", True),
        ("/nfs/images/", (), "/", True),
        ("/nfs", (), "/", True),
        ("/nfs", (), "/nfs", True),
        ("/nfs", (), "/nfs/images", False),
        ("/nfs", ("crossmnt",), "/nfs/images", True),
        ("/nfs", (), None, True),
        ("/nf", (), "/", False),
        ("/nfs/images/2024", (), "/", False),
    ],
)
def test_path(path: str, options: tuple[str, ...], mount_point: str | None, covers: bool) -> None:
    """A parent's export covers a folder of its own file system, or of another one with crossmnt; a closing slash is nothing."""
    assert export("*", *options, path=path).covers("/nfs/images", mount_point) is covers


def test_the_longest_path_decides() -> None:
    """A folder's own line stands before its parent's, whoever the parent's is for."""
    table = [export("192.168.10.2", "ro", path="/nfs"), export("*", "rw")]
    assert deciding(table, "/nfs/images", "/", AGENT, KNOWN) == table[1]


@pytest.mark.parametrize(
    ("options", "declared", "in_force"),
    [
        ("rw,sync,no_root_squash", "rw,no_subtree_check,no_root_squash", "rw,no_subtree_check,no_root_squash"),
        ("", "rw,sync,no_root_squash", "ro,sync,root_squash"),
        ("async,subtree_check", "sync,no_subtree_check", "async,subtree_check"),
        ("all_squash", "all_squash,anonuid=1000", "all_squash,anonuid=65534"),
        ("anonuid=1000", "anonuid=1000,anongid=1000", "anonuid=1000,anongid=65534"),
        ("sync", "crossmnt", ""),
        ("sync", "sec=sys", "sec=sys"),
    ],
)
def test_in_force(options: str, declared: str, in_force: str) -> None:
    """Options are compared by what they are about; what is not written has its default (exports(5))."""
    seen = export("*", *filter(None, options.split(",")))
    assert seen.in_force(declared.split(",")) == frozenset(filter(None, in_force.split(",")))


def test_flavours() -> None:
    """Of an export with several security flavours, what stands after the one with sys is in force."""
    (found,) = parse_exports("/nfs  *(sync,hide,sec=krb5p,rw,secure,no_root_squash,sec=sys:null,ro,root_squash)\n")
    assert found.options == {"sync", "hide", "sec=sys:null", "ro", "root_squash"}


WORLD = (
    "serves nfs-server\nport open\nexportfs 0\n"
    "/nfs/images     192.168.10.0/24(sync,wdelay,hide,no_subtree_check,sec=sys,ro,secure,root_squash,no_all_squash)\n"
    "/nfs/images     <world>(sync,wdelay,hide,no_subtree_check,sec=sys,rw,secure,no_root_squash,no_all_squash)\n"
)


def test_a_blank_before_the_bracket(inventory: Inventory) -> None:
    """The network gets the defaults, although the world gets what was meant for the network (dCache#5037)."""
    assert server(WORLD).left_out(inventory) == ()
    assert server(WORLD).granted(inventory) == {"ro", "sync", "no_subtree_check", "root_squash"}


def test_one_agent_left_out(inventory: Inventory) -> None:
    """An agent that no line is for is named."""
    text = "serves nfs-server\nexportfs 0\n/nfs/images 192.168.10.2(rw,sync,no_subtree_check,no_root_squash)\n"
    assert server(text).left_out(inventory) == ("user-newworker",)
    assert server(text).refuses(inventory.nodes["user-worker"], inventory.storage) == ""
    assert "(see the check export)" in server(text).refuses(inventory.nodes["user-newworker"], inventory.storage)


MISSING = "stat: cannot stat '/nfs/images': No such file or directory\n"


@pytest.mark.parametrize("path", ["/nfs/images", "/nfs"])
def test_folder_that_is_exported_and_missing(path: str, inventory: Inventory) -> None:
    """The folder that the path or one above it exports has to be there; the mount rests on it."""
    text = f"serves nfs-server\nexportfs 0\n{path} <world>(rw)\n{MISSING}"
    assert server(text).has_folder(inventory.storage) is False
    assert "(see the check export_folder)" in server(text).refuses(inventory.nodes["user-worker"], inventory.storage)


def test_folder_that_nobody_exports(inventory: Inventory) -> None:
    """A path that nobody exports may be a slip: whether its folder is there is not asked, and the mount rests on the export."""
    text = f"serves nfs-server\nexportfs 0\n/nfs/image <world>(rw)\n{MISSING}"
    with pytest.raises(Blocked, match="see the check export"):
        server(text).has_folder(inventory.storage)
    assert "(see the check export)" in server(text).refuses(inventory.nodes["user-worker"], inventory.storage)


def test_nobody_serves(inventory: Inventory) -> None:
    """What rests on a server that does not run is blocked by it."""
    with pytest.raises(Blocked, match="see the check nfs_service"):
        server("port closed\n").left_out(inventory)


@pytest.mark.parametrize("text", ["serves nfs-ganesha\nexportfs 0\n", "port open\nexportfs 0\n", "serves nfs-server\n"])
def test_another_server(text: str, inventory: Inventory) -> None:
    """Of a server that is not the kernel's, or without exportfs, the export table says nothing."""
    with pytest.raises(NotApplicable, match="the check mount decides"):
        server(text).left_out(inventory)
    assert server(text).refuses(inventory.nodes["user-worker"], inventory.storage) == ""


def folder_of(options: str, folder: str, *files: str) -> NfsServer:
    """Make a server with one export for everybody, its folder, and files of some owners and modes."""
    lines = "".join(f"      1 mode {file}\n" for file in files)
    return server(f"serves nfs-server\nexportfs 0\n/nfs/images <world>({options})\n{folder}\n{lines}")


@pytest.mark.parametrize(
    ("options", "folder", "file", "rights"),
    [
        ("rw,no_root_squash", "folder 0 0 root:root 700 /", "0 0 600", {LIST, READ, ADD}),
        ("rw", "folder 65534 65534 nobody:nogroup 777 /", "0 0 644", {LIST, READ, ADD}),
        ("rw", "folder 0 0 root:root 755 /", "0 0 600", {LIST}),
        ("rw", "folder 1000 1000 user:user 775 /", "1000 1000 664", {LIST, READ}),
        (
            "rw,all_squash,anonuid=1000,anongid=1000",
            "folder 1000 1000 user:user 775 /",
            "1000 1000 664",
            {LIST, READ, ADD},
        ),
        ("rw,all_squash,no_root_squash", "folder 0 0 root:root 700 /", "0 0 644", {READ}),
        ("rw,anongid=50", "folder 0 50 root:staff 770 /", "0 50 640", {LIST, READ, ADD}),
    ],
)
def test_rights(options: str, folder: str, file: str, rights: set[str], inventory: Inventory) -> None:
    """What agents can do depends on whom they act as on the server, not on one owner and mode."""
    assert folder_of(options, folder, file).rights(inventory) == rights


def test_rights_that_nobody_asks_for(inventory: Inventory) -> None:
    """Where rw is not declared, nobody need be able to write."""
    read_only = inventory.storage.model_copy(update={"options": frozenset({"ro"})})
    asks = inventory.model_copy(update={"storage": read_only})
    assert folder_of("ro", "folder 0 0 root:root 755 /", "0 0 644").rights(asks) == {LIST, READ}


def test_folder_that_is_absent() -> None:
    """Only stat's own word makes a folder absent; what it said otherwise is why nothing is known of it."""
    said = "stat: cannot stat '/nfs/images': {}\n"
    assert server("port open\n" + said.format("No such file or directory")).folder is None
    assert "Input/output error" in str(reason(server("port open\n" + said.format("Input/output error")), "folder"))
    assert reason(server("port open\n"), "folder") == "the exported folder did not answer"


def test_owned() -> None:
    """Of several permissions the owner's count for the owner, also where they are the lesser ones."""
    assert not Owned(1000, 1000, 0o077).allows((1000, 1000), 4)
    assert Owned(0, 1000, 0o070).allows((5, 1000), 7)
