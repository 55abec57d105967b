"""Which of the worker's selftests a bed does not run, by name, and why; everything else runs on every bed."""

from __future__ import annotations

OLD: dict[str, str] = {}
NOT_ON = {"old": OLD, "python36": OLD, "bullseye": OLD}
