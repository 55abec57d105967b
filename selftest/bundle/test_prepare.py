"""What a bundle's recording leaves readable on a node while it lasts."""

from __future__ import annotations

import subprocess
from pathlib import Path

from edgeproof.bundle.snippets import SNIPPETS
from edgeproof.facts.snippet import snippet


def test_no_other_user_of_the_node_reads_it(tmp_path: Path) -> None:
    """What commands print under sudo is not yet without its secrets there: the folder is its maker's alone."""
    folder = tmp_path / "recorded"
    script = snippet(SNIPPETS, "prepare", folder=folder, commands="uname no-such-command", stand_in="exit 0")
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "absent no-such-command\n"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "bin" / "uname").is_symlink()
