"""What a bundle never shows, in every form that a secret stands in."""

from __future__ import annotations

import json

import pytest

from edgeproof.bundle.hidden import Hider, without_secrets
from edgeproof.facts.node.host_keys import parse_host_keys
from edgeproof.facts.probe import Output
from edgeproof.inventory import Inventory

TOKEN = "K103f0a9c1d5e7b2486f0a9c1d5e7b2486f0a9c1d5e7b2486f0a9c1d5e7b2486f::server:9d1c7f3b5a2e4806"
SECRET = "Tr0ub4dor-secret"

NODES = {
    "edge-a": {"address": "192.168.10.1", "role": "server"},
    "edge-b": {"address": "192.168.10.2", "role": "agent", "user": "maria"},
}


def inventory() -> Inventory:
    """Make an inventory of two nodes."""
    return Inventory.model_validate({"nodes": NODES})


@pytest.mark.parametrize(
    "form",
    [
        "K3S_TOKEN={}", "K3S_TOKEN='{}'", 'K3S_TOKEN="{}"', "token: {}", 'token: "{}"', "agent-token: {}", '"token": "{}"',
        "--token {}", "--token={}", "'--token' \\\n\t'{}' \\", '["server","--token","{}"]', "Environment=K3S_AGENT_TOKEN={}",
        "password = {}", "K3S_DATASTORE_ENDPOINT=postgres://k3s:{}@10.0.0.9:5432/k3s", "vpn-auth-passphrase: {}",
        "AWS_SECRET_ACCESS_KEY={}", "client-key-data: {}",
    ],
)  # fmt: skip
@pytest.mark.parametrize("secret", [TOKEN, SECRET])
def test_a_secret_is_blanked(form: str, secret: str) -> None:
    """Whatever form it stands in, nothing of it is left."""
    hidden = without_secrets(f"before\n{form.format(secret)}\nafter")
    assert [part for part in (secret, "9d1c7f3b5a2e4806", "Tr0ub4dor") if part in hidden] == []
    assert hidden.startswith("before\n")
    assert hidden.endswith("\nafter")


@pytest.mark.parametrize(
    "text",
    [
        '{"Plugins":{"Authorization":null},"Swarm":{"NodeID":"","Error":""}}', "the node token is absent", "MemTotal: 3964 kB",
        "server/node-token", "--token-file /etc/k3s/token", "Environment=K3S_URL=https://192.168.10.1:6443", "tokens: null",
        "/nfs/images 192.168.10.0/24(rw,sync)", "token_mode=600 /var/lib/rancher/k3s/server/token",
    ],
)  # fmt: skip
def test_what_is_no_secret_stays(text: str) -> None:
    """Words about tokens, empty values and the paths of files are kept as they are."""
    assert without_secrets(text) == text


def test_json_stays_json() -> None:
    """A blanked value keeps its quotes."""
    assert json.loads(without_secrets(json.dumps({"token": SECRET, "n": 1})))["n"] == 1


def test_serial_numbers_are_blanked() -> None:
    """Serial numbers are never shown."""
    assert "1423019123456" not in without_secrets("Serial Number: 1423019123456\n")


def test_hardware_addresses_are_replaced() -> None:
    """Equal ones by equal ones, so that one that is there twice is still seen; broadcast, loopback and longer rows of bytes stay."""
    hide = Hider(inventory(), names=False)
    text = hide("link/ether 00:04:4b:aa:bb:cc brd ff:ff:ff:ff:ff:ff")
    assert text == "link/ether 02:00:5e:00:00:01 brd ff:ff:ff:ff:ff:ff"
    assert hide("00:04:4B:AA:BB:CC\n") == "02:00:5e:00:00:01\n" != hide("00:04:4b:aa:bb:cd\n")
    for kept in ("00:00:00:00:00:00", "3f:0a:9c:1d:5e:7b:24:86"):
        assert hide(kept) == kept


def test_equal_ids_stay_equal() -> None:
    """Machine ids are replaced, the same ones by the same, so that a cloned card is still seen."""
    hide = Hider(inventory(), names=False)
    one, other = "0c9f35a1e7d24b8f96b3d8e5472a10cd", "b81e4c27d3f95a60817f2ce4a9d05b3e"
    assert hide(one) == hide(one) != hide(other)
    assert hide(one) != one


def test_public_host_keys_are_replaced() -> None:
    """Equal ones by equal ones, each by one that a key can be read from."""
    hide, key = Hider(inventory(), names=False), "AAAAC3NzaC1lZDI1NTE5AAAAI"
    one, again, other = (hide(f"ssh-ed25519 {key}{'B' * 42}{end} root@edge-a\n") for end in ("b", "b", "B"))
    assert key not in one
    assert one == again != other
    assert isinstance(parse_host_keys(Output(f"key {one.removesuffix(' root@edge-a' + chr(10))}\n")), frozenset)


def test_names_are_hidden_on_request() -> None:
    """Names, users and addresses get stand-ins; what is in the nodes' network stays in one, loopback and the pods' range stay."""
    hide = Hider(inventory(), names=True)
    text = hide(
        "edge-b (maria) at 192.168.10.2, gateway 192.168.0.1, pod 10.42.1.7, lo 127.0.0.1, seen from 93.184.216.34"
    )
    assert (
        text == "node-2 (user-1) at 198.18.10.2, gateway 198.18.0.1, pod 10.42.1.7, lo 127.0.0.1, seen from 203.0.113.1"
    )


def test_names_stay_otherwise() -> None:
    """Without the request names and addresses are kept."""
    assert Hider(inventory(), names=False)("edge-b at 192.168.10.2") == "edge-b at 192.168.10.2"
