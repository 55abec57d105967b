"""What is advised of an export: the line to mend is named, nothing is overwritten, and nothing opened further than needed."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgeproof.diagnose import Advice, advise
from edgeproof.facts.node.storage import Listing, NfsServer, parse_nfs_server
from edgeproof.facts.observed import blank
from edgeproof.facts.probe import Output
from edgeproof.inventory import Inventory, load_inventory
from edgeproof.trial.claim_pods import ClaimPod, parse_listing

OTHERS = "exportfs 0\n/srv/home 10.9.0.0/24(rw,sync,no_subtree_check,root_squash)\n"
SERVES = "serves nfs-server\nport open\n"


@pytest.fixture
def inventory(tmp_path: Path) -> Inventory:
    """One server that exports, one agent."""
    file = tmp_path / "cluster.yaml"
    file.write_text(
        "nodes:\n  user-desktop: {address: 192.168.10.1, role: server}\n  user-worker: {address: 192.168.10.2, role: agent}\n"
        "network: {gateway: 192.168.10.254, prefix: 24}\n"
    )
    return load_inventory(file)


def advice_on(check: str, text: str, inventory: Inventory) -> Advice:
    """Give the advice on a check of the NFS server that printed `text`."""
    server = parse_nfs_server(Output(text))
    assert isinstance(server, NfsServer)
    found = advise("tests_cluster", check, {"inventory": inventory, "nfs_server": server})
    assert found is not None
    return found


def test_blank_before_the_bracket(inventory: Inventory) -> None:
    """The line is named, with its number, and both that follow from it: the defaults for its clients, and the world."""
    text = (
        f"{SERVES}{OTHERS}/nfs/images 192.168.10.0/24(ro,sync,root_squash)\n/nfs/images <world>(rw,sync,no_root_squash)\n"
        "written /etc/exports:7:/nfs/images 192.168.10.0/24 (rw,sync,no_root_squash)\n"
    )
    found = advice_on("export", text, inventory)
    assert "line 7 of /etc/exports" in found.cause
    assert "whole world" in found.cause
    assert found.fix.startswith("sudoedit /etc/exports ")


@pytest.mark.parametrize("written", ["/nfs/images (ro)", "/nfs/images *(ro)", "/other 192.168.10.0/24 (rw)"])
def test_no_blank_is_accused_where_there_is_none(written: str, inventory: Inventory) -> None:
    """A bracket right after the path is for everybody on purpose; another folder's line is not this one's."""
    text = f"{SERVES}{OTHERS}/nfs/images <world>(ro,sync,root_squash)\nwritten /etc/exports:7:{written}\n"
    assert "blank" not in advice_on("export", text, inventory).cause


def test_left_out(inventory: Inventory) -> None:
    """An agent that is left out is named, with what is exported; the line to add stands in the fix, the file is only edited."""
    found = advice_on("export", f"{SERVES}{OTHERS}/nfs/images 10.9.0.0/24(rw)\n", inventory)
    assert (
        "not exported to user-worker; exported is: /nfs/images to 10.9.0.0/24, /srv/home to 10.9.0.0/24" in found.cause
    )
    assert "/nfs/images 192.168.10.2(no_root_squash,no_subtree_check,rw,sync)" in found.fix
    assert found.fix.startswith("sudoedit ")


def test_path_that_nobody_exports(inventory: Inventory) -> None:
    """What is exported is named: cluster.yaml's path may be a slip, and no folder is to be made for it."""
    found = advice_on("export", SERVES + OTHERS, inventory)
    assert "/nfs/images is not exported; exported is: /srv/home to 10.9.0.0/24" in found.cause
    assert found.fix.startswith("cluster.yaml: storage: {export: /srv/home}, where that is meant; else sudoedit ")
    assert "/nfs/images 192.168.10.2(no_root_squash,no_subtree_check,rw,sync)" in found.fix


@pytest.mark.parametrize(
    ("options", "lacking", "row"),
    [
        ("ro,no_root_squash", "rw", ""),
        ("rw", "no_root_squash", "nfs-root-squash"),
        ("rw,async,no_root_squash", "sync", ""),
    ],
)
def test_options(options: str, lacking: str, row: str, inventory: Inventory) -> None:
    """The line that decides is named, and what it does not give."""
    found = advice_on("export", f"{SERVES}{OTHERS}/nfs/images 192.168.10.0/24({options})\n", inventory)
    assert f"/nfs/images 192.168.10.0/24, does not give it {lacking}" in found.cause
    assert found.id == row


