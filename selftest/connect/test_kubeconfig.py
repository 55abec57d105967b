"""Each way a kubeconfig can be useless is a message of its own, with what to do about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgeproof.connect import api
from edgeproof.connect.api import find_kubeconfig, open_api, read_kubeconfig
from edgeproof.errors import KubeconfigInvalid, KubeconfigIsLocal
from selftest.connect.keys import self_signed
from selftest.connect.kubeconfigs import client_certificate, inventory_at, write_kubeconfig

ADDRESS = "192.0.2.1"
SERVER = f"https://{ADDRESS}:6443"
AUTHORITY = self_signed("k3s-server-ca")


def refusal(file: Path | None, **kubernetes: str) -> KubeconfigInvalid:
    """Open the API by this kubeconfig, which must fail."""
    with pytest.raises(KubeconfigInvalid) as caught:
        open_api(inventory_at(ADDRESS, kubeconfig=file, **kubernetes))
    return caught.value


def test_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any, the places looked at are named, and how to copy the server's."""
    monkeypatch.setattr(api, "PLACES", ("~/.kube/config",))
    error = refusal(None)
    assert str(error).startswith("no kubeconfig: not in $KUBECONFIG")
    assert f"ssh user@{ADDRESS} sudo cat /etc/rancher/k3s/k3s.yaml" in error.fix


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


def test_copy_that_names_loopback(tmp_path: Path) -> None:
    """The server's own file, copied as it is, points at this machine: the fix puts the server's address in."""
    file = write_kubeconfig(tmp_path / "config", "https://127.0.0.1:6443", AUTHORITY)
    error = refusal(file)
    assert isinstance(error, KubeconfigIsLocal)
    assert "which is this machine and not user-desktop" in str(error)
    assert error.fix == f"sed -i 's#127.0.0.1#{ADDRESS}#' {file}"


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
    assert find_kubeconfig(inventory_at(ADDRESS)) == own
    monkeypatch.setenv("KUBECONFIG", f"{tmp_path / 'gone'}:{named}")
    assert find_kubeconfig(inventory_at(ADDRESS)) == named
    assert find_kubeconfig(inventory_at(ADDRESS, kubeconfig=given)) == given
