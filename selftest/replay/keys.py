"""The keys of a replayed cluster, made once: the CA, the certificates it signs, SSH keys of machines and of the runner."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address

import paramiko
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

USUAL_DAYS = 365


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, each in PEM."""

    certificate: bytes
    key: bytes


@dataclass
class Keys:
    """What is made for one session of tests; a certificate is signed once for each set of names and days."""

    authority_key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    user_key: paramiko.ECDSAKey = field(default_factory=paramiko.ECDSAKey.generate)
    _signed: dict[tuple[str, tuple[str, ...], int], Pair] = field(default_factory=dict)
    _hosts: dict[str, paramiko.ECDSAKey] = field(default_factory=dict)

    def host(self, name: str) -> paramiko.ECDSAKey:
        """Give a machine's host key."""
        return self._hosts.setdefault(name, paramiko.ECDSAKey.generate())

    def authority(self) -> bytes:
        """Give the cluster CA's certificate, in PEM."""
        return self._pair("k3s-server-ca", (), 10 * USUAL_DAYS, is_authority=True).certificate

    def server(self, names: tuple[str, ...], days: int = USUAL_DAYS) -> Pair:
        """Give the API server's certificate for names written as DNS:NAME and IP:ADDRESS."""
        return self._pair("k3s", names, days)

    def client(self, days: int = USUAL_DAYS) -> Pair:
        """Give the administrator's certificate; less than no days give one that has ended."""
        return self._pair("system:admin", (), days)

    def _pair(self, name: str, names: tuple[str, ...], days: int, is_authority: bool = False) -> Pair:
        known = (name, names, days)
        if known not in self._signed:
            self._signed[known] = self._sign(name, names, days, is_authority)
        return self._signed[known]

    def _sign(self, name: str, names: tuple[str, ...], days: int, is_authority: bool) -> Pair:
        key = self.authority_key if is_authority else ec.generate_private_key(ec.SECP256R1())
        end = datetime.now(timezone.utc) + timedelta(days=days)
        made = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "k3s-server-ca")]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(end - timedelta(days=10 * USUAL_DAYS + 1))
            .not_valid_after(end)
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.authority_key.public_key()), critical=False
            )
            .add_extension(
                x509.KeyUsage(True, False, True, False, False, is_authority, is_authority, False, False), True
            )
        )
        if names:
            made = made.add_extension(x509.SubjectAlternativeName([_general(one) for one in names]), critical=False)
        pem = made.sign(self.authority_key, hashes.SHA256()).public_bytes(Encoding.PEM)
        return Pair(pem, key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()))


def _general(name: str) -> x509.GeneralName:
    kind, _, value = name.partition(":")
    return x509.IPAddress(ip_address(value)) if kind == "IP" else x509.DNSName(value)
