"""A board's files and its systemctl, for the K3s snippet's real shell."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from edgeproof.facts.node.k3s import K3S

PLACES = ("/etc/", "/proc/", "/var/lib/rancher", "/mnt/")
"""What the snippet looks at; here it stands under a folder of its own."""


def under(root: Path, text: str) -> str:
    """Put every such path of a text under `root`."""
    for place in PLACES:
        text = text.replace(place, f"{root}{place}")
    return text


def run_snippet(root: Path, files: Mapping[str, str], shell: tuple[str, ...] = ("sh",), **answers: str) -> str:
    """Run the K3s snippet over `files` (path to text, paths in it moved too); `answers` are what programs print, by `name_verb`.

    What it prints has its paths as they are on a board.
    """
    for path, text in files.items():
        file = root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(under(root, text))
    programs = root / "programs"
    (programs / "said").mkdir(parents=True)
    for name in ("systemctl", "journalctl", "getent"):
        program = programs / name
        program.write_text(f"#!/bin/sh\ncat {programs}/said/{name}_${{1#-}} 2>/dev/null || true\n")
        program.chmod(0o755)
    for name, text in answers.items():
        (programs / "said" / name).write_text(under(root, text))
    path = f"{programs}:{os.environ['PATH']}"
    done = subprocess.run(
        [*shell, "-c", under(root, K3S.snippet)],
        capture_output=True, text=True, timeout=30, check=True, env={"PATH": path, "LC_ALL": "C"},
    )  # fmt: skip
    assert done.stderr == "", done.stderr
    return done.stdout.replace(str(root), "")
