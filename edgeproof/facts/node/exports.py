"""What an NFS server exports, to whom and how; and which of its lines decides for a client (exports(5))."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from fnmatch import fnmatchcase
from ipaddress import IPv4Address, IPv4Network
from pathlib import PurePosixPath

from edgeproof.facts.observed import Blocked

Names = Mapping[str, frozenset[str]]
"""The host names that the NFS server finds for an address, by the address; one that it finds none for is missing."""

ANYONE = "*"
NOBODY = 65534
"""The user and group that squashed clients act as where anonuid and anongid name no other (exports(5))."""

PAIRS = (
    ("ro", "rw"), ("sync", "async"), ("wdelay", "no_wdelay"), ("hide", "nohide"), ("no_subtree_check", "subtree_check"),
    ("secure", "insecure"), ("root_squash", "no_root_squash"), ("no_all_squash", "all_squash"),
    ("secure_locks", "insecure_locks"), ("acl", "no_acl"),
)  # fmt: skip
"""Options that exclude each other; the first of each pair is in force where neither is written."""

SUBJECTS = {word: default for default, other in PAIRS for word in (default, other)}
DEFAULTS = {default: default for default, _ in PAIRS} | {
    "anonuid": f"anonuid={NOBODY}",
    "anongid": f"anongid={NOBODY}",
    "sec": "sec=sys",
}


class Kind(IntEnum):
    """How a client is written; of several that fit, the least decides, wherever it stands (exports(5))."""

    HOST = 0
    NETWORK = 1
    PATTERN = 2
    NETGROUP = 3
    ANYONE = 4


@dataclass(frozen=True)
class Export:
    """One line of `exportfs -v`: the path, the clients it is exported to, the options in force for sec=sys."""

    path: str
    client: str
    options: frozenset[str]

    @property
    def kind(self) -> Kind:
        """How its client is written."""
        if self.client == ANYONE:
            return Kind.ANYONE
        if self.client.startswith("@"):
            return Kind.NETGROUP
        if re.search(r"[*?\[]", self.client):
            return Kind.PATTERN
        return Kind.NETWORK if "/" in self.client else Kind.HOST

    def covers(self, path: str, mount_point: str | None) -> bool:
        """Tell whether a client gets `path` by it: it is that path, or lies above it on the same file system or with crossmnt.

        `mount_point` is where the file system of `path` is mounted, None where that is not known.
        """
        own, wanted, mounted = PurePosixPath(self.path), PurePosixPath(path), PurePosixPath(mount_point or self.path)
        if own == wanted or not wanted.is_relative_to(own):
            return own == wanted
        return "crossmnt" in self.options or mounted == own or not mounted.is_relative_to(own)

    def fits(self, address: IPv4Address, names: Names) -> bool | None:
        """Tell whether a client is meant; None where that rests on names or groups that are not known here."""
        if self.kind in (Kind.ANYONE, Kind.NETGROUP):
            return True if self.kind is Kind.ANYONE else None
        if self.kind is Kind.PATTERN:
            known = names.get(str(address))
            return None if known is None else any(fnmatchcase(name, self.client.lower()) for name in known)
        try:
            return address in IPv4Network(self.client, strict=False)
        except ValueError:
            return self._resolves_to(address, names)

    def _resolves_to(self, address: IPv4Address, names: Names) -> bool | None:
        if ":" in self.client:
            return False
        found = {other for other, known in names.items() if self.client.lower() in known}
        return str(address) in found if found else None

    @property
    def acts_as(self) -> tuple[int, int]:
        """The user and group on the server that a client's root acts as."""
        if "no_root_squash" in self.options and "all_squash" not in self.options:
            return 0, 0
        return self._number("anonuid"), self._number("anongid")

    def _number(self, name: str) -> int:
        found = (re.fullmatch(rf"{name}=(\d{{1,10}})", option) for option in self.options)
        return next((int(match[1]) for match in found if match), NOBODY)

    def in_force(self, declared: Iterable[str]) -> frozenset[str]:
        """Give, for what each of the declared options is about, the option that is in force."""
        return frozenset(found for option in declared if (found := self._about(_subject(option))))

    def _about(self, subject: str) -> str:
        return next(
            (option for option in sorted(self.options) if _subject(option) == subject), DEFAULTS.get(subject, "")
        )


def _subject(option: str) -> str:
    return SUBJECTS.get(option, option.split("=")[0])


def parse_exports(text: str) -> tuple[Export, ...]:
    """`exportfs -v`: PATH CLIENT(OPTIONS), the client part on the next line when the path is long."""
    return tuple(
        Export(path, ANYONE if client == "<world>" else client, _options(options))
        for path, client, options in re.findall(r"^(/\S*)\s+(\S+?)\(([^)\n]*)\)\s*$", text, re.M)
    )


def _options(text: str) -> frozenset[str]:
    """Give the options in force for sec=sys: those before the first `sec=`, and those after the `sec=` that names sys."""
    parts = re.split(r",(?=sec=)", text)
    flavours = [part for part in parts if part.startswith("sec=")]
    ours = next((part for part in flavours if "sys" in re.split(r"[=:]", part.split(",")[0])), "".join(flavours[:1]))
    common = "" if parts[0] in flavours else parts[0]
    return frozenset(option for option in f"{common},{ours}".split(",") if option)


def deciding(
    exports: Iterable[Export], path: str, mount_point: str | None, address: IPv4Address, names: Names
) -> Export | None:
    """Give the export that decides for a client, None where it is left out; raises Blocked where that cannot be told.

    The longest path first (mountd looks from the folder upwards), then how the client is written, then the order written.
    """
    covering = (export for export in exports if export.covers(path, mount_point))
    for export in sorted(covering, key=lambda export: (-len(PurePosixPath(export.path).parts), export.kind)):
        fits = export.fits(address, names)
        if fits is None:
            raise Blocked(f"{export.path} is exported to {export.client}: whether {address} is meant was not observed")
        if fits:
            return export
    return None
