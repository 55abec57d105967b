"""What a bundle never shows, and what it hides on request: secrets, serial numbers; addresses and names."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable
from ipaddress import AddressValueError, IPv4Address, IPv4Network
from typing import Any

from edgeproof.inventory import Inventory

HIDDEN = "hidden-by-edgeproof"

NAMES = r"token|passw(?:or)?d|passphrase|secret|api[_-]?key|access[_-]?key|credential"
FORMS = (
    re.compile(r"(?s)(-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----).*?(-----END)"),
    re.compile(r"()\bK10[0-9a-f]{16,}::\S*()"),
    re.compile(rf"""(?i)(["']--?[\w-]{{0,60}}(?:{NAMES})["']\s*,\s*["'])[^"'\n]+()"""),
    re.compile(r"(\w{1,40}://[^\s:/@]{0,80}:)[^\s@/]+(@)"),
    re.compile(r"(?i)((?:client-key|client-certificate|certificate-authority)-data[\"']?\s*:\s*[\"']?)[\w+/=]+()"),
    re.compile(r"(?i)(serial(?:[ _-]?(?:number|no))?[\"']?\s*[:=]\s*[\"']?)[\w.:-]+()"),
)
"""Secrets and serial numbers by their form, each with what stands before and after: private keys, K3s's tokens, URLs with a password,
a kubeconfig's data, serial numbers."""

SETTING = re.compile(
    rf"""(?i)(?<![\w.-])(--?)?([\w.-]{{0,60}}(?:{NAMES})s?(?![\w.-]))(["']?[ \t]*[:=][ \t]*|["']?[ \t\\]*\n?[ \t]+(?=["'\w]))"""
    r"""("[^"\n]*"|'[^'\n]*'|[^\s,}\]'"]+)"""
)
"""A setting by its name: NAME=VALUE, NAME: VALUE, and, behind dashes, NAME VALUE."""

HARMLESS = re.compile(r"""["']?(?:null|true|false|none|\(hidden\)|\*+|/\S*)?["']?""", re.I)
"""Values that are no secret: nothing, switches, what is hidden already, and the path of a file that holds one."""

