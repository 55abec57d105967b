"""What goes wrong on real clusters, put into the lab and taken out again.

Each fault names the check that must find it; the selftests hold the suite to that.
"""

from lab.faults.board import BOARD_FAULTS
from lab.faults.cluster import CLUSTER_FAULTS
from lab.faults.fault import Fault
from lab.faults.switch import FAULTS, applied, apply, mend_all

__all__ = ["BOARD_FAULTS", "CLUSTER_FAULTS", "FAULTS", "Fault", "applied", "apply", "mend_all"]