def test_folder(inventory: Inventory) -> None:
    """A folder gets the owner that agents act as, and no rights for everybody."""
    text = f"{SERVES}exportfs 0\n/nfs/images <world>(rw)\nfolder 1000 1000 user:user 755 /\n   2 mode 1000 1000 644\n"
    found = advice_on("export_folder", text, inventory)
    assert "act as user 65534, group 65534 on user-desktop and cannot add files" in found.cause
    assert found.fix.startswith("sudo chown 65534:65534 /nfs/images && sudo chmod u+rwX /nfs/images ")


@pytest.mark.parametrize(
    ("options", "row"), [("rw", "nfs-root-squash"), ("rw,all_squash,anonuid=33,anongid=33", "export-folder-closed")]
)
def test_folder_for_root_alone(options: str, row: str, inventory: Inventory) -> None:
    """Where root alone is squashed, that is named; the folder's rights are mended, and nothing is opened to root."""
    text = f"{SERVES}exportfs 0\n/nfs/images <world>({options})\nfolder 0 0 root:root 700 /\n   2 mode 0 0 600\n"
    found = advice_on("export_folder", text, inventory)
    assert found.id == row
    assert "root:root, mode 700" in found.cause
    assert "no_root_squash" not in found.fix


def test_no_folder(inventory: Inventory) -> None:
    """A folder that is not there is made, and nothing else."""
    text = f"{SERVES}exportfs 0\n/nfs/images <world>(rw)\nstat: cannot stat '/nfs/images': No such file or directory\n"
    assert advice_on("export_folder", text, inventory).fix.startswith("sudo mkdir -p /nfs/images   #")


class Agent:
    """What advice on a listing reads of an agent."""

    name = "user-worker"


@pytest.mark.parametrize(
    ("printed", "row"),
    [
        ("find: ./image-00001.jpg: Stale file handle\n1\n" + 64 * "a" + "\n", "nfs-stale"),
        ("sh: cd: can't cd to /mnt: Stale file handle\n", "nfs-stale"),
        ("sh: cd: line 1: can't cd to /mnt: Permission denied\n", "nfs-root-squash"),
        ("1\n" + 64 * "a" + "\n", ""),
    ],
)
def test_row_only_where_the_pod_says_so(printed: str, row: str) -> None:
    """Files that differ are no stale mount, nor a closed folder: the words are."""
    listing, trouble = parse_listing(printed)
    pod = ClaimPod("user-worker", "", "", listing, trouble)
    found = advise("tests_cluster", "listing", {"agent": Agent, "claim_pods": {"user-worker": pod}})
    assert found is not None
    assert found.id == row


@pytest.mark.parametrize(
    ("printed", "files", "trouble"),
    [("2\n" + 64 * "b" + "\n", 2, ""), ("", 0, "the pod printed nothing"), ("ls: .: Permission denied\n", 0, "ls: .: Permission denied")],
)  # fmt: skip
def test_listing(printed: str, files: int, trouble: str) -> None:
    """Number and hash, else a listing of nothing and the pod's own words."""
    found = parse_listing(printed)
    assert found == (Listing(files, 64 * "b" if files else ""), trouble)


def test_pod_without_mount(inventory: Inventory) -> None:
    """A pod that mount has nothing to do with is not blamed on it."""
    said = "pod x on user-worker: ErrImagePull: no such host"
    pod = blank(ClaimPod, "", node="user-worker", complaint=said, mount_said="", lost="")
    context = {"inventory": inventory, "agent": Declared(inventory), "claim_pods": {"user-worker": pod}}
    found = advise("tests_cluster", "pod_with_claim", context)
    assert found is not None
    assert "ErrImagePull" in found.cause
    assert (found.id, found.does) == ("", "reads")


class Declared:
    """An agent by its declaration alone."""

    name = "user-worker"

    def __init__(self, inventory: Inventory) -> None:
        self.declared = inventory.nodes["user-worker"]
