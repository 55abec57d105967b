"""What edgeproof carries beside its own modules: the suites, the manifests, the worker, the example inventory.

In a checkout they lie at its top level; the wheel has the suites in edgeproof/suites and the rest in edgeproof/_files.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

MEASURED, OPT_IN = "tests_workload", "tests_reboot"
SUITES = ("tests_node", "tests_cluster", MEASURED, OPT_IN)
"""The suites, in the order of their layers; the last one changes nodes, and is run only where it is told which."""

SUITES_PACKAGE = "edgeproof.suites"
"""The package of the suites in the wheel, for `pytest --pyargs`."""

SIGN = '"""edgeproof suite: '
"""What a suite's `__init__.py` begins with: a folder of the same name that is somebody else's has another."""

EXAMPLE = "cluster.example.yaml"


_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The safe loader, in C where PyYAML was built with it: it takes a tenth of the time."""


def own_yaml(text: str) -> Any:
    """Parse a YAML file of edgeproof's own; what a user wrote is parsed where its mistakes are told."""
    return yaml.load(text, _LOADER)


def _places() -> tuple[Path, ...]:
    package = Path(str(resources.files("edgeproof")))
    return package / "_files", package / "suites", package.parent


@cache
def carried(name: str) -> Path:
    """Give the path of `manifests`, `worker`, the example inventory or a suite; FileNotFoundError where it is missing."""
    for place in _places():
        if (place / name).exists():
            return place / name
    raise FileNotFoundError(f"{name}: not beside the package edgeproof: install the wheel, or use a whole checkout")


def is_installed(suite: str) -> bool:
    """Tell whether a suite lies in the installed package, rather than in a checkout."""
    return carried(suite).parent.name == "suites"


@cache
def _is_suite(folder: Path) -> bool:
    try:
        return (folder / "__init__.py").read_text(encoding="utf-8").startswith(SIGN)
    except (OSError, UnicodeDecodeError):
        return False


def suite_of(path: Path) -> str | None:
    """Name the suite that a file or folder belongs to, wherever it lies; None for any other."""
    for folder in (path, *path.parents):
        if folder.name in SUITES and _is_suite(folder):
            return folder.name
    return None


def holds_suites(folder: Path) -> bool:
    """Tell whether suites lie in this folder."""
    return any(_is_suite(folder / name) for name in SUITES)
