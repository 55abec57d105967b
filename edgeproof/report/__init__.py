"""The run record, and what is shown of it: the terminal matrix and the fix plan. Nothing is shown that is not in it."""

from edgeproof.report.finding import Finding
from edgeproof.report.fix_plan import fix_plan
from edgeproof.report.matrix import print_matrix
from edgeproof.report.measurements import Measurements, measurements_of
from edgeproof.report.record import RunRecord, write_record

__all__ = [
    "Finding",
    "Measurements",
    "RunRecord",
    "fix_plan",
    "measurements_of",
    "print_matrix",
    "write_record",
]
