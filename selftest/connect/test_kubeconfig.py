"""Each way a kubeconfig can be useless is a message of its own, with what to do about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgeproof.connect import kubeconfig
from edgeproof.connect.api import KubernetesApi
from edgeproof.connect.kubeconfig import find_kubeconfigs, read_kubeconfig
from edgeproof.errors import KubeconfigInvalid
from selftest.connect.keys import self_signed
from selftest.connect.kubeconfigs import client_certificate, inventory_at, write_kubeconfig

ADDRESS = "192.0.2.1"
SERVER = f"https://{ADDRESS}:6443"
AUTHORITY = self_signed("k3s-server-ca")


def refusal(file: Path | None, **kubernetes: str) -> KubeconfigInvalid:
    """Open the API by this kubeconfig, which must fail."""
    with pytest.raises(KubeconfigInvalid) as caught:
        KubernetesApi(inventory_at(ADDRESS, kubeconfig=file, **kubernetes))
    return caught.value


def test_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any, the places looked at are named, and how to copy the server's."""
    monkeypatch.setattr(kubeconfig, "PLACES", ("~/.kube/config",))
    error = refusal(None)
    assert str(error).startswith("no kubeconfig: not in $KUBECONFIG")
    assert f"-p 22 user@{ADDRESS} sudo cat /etc/rancher/k3s/k3s.yaml" in error.fix
    assert "umask 077; set -C;" in error.fix


def test_missing_file(tmp_path: Path) -> None:
    """A given one that is not there is named, and how to copy the server's."""
    error = refusal(tmp_path / "nowhere")
    assert str(error) == f"{tmp_path / 'nowhere'}: no such kubeconfig"
    assert "sudo cat /etc/rancher/k3s/k3s.yaml" in error.fix


@pytest.mark.parametrize("text", ["{clusters: [", "", "- a list", "kind: Config", "contexts: null\ncurrent-context: x"])
def test_not_a_kubeconfig(tmp_path: Path, text: str) -> None:
    """What is not YAML, or other YAML, is said to be no kubeconfig."""
    file = tmp_path / "config"
    file.write_text(text)
    error = refusal(file)
    assert f"{file}: not a kubeconfig" in str(error)
    assert error.fix


def test_folder(tmp_path: Path) -> None:
    """A folder in its place cannot be read, and is named."""
    assert f"{tmp_path}: cannot be read" in str(refusal(tmp_path))


def test_unknown_context(tmp_path: Path) -> None:
    """A context that it does not have: those that it has are named."""
    file = write_kubeconfig(tmp_path / "config", SERVER, AUTHORITY)
    error = refusal(file, context="lab")
    assert str(error) == f"{file}: no context lab; its contexts: default"
    assert error.fix == "pass --edgeproof-context=NAME"


def test_expired_certificate(tmp_path: Path) -> None:
    """A client certificate that has ended: the day is told, and how to copy a new one."""
    ended = client_certificate(self_signed("system:admin", valid_days=-1))
    error = refusal(write_kubeconfig(tmp_path / "config", SERVER, AUTHORITY, ended))
    assert "its client certificate ended on 20" in str(error)
    assert "sudo cat /etc/rancher/k3s/k3s.yaml" in error.fix


def test_certificate_in_a_file_beside_it(tmp_path: Path) -> None:
    """A certificate's file is looked for beside the kubeconfig, as kubectl does."""
    (tmp_path / "client.pem").write_bytes(self_signed("system:admin").certificate)
    file = write_kubeconfig(tmp_path / "config", SERVER, AUTHORITY, {"client-certificate": "client.pem"})
    assert read_kubeconfig(inventory_at(ADDRESS, kubeconfig=file)).certificate_end is not None


def test_missing_certificate_file(tmp_path: Path) -> None:
    """A certificate's file that is not there is the one named, not the kubeconfig."""
    gone = {"client-certificate": str(tmp_path / "gone.pem")}
    assert "gone.pem" in str(refusal(write_kubeconfig(tmp_path / "config", SERVER, AUTHORITY, gone)))


