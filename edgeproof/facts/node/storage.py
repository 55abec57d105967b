"""The NFS export on its server: service, options, folder, and what lies in it."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

from edgeproof.facts.observed import Facts, Unobserved
from edgeproof.facts.probe import Output, Probe
from edgeproof.inventory import Inventory, Storage


@dataclass(frozen=True)
class Export:
    """One line of `exportfs -v`: the path, the clients it is exported to, the options."""

    path: str
    client: str
    options: frozenset[str]


@dataclass(frozen=True)
class NfsServer(Facts):
    """Whether the server runs, what it exports, and the exported folder's owner, mode and files."""

    active: bool
    exports: tuple[Export, ...]
    owner: str
    mode: str
    files: int
    listing_sha256: str

    def exports_of(self, path: str) -> tuple[Export, ...]:
        """Give the exports of one path."""
        return tuple(export for export in self.exports if export.path == path)

    def missing_options(self, storage: Storage) -> frozenset[str]:
        """Give the declared options that the export lacks."""
        exports = self.exports_of(storage.export)
        return storage.options - exports[0].options if exports else storage.options


def parse_exports(text: str) -> tuple[Export, ...]:
    """`exportfs -v`: PATH CLIENT(OPTIONS), the client part on the next line when the path is long (FORMATS)."""
    exports = []
    for path, client, options in re.findall(r"^(/\S*)\s+(\S+?)\(([^)\n]*)\)\s*$", text, re.M):
        exports.append(Export(path, "*" if client == "<world>" else client, frozenset(options.split(","))))
    return tuple(exports)


def parse_nfs_server(output: Output) -> NfsServer | Unobserved:
    """`active` lines, `folder OWNER:GROUP MODE`, `files N SHA256`, then `exportfs -v`."""
    text = output.stdout
    active = re.search(r"^active=(\w+)$", text, re.M)
    if not active:
        return Unobserved("systemctl told nothing of the NFS server")
    folder = re.search(r"^folder (\S+) (\d{3,4})$", text, re.M)
    files = re.search(r"^files (\d{1,9}) ([0-9a-f]{64})$", text, re.M)
    return NfsServer(
        active=active[1] == "yes",
        exports=parse_exports(text),
        owner=folder[1] if folder else "",
        mode=folder[2] if folder else "",
        files=int(files[1]) if files else 0,
        listing_sha256=files[2] if files else "",
    )


LISTING = "find . -maxdepth 1 -type f -exec stat -c '%n %s' {} + | LC_ALL=C sort"
"""Names and sizes, sorted, by words that coreutils and busybox both know: its hash is equal where the same files are seen."""


def nfs_server_probe(inventory: Inventory) -> Probe[NfsServer]:
    """Look at the export on the node that should serve it."""
    path = shlex.quote(inventory.storage.export)
    snippet = (
        "a=no; for u in nfs-kernel-server nfs-server; do systemctl is-active -q $u && a=yes; done; echo active=$a; "
        f"stat -c 'folder %U:%G %a' {path} 2>/dev/null; "
        f"if cd {path} 2>/dev/null; then l=$({LISTING}); n=$(printf '%s' \"$l\" | grep -c .); "
        "echo files $n $(printf '%s' \"$l\" | sha256sum | cut -c1-64); fi; exportfs -v 2>/dev/null; true"
    )
    return Probe("nfs_server", snippet, parse_nfs_server, root=True)
