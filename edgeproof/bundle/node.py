"""Records one node: the fact script once more, with stand-ins before the real commands that note what they print."""

from __future__ import annotations

import io
import secrets
from typing import Any

from edgeproof import limits
from edgeproof.bundle.recorded import commands_of, files_of
from edgeproof.bundle.snippets import SNIPPETS
from edgeproof.bundle.tools import TOOLS
from edgeproof.connect.ssh import SshNode
from edgeproof.connect.sudo import SudoPassword
from edgeproof.facts.named import NOTHING, Named, named_in
from edgeproof.facts.node.gather import run_probes
from edgeproof.facts.node.k3s import HIDE
from edgeproof.facts.node.probes import probes_for
from edgeproof.facts.probe import Probe, parse_lines
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory, Node

MOST_FILE_BYTES = 16384
"""Of each file; what facts read of files is shorter."""


def record_node(inventory: Inventory, node: Node, connection: SshNode, password: SudoPassword) -> dict[str, Any]:
    """Give the node's part of a cluster folder: `commands` and `files`; raises NodeUnreachable.

    Nothing stays on the node.
    """
    probes = probes_for(inventory, node)
    names = _named(probes)
    folder = f"/tmp/edgeproof-bundle-{secrets.token_hex(8)}"
    recorded = sorted(names.commands - set(TOOLS))
    prepare = snippet(
        SNIPPETS, "prepare", folder=folder, commands=" ".join(recorded), stand_in=snippet(SNIPPETS, "record")
    )
    files = _files_probe(sorted(path for path in names.paths if _is_read(path)))
    try:
        prepared = connection.run(prepare, limits.SHORT_COMMAND_S)
        run_probes(connection, probes, password, first=f"{folder}/bin")
        outputs = run_probes(connection, (files,), password)
        packed = io.BytesIO()
        connection.fetch(f"{HIDE}\n{snippet(SNIPPETS, 'collect', folder=folder)}", packed, limits.SHORT_COMMAND_S)
    finally:
        connection.run(f"rm -rf {folder}", limits.SHORT_COMMAND_S)
    lines = prepared.stdout.decode("utf-8", "replace").splitlines()
    absent = [line.split()[1] for line in lines if line.startswith("absent ")]
    found = files_of(outputs[files.name].stdout) if files.name in outputs else {}
    missing = {path: None for path in names.paths if "*" not in path and path not in found and _is_read(path)}
    return {
        "files": {**missing, **found},
        "commands": {**dict.fromkeys(absent), **commands_of(packed.getvalue())},
    }


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
