"""Whether a machine's description has a word on all that the fact script names: present, absent or unobserved."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import lru_cache, reduce
from itertools import accumulate
from operator import or_
from pathlib import PurePosixPath
from typing import Any

from pydantic import ValidationError

from edgeproof.bundle.tools import TOOLS
from edgeproof.facts.named import Named, named_in
from edgeproof.facts.node.probes import probes_for
from edgeproof.facts.probe import Probe
from edgeproof.facts.script import compose
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory
from edgeproof.trial.snippets import SNIPPETS
from selftest.replay.cluster_folder import Cluster
from selftest.replay.fake_commands import scripts_of
from selftest.replay.machine import Machine

SAME_FOLDERS = {"/bin": "/usr/bin", "/sbin": "/usr/sbin", "/lib": "/usr/lib", "/var/run": "/run"}
"""Links in every machine's root: a path below one is described by the other's name, too."""


NOTHING: Probe[Any] = Probe("nothing", ":", lambda _: None, root=True)
"""What a script of it names is around every snippet, the user's and root's."""


def undescribed(cluster: Cluster) -> list[str]:
    """List what edgeproof asks of each node and its description is silent about; nothing where the inventory is refused."""
    try:
        inventory = Inventory.model_validate(cluster.inventory)
    except ValidationError:
        return []
    machines = {name: cluster.machine(name) for name in inventory.nodes if name in cluster.machines}
    return [line for name, machine in machines.items() for line in silent(machine, named_on(inventory, name))]


def named_on(inventory: Inventory, node: str) -> Named:
    """Give what the fact script and the trial mount name on a node."""
    around = named_in(compose((NOTHING,), "MARK", "sudo -n"))
    asked = (named_in(probe.snippet) for probe in probes_for(inventory, inventory.nodes[node]))
    return reduce(or_, asked, around) | named_in(snippet(SNIPPETS, "mount"))


def silent(machine: Machine, named: Named) -> list[str]:
    """Name the commands and paths that a machine's description does not have."""
    programs = {
        PurePosixPath(path).name for path, file in machine.files.items() if file and (file.program or file.link)
    }
    known = {*TOOLS, *machine.commands, *scripts_of(machine), *programs}
    lines = [f"{machine.name}: the command {name} is not described" for name in sorted(named.commands - known)]
    lines += [f"{machine.name}: which command {name} is cannot be told" for name in sorted(named.unknown)]
    return lines + [
        f"{machine.name}: the path {path} is not described" for path in sorted(named.paths) if not _has(machine, path)
    ]


def _has(machine: Machine, path: str) -> bool:
    """Tell whether a path (a pattern) is described: itself, what it matches, a folder above that is absent, files below."""
    wanted = _parts(path)
    if path in machine.files or path in machine.unobserved:
        return True
    if any(
        _fits(_parts(known), wanted) or _fits(wanted, _parts(known)) for known in (*machine.files, *machine.unobserved)
    ):
        return True
    absent = [known for known, file in machine.files.items() if file is None] + list(machine.unobserved)
    if any(_fits(wanted[: len(_parts(known))], _parts(known)) for known in absent):
        return True
    return any(_fits(_parts(known)[: len(wanted)], wanted) for known, file in machine.files.items() if file is not None)


def _fits(parts: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    return len(parts) == len(pattern) and all(map(fnmatchcase, parts, pattern))


@lru_cache(maxsize=4096)
def _parts(path: str) -> tuple[str, ...]:
    for parent in accumulate(PurePosixPath(path).parts, lambda above, part: f"{above.rstrip('/')}/{part}"):
        if parent in SAME_FOLDERS:
            return PurePosixPath(SAME_FOLDERS[parent] + path.removeprefix(parent)).parts
    return PurePosixPath(path).parts