MACHINE_ID = re.compile(r"\b[0-9a-f]{32}\b")
UUID = re.compile(r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b")
MAC = re.compile(r"(?i)(?<![0-9a-f:])(?!(?:00:){5}00|(?:ff:){5}ff)[0-9a-f]{2}(?::[0-9a-f]{2}){5}(?![0-9a-f:])")
"""A hardware address: not loopback's zeros, not everybody's, and no part of a longer row of bytes."""
HOST_KEY = re.compile(r"(?<=[\w@-] )AAAA[A-Za-z0-9+/]{30,4000}={0,2}(?= |$)", re.M)
"""A public key, as it stands behind its type: by a host's anybody can find it."""

ADDRESS = re.compile(r"(?<![\d.])(\d{1,3}(?:\.\d{1,3}){3})(?![\d.]*\d)")
STAND_IN = IPv4Network("198.18.0.0/15")
"""For benchmarks of networks (RFC 2544), so that nobody's own network is meant."""
OUTSIDE = IPv4Network("203.0.113.0/24")
"""For documentation (RFC 5737)."""

NOBODY = frozenset({"root", "user", "nobody", "ubuntu", "debian", "nvidia", "jetson", "nano", "pi"})
"""Users that images come with: their names tell nothing, and stand in other words."""


def without_secrets(text: str) -> str:
    """Blank tokens, passwords, private keys and serial numbers."""
    for pattern in FORMS:
        text = pattern.sub(lambda found: f"{found[1]}{HIDDEN}{found[2]}", text)
    return SETTING.sub(_blanked, text)


def _blanked(found: re.Match[str]) -> str:
    dashes, name, between, value = found[1] or "", found[2], found[3], found[4]
    is_setting = any(sign in between for sign in ":=") or dashes
    if not is_setting or HARMLESS.fullmatch(value):
        return found[0]
    quote = value[0] if value[0] in "\"'" else ""
    return f"{dashes}{name}{between}{quote}{HIDDEN}{quote}"


class Numbered:
    """Gives each different text a stand-in of its own, the same whenever it comes again."""

    def __init__(self, form: Callable[[int], str]) -> None:
        self.form = form
        self.known: dict[str, str] = {}

    def __call__(self, found: re.Match[str]) -> str:
        """Give the stand-in of what was found."""
        return self.of(found[0])

    def of(self, text: str) -> str:
        """Give the stand-in of a text."""
        return self.known.setdefault(text, self.form(len(self.known) + 1))


class Hider:
    """Hides secrets; with `names`, the nodes' names, users and addresses too, each by the same stand-in everywhere.

    Addresses in the nodes' own network keep their host part, so that what lies in which network stays true.
    """

    def __init__(self, inventory: Inventory, names: bool) -> None:
        self.machine_ids, self.uuids = Numbered("{:032x}".format), Numbered("00000000-0000-4000-8000-{:012d}".format)
        self.host_keys = Numbered(lambda number: base64.b64encode(b"%48d" % number).decode())
        self.macs = Numbered(lambda number: f"02:00:5e:00:{number >> 8 & 255:02x}:{number & 255:02x}")
        self.outside: dict[IPv4Address, IPv4Address] = {}
        self.networks = _networks(inventory) if names else []
        self.public = frozenset(inventory.network.dns)
        self.kept = (inventory.kubernetes.pod_cidr, inventory.kubernetes.service_cidr)
        self.words = dict(_words(inventory)) if names else {}

    def __call__(self, text: str) -> str:
        """Give the text with all of it hidden."""
        text = HOST_KEY.sub(self.host_keys, self.uuids_hidden(without_secrets(text)))
        text = MAC.sub(lambda found: self.macs.of(found[0].lower()), text)
        if not self.words:
            return text
        text = ADDRESS.sub(self._address, text)
        longest = sorted(self.words, key=len, reverse=True)
        pattern = "|".join(map(re.escape, longest))
        return re.sub(rf"(?<![A-Za-z0-9])(?:{pattern})(?![A-Za-z0-9])", lambda found: self.words[found[0]], text)

    def uuids_hidden(self, text: str) -> str:
        """Replace machine ids and UUIDs, equal ones by equal ones."""
        return UUID.sub(self.uuids, MACHINE_ID.sub(self.machine_ids, text))

    def _address(self, found: re.Match[str]) -> str:
        try:
            address = IPv4Address(found[1])
        except AddressValueError:
            return found[0]
        for own, stand_in in self.networks:
            if address in own:
                return str(stand_in[int(address) - int(own.network_address)])
        if not address.is_global or address in self.public or any(address in known for known in self.kept):
            return found[0]
        return str(self.outside.setdefault(address, OUTSIDE[len(self.outside) % 254 + 1]))

    def data(self, value: Any) -> Any:
        """Hide in every text of plain data, keys too."""
        if isinstance(value, str):
            return self(value)
        if isinstance(value, dict):
            return {self(str(key)): self.data(inner) for key, inner in value.items()}
        return [self.data(inner) for inner in value] if isinstance(value, list | tuple) else value


def _networks(inventory: Inventory) -> list[tuple[IPv4Network, IPv4Network]]:
    prefix = inventory.network.prefix
    own = {IPv4Network(f"{node.address}/{prefix}", strict=False) for node in inventory.nodes.values()}
    return [
        (
            network,
            IPv4Network(f"{STAND_IN.network_address + number * 2 ** (32 - max(prefix, 16))}/{prefix}", strict=False),
        )
        for number, network in enumerate(sorted(own))
    ]


def _words(inventory: Inventory) -> Iterable[tuple[str, str]]:
    for number, node in enumerate(inventory.nodes.values(), 1):
        yield node.name, f"node-{number}"
        yield node.member_name, f"node-{number}"
    users = {inventory.ssh.user, *(node.user for node in inventory.nodes.values() if node.user)}
    for number, user in enumerate(sorted(users - NOBODY), 1):
        yield user, f"user-{number}"
