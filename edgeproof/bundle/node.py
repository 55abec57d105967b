"""Records one node: the fact script once more, with stand-ins before the real commands that note what they print."""

from __future__ import annotations

import io
import secrets
from typing import Any

from edgeproof import limits
from edgeproof.bundle.recorded import commands_of, files_of
from edgeproof.bundle.snippets import SNIPPETS
from edgeproof.connect.ssh import SshNode
from edgeproof.facts.named import named
from edgeproof.facts.node.gather import run_probes
from edgeproof.facts.node.probes import probes_for
from edgeproof.facts.probe import Probe, parse_lines
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory, Node

MOST_FILE_BYTES = 16384
"""Of each file; what facts read of files is shorter."""


def record_node(inventory: Inventory, node: Node, connection: SshNode) -> dict[str, Any]:
    """Give the node's part of a cluster folder: `commands` and `files`; raises NodeUnreachable.

    Nothing stays on the node.
    """
    probes = probes_for(inventory, node)
    names = named(probes)
    folder = f"/tmp/edgeproof-bundle-{secrets.token_hex(8)}"
    prepare = snippet(
        SNIPPETS, "prepare", folder=folder, commands=" ".join(names.commands), stand_in=snippet(SNIPPETS, "record")
    )
    files = Probe(
        "bundled_files",
        snippet(SNIPPETS, "files", paths=" ".join(names.paths), bytes=MOST_FILE_BYTES),
        parse_lines,
        timeout_s=limits.BUNDLE_FILES_S,
        root=True,
    )
    try:
        prepared = connection.run(prepare, limits.SHORT_COMMAND_S)
        outputs = run_probes(connection, (*probes, files), first_in_path=f"{folder}/bin")
        packed = io.BytesIO()
        connection.fetch(snippet(SNIPPETS, "collect", folder=folder), packed, limits.SHORT_COMMAND_S)
    finally:
        connection.run(f"rm -rf {folder}", limits.SHORT_COMMAND_S)
    absent = [line.split()[1] for line in prepared.stdout.decode("utf-8", "replace").splitlines() if line.startswith("absent ")]
    printed = outputs.get("bundled_files")
    return {
        "files": files_of(printed.stdout) if printed else {},
        "commands": {**dict.fromkeys(absent), **commands_of(packed.getvalue())},
    }
