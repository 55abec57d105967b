"""A service that runs K3s, as systemd and the kernel tell of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from edgeproof import limits

State = Literal["running", "starting", "waiting", "restarting", "failed", "stopped"]

RESTARTS = 3
"""A service that systemd has started again this often, and that is young, is in a loop; one that waited for its network at boot is not."""


@dataclass(frozen=True)
class Service:
    """A unit ('' for a process that no unit started), the role it runs K3s in ('' where nothing tells), and its state."""

    unit: str
    role: str
    state: State

    @property
    def what(self) -> str:
        """Say in words what it does."""
        doing = {
            "running": "runs", "starting": "is still starting",
            "waiting": f"is still starting after more than {limits.K3S_STARTS_S / 60:g} minutes", "restarting": "does not stay up, systemd starts it again and again",
            "failed": "has failed", "stopped": "does not run",
        }[self.state]  # fmt: skip
        return f"{self.unit or 'K3s'} {doing}"


def state_of(shown: dict[str, str], uptime_s: float | None) -> State:
    """Tell a unit's state by `systemctl show`; it need not stay: an agent that refuses a flag is active for a moment, every 5 s."""
    active, below, result = (shown.get(key, "") for key in ("ActiveState", "SubState", "Result"))
    times = int(shown["NRestarts"]) if re.fullmatch(r"\d{1,9}", shown.get("NRestarts", "")) else 0
    if active in ("active", "reloading"):
        age_s = _since_s(shown, "ActiveEnterTimestampMonotonic", uptime_s)
        return "restarting" if times >= RESTARTS and age_s is not None and age_s < limits.K3S_SETTLED_S else "running"
    if active == "activating":
        again = below.startswith("auto-restart") or times or result not in ("", "success")
        return "restarting" if again else _starting(shown, uptime_s)
    return "failed" if active == "failed" else "stopped"


def _starting(shown: dict[str, str], uptime_s: float | None) -> State:
    """Tell a start from one without end: with Type=notify a K3s that cannot go on is `activating` for hours, and retries inside."""
    age_s = _since_s(shown, "InactiveExitTimestampMonotonic", uptime_s)
    return "waiting" if age_s is not None and age_s > limits.K3S_STARTS_S else "starting"


def _since_s(shown: dict[str, str], stamp: str, uptime_s: float | None) -> float | None:
    """Give the seconds since a time stamp of systemd's; None where that is not told."""
    since = shown.get(stamp, "")
    if uptime_s is None or not re.fullmatch(r"[1-9]\d{0,17}", since):
        return None
    return uptime_s - int(since) / 1_000_000
