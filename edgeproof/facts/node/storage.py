"""The NFS server on the node that exports the images: who serves, what is exported, the folder, what lies in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from edgeproof import limits
from edgeproof.facts.node.exports import Export, Names, deciding, parse_exports
from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Blocked, Facts, NotApplicable, Unobserved, observed, reason, unobserved
from edgeproof.facts.probe import Output, Probe, parse_lines
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory, Node, Storage

KERNEL_SERVERS = frozenset({"nfs-kernel-server", "nfs-server"})
"""The services of the kernel's own NFS server, the one that exportfs speaks of."""

ANOTHER = "another program"
NO_EXPORTFS = "the node has no exportfs, which would tell what is exported"
LIST, READ, ADD = "list the folder", "read its files", "add files"


@dataclass(frozen=True)
class Listing:
    """The files directly in a folder: how many, and the hash of their names and sizes."""

    files: int
    sha256: str

    @property
    def is_one(self) -> bool:
        """Whether the folder was listed at all: one without files has a hash, too."""
        return self.sha256 != ""

    def __repr__(self) -> str:
        return f"{self.files} files (names and sizes: {self.sha256[:12] or 'none'})"


@dataclass(frozen=True)
class Owned:
    """Who owns a folder or file, by number and by name, its permission bits, and for a folder where its file system is mounted."""

    uid: int
    gid: int
    mode: int
    owner: str = ""
    mount_point: str | None = None

    def allows(self, user: tuple[int, int], bits: int) -> bool:
        """Tell whether the permission bits (4 read, 2 write, 1 enter) are there for a user and group; root needs none."""
        uid, gid = user
        shift = 6 if uid == self.uid else 3 if gid == self.gid else 0
        return uid == 0 or self.mode >> shift & bits == bits


@dataclass(frozen=True, repr=False)
class NfsServer(Facts):
    """Who serves NFS ('' for nobody; `idle_at_boot` are its units, where systemd starts none of them at boot), what is exported, where that is written, the folder (None where there is none), its files.

    `written` are lines of /etc/exports and /etc/exports.d as FILE:NUMBER:TEXT; `file_modes` the files' different owners and modes.
    """

    service: str
    exports: tuple[Export, ...]
    written: tuple[str, ...]
    folder: Owned | None
    file_modes: tuple[Owned, ...]
    listing: Listing
    names: Names = field(default_factory=dict)
    idle_at_boot: tuple[str, ...] = ()

    @property
    def table(self) -> tuple[Export, ...]:
        """What is exported; blocked where nobody serves, not applicable where who serves tells nothing of it."""
        if not self.service:
            raise Blocked("no NFS server runs (see the check nfs_service)")
        if self.service not in KERNEL_SERVERS:
            raise NotApplicable(
                f"NFS is served by {self.service}, which exportfs does not cover: the check mount decides"
            )
        if reason(self, "exports") == NO_EXPORTFS:
            raise NotApplicable(f"{NO_EXPORTFS}: the check mount decides")
        return self.exports

    def is_exported(self, storage: Storage) -> bool:
        """Tell whether the images' path is exported to anybody; as `table` where that is not known."""
        return any(export.covers(storage.export, self._mount_point) for export in self.table)

    def has_folder(self, storage: Storage) -> bool:
        """Tell whether the exported folder is there; blocked where nobody exports it: the path may be a slip."""
        if not self.is_exported(storage):
            raise Blocked(f"{storage.export} is not exported (see the check export)")
        return self.folder is not None

    @property
    def _mount_point(self) -> str | None:
        folder = observed(self, "folder")
        return folder.mount_point if isinstance(folder, Owned) else None

    def export_for(self, agent: Node, storage: Storage) -> Export | None:
        """Give the export that decides for an agent; None where it is left out."""
        return deciding(self.table, storage.export, self._mount_point, agent.address, self.names)

    def left_out(self, inventory: Inventory) -> tuple[str, ...]:
        """Name the agents that the images are not exported to."""
        return tuple(agent.name for agent in inventory.agents if self.export_for(agent, inventory.storage) is None)

    def granted(self, inventory: Inventory) -> frozenset[str]:
        """Give the options in force, of those declared, for the first agent that gets others than declared; else the declared ones."""
        declared = inventory.storage.options
        found = (export.in_force(declared) for export in self._deciding(inventory).values())
        return next((options for options in found if options != declared), declared)

    def _deciding(self, inventory: Inventory) -> Mapping[str, Export]:
        by_agent = {agent.name: self.export_for(agent, inventory.storage) for agent in inventory.agents}
        return {name: export for name, export in by_agent.items() if export is not None}

    def users(self, inventory: Inventory) -> frozenset[tuple[int, int]]:
        """Give the users (and groups) on the server that the agents' root acts as; blocked where the images are exported to none."""
        deciding = self._deciding(inventory).values()
        if not deciding:
            raise Blocked(f"{inventory.storage.export} is exported to no agent (see the check export)")
        return frozenset(export.acts_as for export in deciding)

    def squashes_root(self, inventory: Inventory) -> bool:
        """Tell whether an agent's root acts as nobody there, while other users act as themselves (root_squash, exports(5))."""
        deciding = self._deciding(inventory).values()
        return any(not {"no_root_squash", "all_squash"} & export.options for export in deciding)

    def rights(self, inventory: Inventory) -> frozenset[str]:
        """Say what all agents can do in the folder, of what they need; blocked where there is no folder."""
        folder, users = self.folder, self.users(inventory)
        if folder is None:
            raise Blocked(f"there is no folder {inventory.storage.export}")
        can = {
            LIST: all(folder.allows(user, 5) for user in users),
            READ: all(file.allows(user, 4) for user in users for file in self.file_modes),
            ADD: all(folder.allows(user, 3) for user in users),
        }
        return frozenset(right for right in needed(inventory.storage) if can[right])

    def refuses(self, agent: Node, storage: Storage) -> str:
        """Say why no mount by this agent can succeed; '' where nothing that was observed speaks against it."""
        if not self.service:
            return "no NFS server runs (see the check nfs_service)"
        try:
            left_out = self.export_for(agent, storage) is None
        except (Blocked, NotApplicable):
            return ""
        if observed(self, "folder") is None and self.is_exported(storage):
            return f"there is no folder {storage.export} (see the check export_folder)"
        return f"{storage.export} is not exported to {agent.name} (see the check export)" if left_out else ""


