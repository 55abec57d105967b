"""What stands in the way of looking is one failed check with its own words; the rest is blocked by it, never a traceback."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lab.access import inventory_path
from lab.lab import Lab
from selftest.lab.suite_run import SuiteRun, run_suite

LAST = "user-newworker"
Change = Callable[[dict[str, Any], Path], None]


def _silent_address(inventory: dict[str, Any], folder: Path) -> None:
    address = inventory["nodes"][LAST]["address"]
    inventory["nodes"][LAST]["address"] = address.rsplit(".", 1)[0] + ".77"


def _known_hosts(inventory: dict[str, Any], folder: Path) -> tuple[Path, list[str], str]:
    copy = folder / "known_hosts"
    shutil.copy(inventory["ssh"]["known_hosts"], copy)
    inventory["ssh"]["known_hosts"] = str(copy)
    return copy, copy.read_text().splitlines(), inventory["nodes"][LAST]["address"] + " "


def _changed_host_key(inventory: dict[str, Any], folder: Path) -> None:
    file, lines, last = _known_hosts(inventory, folder)
    other = [line.split(" ", 1)[1] for line in lines if not line.startswith(last)][: len(lines) // 3]
    kept = [line for line in lines if not line.startswith(last)]
    file.write_text("\n".join([*kept, *(last + key for key in other)]) + "\n")


def _unknown_host_key(inventory: dict[str, Any], folder: Path) -> None:
    file, lines, last = _known_hosts(inventory, folder)
    file.write_text("\n".join(line for line in lines if not line.startswith(last)) + "\n")


def _kubeconfig(inventory: dict[str, Any], folder: Path, place: str, changes: dict[str, str]) -> None:
    config = yaml.safe_load(Path(inventory["kubernetes"]["kubeconfig"]).read_text())
    config[place + "s"][0][place].update(changes)
    file = folder / "kubeconfig"
    file.write_text(yaml.safe_dump(config))
    inventory["kubernetes"]["kubeconfig"] = str(file)


def _certificate(days: int) -> dict[str, str]:
    """Make a self-signed certificate that ends in `days` days, and its key, as a kubeconfig holds them."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "somebody")])
    now = datetime.now(timezone.utc)
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    dated = (
        built.serial_number(1).not_valid_before(now - timedelta(days=400)).not_valid_after(now + timedelta(days=days))
    )
    pem = dated.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    return {
        "client-certificate-data": base64.b64encode(pem).decode(),
        "client-key-data": base64.b64encode(secret).decode(),
    }


def _expired(inventory: dict[str, Any], folder: Path) -> None:
    _kubeconfig(inventory, folder, "user", _certificate(-3))


def _foreign_user(inventory: dict[str, Any], folder: Path) -> None:
    _kubeconfig(inventory, folder, "user", _certificate(365))


def _foreign_authority(inventory: dict[str, Any], folder: Path) -> None:
    other = _certificate(365)["client-certificate-data"]
    _kubeconfig(inventory, folder, "cluster", {"certificate-authority-data": other})


@dataclass(frozen=True)
class Case:
    """A way to be shut out: what is changed in the inventory, and the words that must be said."""

    name: str
    change: Change
    words: str
    check: str = "ssh"
    node: str = LAST


CASES = (
    Case("silent address", _silent_address, "cannot be reached"),
    Case("changed host key", _changed_host_key, "its host key has changed"),
    Case("unknown host key", _unknown_host_key, "is not in known_hosts"),
    Case("expired kubeconfig", _expired, "its client certificate ended on", "api", "cluster"),
    Case("foreign kubeconfig", _foreign_user, "refuses this kubeconfig", "api", "cluster"),
    Case("another cluster's authority", _foreign_authority, "certificate", "api", "cluster"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_shut_out(lab: Lab, tmp_path: Path, case: Case) -> None:
    """Exactly one check fails, with its words and a fix; nothing else does."""
    inventory = yaml.safe_load(inventory_path(lab).read_text())
    case.change(inventory, tmp_path)
    changed = tmp_path / "cluster.yaml"
    changed.write_text(yaml.safe_dump(inventory, sort_keys=False))
    assert_told(run_suite(lab, "tests_node", "tests_cluster", inventory=changed), case.check, case.node, case.words)


def test_refused_key(lab: Lab) -> None:
    """A node that does not take our key any more."""
    last = lab.node(LAST)
    keys = "/home/user/.ssh/authorized_keys"
    last.run(f"mv {keys} {keys}.kept")
    try:
        found = run_suite(lab, "tests_node", "tests_cluster")
    finally:
        last.run(f"mv {keys}.kept {keys}")
    assert_told(found, "ssh", LAST, "accepts none of our keys")


def assert_told(found: SuiteRun, check: str, node: str, words: str) -> None:
    """Exactly that check fails, in those words and with a fix; something rests on it."""
    assert found.ended("failed") == {(check, node)}, found.text
    assert found.ended("blocked"), found.text
    finding = found.finding(check, node)
    assert words in finding["seen"] + finding["why"]
    assert finding["fix"]
    assert "Traceback" not in found.text
