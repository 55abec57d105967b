"""Keys and certificates, made as ssh-keygen and K3s make them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


def write_locked_key(file: Path) -> None:
    """Write a private key with a passphrase, in OpenSSH's own format."""
    key = ed25519.Ed25519PrivateKey.generate()
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, BestAvailableEncryption(b"a passphrase")))


@dataclass(frozen=True)
class Certificate:
    """A certificate and its key, each in PEM."""

    certificate: bytes
    key: bytes

    def write(self, file: Path) -> Path:
        """Write both into one file, as Python's ssl takes them."""
        file.write_bytes(self.key + self.certificate)
        return file


def self_signed(name: str, valid_days: int = 365) -> Certificate:
    """Make a certificate of 127.0.0.1 that signs itself; less than no days make one that has ended."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    end = datetime.now(timezone.utc) + timedelta(days=valid_days)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=730))
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.KeyUsage(True, False, False, False, False, True, True, False, False), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    return Certificate(made.public_bytes(Encoding.PEM), pem)


def pair_for(names: tuple[str, ...], starts_days: int = -1, ends_days: int = 365) -> tuple[Certificate, Certificate]:
    """Make an authority, and a server's certificate of these names and addresses that it has signed.

    The server's is valid from and to so many days from now.
    """
    authority_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "k3s-server-ca")])
    own_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "k3s")])
    authority_key, own_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(timezone.utc)
    addresses: list[x509.GeneralName] = [x509.IPAddress(IPv4Address(name)) for name in names if name[0].isdigit()]
    dns: list[x509.GeneralName] = [x509.DNSName(name) for name in names if not name[0].isdigit()]

    def made(subject: x509.Name, key: ec.EllipticCurvePrivateKey, days: tuple[int, int]) -> x509.CertificateBuilder:
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(authority_name)
        builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(now + timedelta(days=days[0]))
        return builder.not_valid_after(now + timedelta(days=days[1]))

    authority = made(authority_name, authority_key, (-730, 730))
    authority = authority.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    own = made(own_name, own_key, (starts_days, ends_days))
    own = own.add_extension(x509.SubjectAlternativeName(dns + addresses), critical=False)
    parts = ((authority, authority_key), (own, own_key))
    first, second = (
        Certificate(
            builder.sign(authority_key, hashes.SHA256()).public_bytes(Encoding.PEM),
            key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()),
        )
        for builder, key in parts
    )
    return first, second


def bare_pair() -> tuple[Certificate, Certificate]:
    """Make an authority and a certificate of 127.0.0.1 that it has signed, both without key identifiers and key usage.

    Clusters of many ages have such ones: RFC 5280 asks for the identifiers, kubectl does not.
    """
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in ("k3s-server-ca", "k3s")]
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in names]
    end = datetime.now(timezone.utc) + timedelta(days=365)
    made = []
    for name, key, is_authority in zip(names, keys, (True, False), strict=True):
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(names[0]).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(end - timedelta(days=730))
        builder = builder.not_valid_after(end)
        builder = builder.add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        address = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
        pem = builder.add_extension(address, critical=False).sign(keys[0], hashes.SHA256()).public_bytes(Encoding.PEM)
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        made.append(Certificate(pem, secret))
    return made[0], made[1]