def needed(storage: Storage) -> frozenset[str]:
    """Say what agents must be able to do in the folder."""
    return frozenset({LIST, READ, ADD} if "rw" in storage.options else {LIST, READ})


def parse_nfs_server(output: Output) -> NfsServer | Unobserved:
    """`serves UNIT STATE` and `port` lines; `exportfs STATUS`, its table, `name` and `written` lines; `folder`, `files` and `mode` lines."""
    text = output.stdout
    service = _service(text)
    if isinstance(service, Unobserved):
        return service
    return NfsServer(
        service=service,
        exports=_exports(output),
        written=tuple(re.findall(r"^written (\S.*)$", text, re.M)),
        folder=_folder(text),
        file_modes=tuple(
            Owned(int(uid), int(gid), int(mode, 8))
            for uid, gid, mode in re.findall(r"^ *\d{1,9} mode (\d{1,10}) (\d{1,10}) ([0-7]{1,4})$", text, re.M)
        ),
        listing=_listing(text),
        names=_names(text),
        idle_at_boot=_idle_at_boot(text),
    )


def _idle_at_boot(text: str) -> tuple[str, ...]:
    """Name the units that serve, where systemctl(1) is-enabled says of each that it is not started at boot; one may be a second name of another."""
    units = dict(re.findall(r"^serves (\S+) ?(\S*)$", text, re.M))
    return tuple(units) if set(units.values()) <= {"disabled", "masked"} else ()


def _service(text: str) -> str | Unobserved:
    units = re.findall(r"^serves (\S+)", text, re.M)
    port = re.search(r"^port (open|closed)$", text, re.M)
    if not units and not port:
        return Unobserved("neither systemd nor /proc/net/tcp shows whether an NFS server runs")
    return units[0] if units else ANOTHER if port and port[1] == "open" else ""


def _exports(output: Output) -> Any:
    status = re.search(r"^exportfs (\d{1,3})$", output.stdout, re.M)
    if status is None:
        return unobserved("exportfs did not answer in time" if output.timed_out else NO_EXPORTFS)
    if status[1] != "0":
        return unobserved(f"exportfs ended with status {status[1]}")
    return parse_exports(output.stdout)


def _folder(text: str) -> Any:
    found = re.search(r"^folder (\d{1,10}) (\d{1,10}) (\S+) ([0-7]{1,4}) (/.*)$", text, re.M)
    if found:
        return Owned(int(found[1]), int(found[2]), int(found[4], 8), found[3], found[5])
    said = re.search(r"^stat: (.*)$", text, re.M)
    if said and said[1].endswith("No such file or directory"):
        return None
    return unobserved(
        f"the exported folder could not be inspected: {said[1]}" if said else "the exported folder did not answer"
    )


def _listing(text: str) -> Any:
    files = re.search(r"^files (\d{1,9}) ([0-9a-f]{64})$", text, re.M)
    return (
        Listing(int(files[1]), files[2])
        if files
        else unobserved("the exported folder could not be listed on the server")
    )


def _names(text: str) -> Names:
    """`name ADDRESS NAME…`, as getent(1) tells them; several lines on one address are one entry."""
    found: dict[str, frozenset[str]] = {}
    for address, names in re.findall(r"^name (\S+)\s+(\S.*)$", text, re.M):
        found[address] = found.get(address, frozenset()) | frozenset(names.lower().split())
    return found


def listing() -> str:
    """Give the shell function `listing`: names and sizes of the files in the working directory, sorted."""
    return f"listing() {{ {snippet(SNIPPETS, 'listing')}; }}"


def nfs_server_probe(inventory: Inventory) -> Probe[NfsServer]:
    """Look at the export on the node that should serve it."""
    agents = " ".join(str(agent.address) for agent in inventory.agents)
    text = snippet(
        SNIPPETS, "nfs_server", path=inventory.storage.export, agents=agents or inventory.nfs_address,
        names_s=f"{limits.DNS_S:g}",
    )  # fmt: skip
    return Probe("nfs_server", f"{listing()}\n{text}", parse_nfs_server, root=True)


NFS_CLIENT = Probe("nfs_client", snippet(SNIPPETS, "nfs_client"), parse_lines)


@dataclass(frozen=True, repr=False)
class StorageFacts(Facts):
    """The NFS client, and on the node that exports the images its server."""

    nfs_client: tuple[str, ...]
    nfs_server: NfsServer


def probes(inventory: Inventory, node: Node) -> tuple[Probe[Any], ...]:
    """Give the probes of `StorageFacts`, by its fields' names; only the NFS server's node is asked for one."""
    serves = inventory.nfs_node is not None and node.name == inventory.nfs_node.name
    return (NFS_CLIENT, nfs_server_probe(inventory)) if serves else (NFS_CLIENT,)
