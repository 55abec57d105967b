"""Records one node: the fact script once more, with stand-ins before the real commands that note what they print."""

from __future__ import annotations

import io
import secrets
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from edgeproof import limits
from edgeproof.bundle.recorded import Commands, Files, commands_of, files_of, mount_answers
from edgeproof.bundle.snippets import SNIPPETS
from edgeproof.bundle.tools import TOOLS
from edgeproof.connect.ssh import SshNode
from edgeproof.connect.sudo import SudoPassword
from edgeproof.facts.named import NOTHING, Named, named_in
from edgeproof.facts.node.gather import run_probes
from edgeproof.facts.node.journal import HIDE
from edgeproof.facts.node.probes import probes_for
from edgeproof.facts.node.sudo import SUDO, Sudo, parse_sudo
from edgeproof.facts.probe import Output, Probe, parse_lines
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory, Node
from edgeproof.trial.mounts import mount_script

READ_BESIDE = (
    "/proc/self/mountinfo",
    "/sys/class/thermal/thermal_zone*/trip_point_*_temp",
    "/etc/ssh/ssh_host_*_key.pub",
)
"""What stat(1) reads by itself, and what a snippet names by a variable that the node fills."""

MOST_FILE_BYTES = 16384
"""Of each file; what facts read of files is shorter."""


def record_node(inventory: Inventory, node: Node, connection: SshNode, password: SudoPassword) -> dict[str, Any]:
    """Give the node's part of a cluster folder: `commands` and `files`; raises NodeUnreachable.

    Nothing stays on the node. An agent mounts the export once by hand, read-only, as tests_cluster does.
    """
    probes = probes_for(inventory, node)
    names = _named(probes) | named_in(mount_script(inventory))
    folder = f"/tmp/edgeproof-bundle-{secrets.token_hex(8)}"
    asked = sorted(names.commands - set(TOOLS))
    prepare = snippet(
        SNIPPETS, "prepare", folder=folder, commands=" ".join(asked), stand_in=snippet(SNIPPETS, "record")
    )
    files, mount = _files_probe(sorted({*filter(_is_read, names.paths), *READ_BESIDE})), _mount_probe(inventory)
    beside = (files, mount) if node.takes_work and not inventory.storage.absent else (files,)
    try:
        prepared = connection.run(prepare, limits.SHORT_COMMAND_S)
        outputs = run_probes(connection, probes, password, first=f"{folder}/bin")
        outputs |= run_probes(connection, beside, password)
        packed = io.BytesIO()
        connection.fetch(f"{HIDE}\n{snippet(SNIPPETS, 'collect', folder=folder)}", packed, limits.SHORT_COMMAND_S)
    finally:
        connection.run(f"rm -rf {folder}", limits.SHORT_COMMAND_S)
    lines = prepared.stdout.decode("utf-8", "replace").splitlines()
    absent = {line.split()[1] for line in lines if line.startswith("absent ")}
    commands: Commands = {name: None if name in absent else [] for name in asked}
    commands |= commands_of(packed.getvalue())
    if mount.name in outputs and commands.get("mount") is not None:
        commands |= mount_answers(outputs[mount.name].stdout)
    return {
        "logins": {connection.user: {"sudo": _sudo(outputs)}},
        "files": _files(names, outputs.get(files.name)),
        "commands": commands,
    }


def _sudo(outputs: Mapping[str, Output]) -> str:
    """Say what sudo does, in the form's words; a password that was given is not told."""
    found = parse_sudo(outputs[SUDO.name]) if SUDO.name in outputs else None
    refusal = found.refusal if isinstance(found, Sudo) else ""
    return {"": "free", "asks": "password", "wrong-password": "password"}.get(refusal, "no")


def _files(names: Named, output: Output | None) -> Files:
    """Give each file that was read, and each path and pattern that named none as known to be absent."""
    found = files_of(output.stdout) if output else {}
    if not found:
        return {}
    missing: Files = {
        path: None for path in sorted(names.paths) if not any(fnmatchcase(known, path) for known in found)
    }
    return missing | found


def _named(probes: tuple[Probe[Any], ...]) -> Named:
    found = NOTHING
    for probe in probes:
        found |= named_in(probe.snippet)
    return found


def _is_read(path: str) -> bool:
    """Processes are read by their names, and a folder of the script's own tells nothing."""
    return not path.startswith(("/proc/*", "/tmp"))


def _files_probe(paths: list[str]) -> Probe[Any]:
    text = snippet(SNIPPETS, "files", paths=" ".join(paths), bytes=MOST_FILE_BYTES)
    return Probe("bundled_files", f"{HIDE}\n{text}", parse_lines, timeout_s=limits.BUNDLE_FILES_S, root=True)


def _mount_probe(inventory: Inventory) -> Probe[Any]:
    return Probe("bundled_mount", mount_script(inventory), parse_lines, timeout_s=limits.TRIAL_MOUNT_WHOLE_S, root=True)
