"""A node's facts as a whole: shares and probes agree, and a gap can be looked at."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import edgeproof
from edgeproof.facts.node.facts import NodeFacts
from edgeproof.facts.node.probes import probes_for
from edgeproof.facts.observed import Blocked, Facts, observed, reason, replaced, unobserved
from edgeproof.inventory import Inventory, load_inventory

SAMPLES = Path(__file__).parents[1] / "samples"
NOT_PROBED = {"name", "declared", "reach", "clock_offset", "fleet", "membership", "shut"}


def all_facts(base: type[Facts] = Facts) -> Iterator[type[Facts]]:
    """Give every class of facts that has been imported."""
    for kind in base.__subclasses__():
        yield kind
        yield from all_facts(kind)


for module in pkgutil.walk_packages(edgeproof.__path__, "edgeproof."):
    if module.name.startswith(("edgeproof.facts.", "edgeproof.trial.")) and not module.name.endswith("_in_pod"):
        importlib.import_module(module.name)


@pytest.fixture
def inventory() -> Inventory:
    """The smallest inventory, whose server serves the images."""
    return load_inventory(SAMPLES / "inventory" / "smallest.yaml")


def test_every_field_has_its_probe(inventory: Inventory) -> None:
    """The fields of NodeFacts are the names of the probes on Docker and on containerd, and each name stands once."""
    on_containerd = inventory.model_copy(
        update={"kubernetes": inventory.kubernetes.model_copy(update={"runtime": "containerd"})}
    )
    found = [[probe.name for probe in probes_for(each, each.server)] for each in (inventory, on_containerd)]
    assert [len(names) for names in found] == [len(set(names)) for names in found]
    assert {name for names in found for name in names} == {
        field.name for field in dataclasses.fields(NodeFacts) if field.name not in NOT_PROBED
    }


@pytest.mark.parametrize("kind", sorted(set(all_facts()), key=str))
def test_a_gap_can_be_shown(kind: type[Facts]) -> None:
    """The repr of facts with nothing observed raises nothing: a debugger, `-l` and pytest's own words show it."""
    names = [field.name for field in dataclasses.fields(kind)]  # type: ignore[arg-type]
    facts = kind(**{name: unobserved("SSH: no answer") for name in names})
    shown = Facts.__repr__(facts)
    assert shown.count("SSH: no answer") == len(names)
    if "name" not in names:  # what has a name shows that alone
        assert repr(facts)


def test_replacing_keeps_gaps() -> None:
    """A field can be changed without looking at the others."""

    @dataclasses.dataclass(frozen=True, repr=False)
    class Two(Facts):
        one: int
        other: int

    changed = replaced(Two(unobserved("not asked"), 1), other=2)
    assert (reason(changed, "one"), observed(changed, "other")) == ("not asked", 2)
    with pytest.raises(Blocked, match="not asked"):
        _ = changed.one
