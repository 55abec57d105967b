"""Under xdist, keeps in one process what belongs together.

xdist 3.8's own groups (--dist=loadgroup) have no effect under pytest 9.2, silently: they are written into a node's id,
which is another attribute there.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

import pytest


def scheduler(config: pytest.Config, log: Any, group_of: Callable[[PurePosixPath], str | None]) -> Any:
    """Make an xdist scheduler; `group_of` names the group of a test file, None where each test goes its own way.

    None where the user has chosen another `--dist` than xdist's default.
    """
    if config.getoption("dist") != "load":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return group_of(PurePosixPath(nodeid.split("::")[0])) or nodeid

    return Together(config, log)