def test_order_of_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The given one counts before $KUBECONFIG, and that before ~/.kube/config."""
    (tmp_path / ".kube").mkdir()
    given, named, own = tmp_path / "given", tmp_path / "named", tmp_path / ".kube" / "config"
    for file in (given, named, own):
        file.touch()
    assert find_kubeconfigs(inventory_at(ADDRESS)) == (own,)
    monkeypatch.setenv("KUBECONFIG", f"{tmp_path / 'gone'}:{named}")
    assert find_kubeconfigs(inventory_at(ADDRESS)) == (named,)
    assert find_kubeconfigs(inventory_at(ADDRESS, kubeconfig=given)) == (given,)


EMPTY = "{apiVersion: v1, kind: Config, clusters: [], contexts: [], users: [], current-context: ''}"


def listed(folder: Path, monkeypatch: pytest.MonkeyPatch, first: str) -> Path:
    """List two files in $KUBECONFIG: the first of this text, and the cluster's; give the second."""
    (folder / "a").write_text(first)
    file = write_kubeconfig(folder / "b", SERVER, AUTHORITY)
    monkeypatch.setenv("KUBECONFIG", f"{folder / 'a'}:{folder / 'gone'}:{file}")
    return file


@pytest.mark.parametrize("first", [EMPTY, "", "kind: Config", "contexts: null"])
def test_list_is_merged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str) -> None:
    """A first file that says nothing leaves all to the second, its current context too."""
    file = listed(tmp_path, monkeypatch, first)
    found = read_kubeconfig(inventory_at(ADDRESS))
    assert (found.path, found.server) == (file, SERVER)


def test_context_of_another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first file's current context counts; a context of any file may be asked for."""
    work = "{clusters: [{name: w, cluster: {server: 'https://w'}}], contexts: [{name: work, context: {cluster: w}}], current-context: work}"
    listed(tmp_path, monkeypatch, work)
    assert read_kubeconfig(inventory_at(ADDRESS)).server == "https://w"
    assert read_kubeconfig(inventory_at(ADDRESS, context="default")).server == SERVER
    with pytest.raises(KubeconfigInvalid, match=r"no context lab; its contexts: work, default"):
        read_kubeconfig(inventory_at(ADDRESS, context="lab"))


def test_first_entry_of_a_name_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two clusters with one name the first file's counts, as for kubectl."""
    listed(tmp_path, monkeypatch, "clusters: [{name: default, cluster: {server: 'https://w'}}]")
    assert read_kubeconfig(inventory_at(ADDRESS)).server == "https://w"


def test_no_current_context(tmp_path: Path) -> None:
    """Without a current context, those that there are are named."""
    file = write_kubeconfig(tmp_path / "config", SERVER, AUTHORITY)
    file.write_text(file.read_text().replace("current-context: default", "current-context: ''"))
    assert "no current-context; its contexts: default" in str(refusal(file))


def test_cluster_that_is_not_there(tmp_path: Path) -> None:
    """A context whose cluster has no entry is said so."""
    file = tmp_path / "config"
    file.write_text("{contexts: [{name: a, context: {cluster: gone}}], current-context: a}")
    assert "names the cluster gone, which has no server" in str(refusal(file))


def test_relative_files_are_beside_their_own_kubeconfig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a list, each file's relative names are meant from its own folder."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "client.pem").write_bytes(self_signed("system:admin").certificate)
    user = {"client-certificate": "client.pem", "client-key": "client.pem"}
    file = write_kubeconfig(tmp_path / "sub" / "config", SERVER, AUTHORITY, user)
    (tmp_path / "a").write_text(EMPTY)
    monkeypatch.setenv("KUBECONFIG", f"{tmp_path / 'a'}:{file}")
    assert read_kubeconfig(inventory_at(ADDRESS)).user["client-key"] == str(tmp_path / "sub" / "client.pem")


def test_unreadable_file_is_not_opened_to_everybody() -> None:
    """The fix for a kubeconfig of root's is a copy for the user alone, into a new file."""
    fix = kubeconfig._unreadable(Path("/etc/rancher/k3s/k3s.yaml"), PermissionError(13, "Permission denied")).fix
    assert "chmod" not in fix
    assert "(umask 077; set -C;" in fix
    assert "> ~/.kube/edgeproof.yaml)" in fix
