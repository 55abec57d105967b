"""What edgeproof knows of a check or of a catalogue row without a cluster: what is so, what is read, what may be wrong, what mends it.

All of it is read from what there is: the suites' own text, the probes' snippets, the advice functions, the catalogue. Nothing is run.
"""

from edgeproof.explain.advised import rows_of
from edgeproof.explain.cases import Cases, cases_of
from edgeproof.explain.checks import Check, known_checks
from edgeproof.explain.reads import Reads, reads_of
from edgeproof.explain.words import explain, list_checks, nearest

__all__ = [
    "Cases",
    "Check",
    "Reads",
    "cases_of",
    "explain",
    "known_checks",
    "list_checks",
    "nearest",
    "reads_of",
    "rows_of",
]
