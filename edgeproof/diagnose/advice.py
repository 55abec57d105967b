"""Advice: a cause and a fix for one failed check on one node, from the failure catalogue where it has a row."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import Any

from edgeproof.errors import Does, EdgeproofError
from edgeproof.facts.observed import Blocked, NotApplicable
from edgeproof.files import own_yaml

Context = Mapping[str, Any]
"""What is known where a check has failed, by the names of CONTEXT; what was not come to is left out."""

CONTEXT = frozenset(
    {"inventory", "nodes", "node", "agent", "server", "nfs_server", "cluster"}
    | {"client_clock", "verify_pods", "claim_pods", "trial_mounts", "workloads", "speedup"}
    | {"worker_room", "standing_mounts", "network_policies", "way_lacks", "rebooted"}
)
"""What an advice function may name as parameters: the nouns that checks are written with."""


@dataclass(frozen=True)
class Advice:
    """The likely cause, the fix as a command to copy, and the catalogue's id and source ('' if it has no row).

    `does` is the heaviest thing the fix does, if it is run as it stands with what its comments say.
    """

    cause: str
    fix: str
    id: str = ""
    source: str = ""
    does: Does = field(kw_only=True)

    def after(self, words: str) -> Advice:
        """Give the same, with what was seen before its cause."""
        return replace(self, cause=f"{words}: {self.cause}")


class _Blanks(dict[str, str]):
    """Leaves a placeholder that nobody filled as it stands, in capitals."""

    def __missing__(self, key: str) -> str:
        return key.upper()


_advisers: dict[tuple[str, str], Callable[..., Advice]] = {}


_own_words: dict[tuple[str, str], str] = {}


def advises(check: str, own_words: str = "") -> Callable[[Callable[..., Advice]], Callable[..., Advice]]:
    """Register the function that explains a failure of `check` (a test's name without `test_`).

    Its module's name begins with the suite's: what node_1_reach advises on is in tests_node/test_1_reach.py. `own_words` says what it repeats
    where there is nothing to look up: then it comes to no row of the catalogue.
    """

    def register(function: Callable[..., Advice]) -> Callable[..., Advice]:
        unknown = set(inspect.signature(function).parameters) - CONTEXT
        if unknown:
            raise ValueError(f"advice on {check} asks for {', '.join(sorted(unknown))}, which no check has")
        key = (f"tests_{function.__module__.rsplit('.', 1)[1].split('_')[0]}", check)
        if key in _advisers:
            raise ValueError(f"two functions advise on {check} of {key[0]}")
        _advisers[key] = function
        if own_words:
            _own_words[key] = own_words
        return function

    return register


@cache
def _rows() -> dict[str, dict[str, Any]]:
    text = resources.files("edgeproof.diagnose").joinpath("catalogue.yaml").read_text(encoding="utf-8")
    rows: dict[str, dict[str, Any]] = own_yaml(text)
    return rows


def catalogue_rows() -> tuple[str, ...]:
    """List the catalogue's rows by their ids, as they stand there."""
    return tuple(_rows())


def catalogue_row(row: str) -> Mapping[str, Any]:
    """Give what stands of a row in the catalogue, as it stands there; KeyError without such a row."""
    return _rows()[row]


def catalogue(row: str, **values: object) -> Advice:
    """Make the catalogue's row into advice, its placeholders filled from `values`; KeyError without such a row."""
    found = _rows()[row]
    fix = str(found["fix"]).format_map(_Blanks({key: str(value) for key, value in values.items()}))
    words = f"try: {fix}" if found.get("try") else fix
    return Advice(str(found["cause"]), words, row, str(found["source"]), does=found["does"])


@cache
def _load_advisers() -> None:
    package = importlib.import_module("edgeproof.diagnose")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"edgeproof.diagnose.{module.name}")


def advised_checks() -> dict[tuple[str, str], str]:
    """Give each (suite, check) that has an advice function, and the module that has it."""
    _load_advisers()
    return {key: function.__module__.rsplit(".", 1)[1] for key, function in _advisers.items()}


def own_words(suite: str, check: str) -> str:
    """Say what the advice on a check repeats where it has no row of the catalogue; '' where it has one."""
    _load_advisers()
    return _own_words.get((suite, check), "")


def advise(suite: str, check: str, context: Context) -> Advice | None:
    """Explain the failure of a suite's check; None without advice, or where what it reads was not come to or cannot be observed."""
    _load_advisers()
    adviser = _advisers.get((suite, check))
    names = set(inspect.signature(adviser).parameters) if adviser else set()
    if adviser is None or not names <= context.keys():
        return None
    try:
        return adviser(**{name: context[name] for name in names})
    except (
        Blocked,
        NotApplicable,
        EdgeproofError,
    ):  # EdgeproofError: a workload that failed is asked again for its shards
        return None
