"""One case: a YAML file that says how a cluster differs from a base, where that is from, and the whole verdict."""

from __future__ import annotations

from pathlib import Path

from pydantic import model_validator

from selftest.replay.cluster_folder import BASES, Cluster, Differs, differing, load_base, read_yaml
from selftest.replay.machine import Form

CASES = Path(__file__).parent / "cases"
Names = str | tuple[str, ...]


class Expected(Form):
    """Checks on nodes, "*" for all, and words that must stand in, or stay out of, what was found there."""

    check: Names
    node: Names = "*"
    id: str | None = None
    does: str | None = None
    cause: tuple[str, ...] = ()
    fix: tuple[str, ...] = ()
    why: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()
    never: tuple[str, ...] = ()

    @property
    def checks(self) -> tuple[str, ...]:
        """The names of its checks; "*" stands for all."""
        return (self.check,) if isinstance(self.check, str) else self.check


def names_in(*entries: Expected) -> frozenset[str]:
    """Give the checks that entries of a verdict name."""
    return frozenset(name for entry in entries for name in entry.checks)


class Verdict(Form):
    """How every check must end: what no list names must have passed. `says` and `never` look at all that was shown."""

    fails: tuple[Expected, ...] = ()
    blocked: tuple[Expected, ...] = ()
    skipped: tuple[Expected, ...] = ()
    accepted: tuple[Expected, ...] = ()
    passes: tuple[Expected, ...] = ()
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    exit: int | None = None

    @property
    def failing(self) -> frozenset[str]:
        """The checks that must fail somewhere, accepted by cluster.yaml or not."""
        return names_in(*self.fails, *self.accepted)

    @property
    def status(self) -> int:
        """The exit status pytest must end with."""
        return self.exit if self.exit is not None else int(bool(self.fails or self.blocked))


class Case(Form):
    """The whole file. `base` is a folder of bases/, or a path beside the case's file (a bundle).

    `near` are the checks of which the case is a near miss: like one in which they fail, and they must not.
    """

    name: str = ""
    folder: Path = BASES
    base: str
    source: str
    right: str
    differs: Differs = Differs()
    run: tuple[str, ...] = ("tests_node", "tests_cluster")
    near: tuple[str, ...] = ()
    verdict: Verdict

    @model_validator(mode="after")
    def _no_near_miss_fails(self) -> Case:
        """A check that the verdict names as failing, blocked or accepted was hit, not missed."""
        verdict = self.verdict
        if both := sorted(set(self.near) & (verdict.failing | names_in(*verdict.blocked))):
            raise ValueError(f"near: the verdict says that {', '.join(both)} does not pass")
        return self

    @property
    def nearly(self) -> frozenset[str]:
        """The checks that it nearly fails: `near`, and those that fail on one of its nodes and, by `passes`, not on another."""
        return frozenset(self.near) | (names_in(*self.verdict.passes) & self.verdict.failing)

    def cluster(self) -> Cluster:
        """Give the cluster that this case is about."""
        own = self.folder / self.base
        base = load_base(own if (own / "about.yaml").exists() else BASES / self.base)
        return differing(base, self.differs)


def load_case(file: Path) -> Case:
    """Load a case; raises pydantic.ValidationError or yaml.YAMLError, each with the place."""
    return Case.model_validate({**read_yaml(file), "name": file.stem, "folder": file.parent})


def case_files() -> list[Path]:
    """List the cases' files."""
    return sorted(CASES.glob("*.yaml"))
