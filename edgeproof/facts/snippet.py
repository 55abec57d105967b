"""Shell text from its file: run on a node, read by shellcheck and dash here."""

from __future__ import annotations

import shlex
from importlib import resources


def snippet(package: str, name: str, **variables: object) -> str:
    """Read `name`.sh of a package, with shell variables set before it, each quoted; comments and blank lines left out.

    Raises FileNotFoundError where there is no such file.
    """
    text = resources.files(package).joinpath(f"{name}.sh").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return "\n".join([*(f"{key}={shlex.quote(str(value))}" for key, value in variables.items()), *lines])
