"""Reboots nodes one at a time, and compares each with what it was before (tests_reboot; opt-in)."""

from edgeproof.reboot.compared import Rebooted
from edgeproof.reboot.order import ALL, in_order
from edgeproof.reboot.reboots import Reboots

__all__ = ["ALL", "Rebooted", "Reboots", "in_order"]
