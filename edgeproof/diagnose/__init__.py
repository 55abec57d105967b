"""Why a check fails, and what mends it: the failure catalogue, and one advice function for each check."""

from edgeproof.diagnose.advice import (
    Advice,
    Context,
    advise,
    advised_checks,
    advises,
    catalogue,
    catalogue_row,
    catalogue_rows,
    own_words,
)

__all__ = [
    "Advice",
    "Context",
    "advise",
    "advised_checks",
    "advises",
    "catalogue",
    "catalogue_row",
    "catalogue_rows",
    "own_words",
]
