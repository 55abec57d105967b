"""The NFS export on its server: service, options, folder, and what lies in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Facts, Unobserved
from edgeproof.facts.probe import Output, Probe, parse_lines
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory, Node, Storage


@dataclass(frozen=True)
class Export:
    """One line of `exportfs -v`: the path, the clients it is exported to, the options."""

    path: str
    client: str
    options: frozenset[str]


@dataclass(frozen=True, repr=False)
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
    """`exportfs -v`: PATH CLIENT(OPTIONS), the client part on the next line when the path is long."""
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


def listing() -> str:
    """Give the shell function `listing`: names and sizes of the files in the working directory, sorted."""
    return f"listing() {{ {snippet(SNIPPETS, 'listing')}; }}"


def nfs_server_probe(inventory: Inventory) -> Probe[NfsServer]:
    """Look at the export on the node that should serve it."""
    text = snippet(SNIPPETS, "nfs_server", path=inventory.storage.export)
    return Probe("nfs_server", f"{listing()}\n{text}", parse_nfs_server, root=True)


NFS_CLIENT = Probe("nfs_client", snippet(SNIPPETS, "nfs_client"), parse_lines)


@dataclass(frozen=True, repr=False)
class StorageFacts(Facts):
    """The NFS client, and on the node that exports the images its server."""

    nfs_client: tuple[str, ...]
    nfs_server: NfsServer


def probes(inventory: Inventory, node: Node) -> tuple[Probe[Any], ...]:
    """Give the probes of `StorageFacts`, by its fields' names; only the NFS server's node is asked for one."""
    serves = node.name == inventory.nfs_server.name
    return (NFS_CLIENT, nfs_server_probe(inventory)) if serves else (NFS_CLIENT,)
