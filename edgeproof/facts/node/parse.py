"""From what the nodes printed to their facts, blocked where what they rest on is broken."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from edgeproof.facts.node.applies import with_inapplicable
from edgeproof.facts.node.clock import offset_of
from edgeproof.facts.node.conflicts import with_conflicts, with_unfit
from edgeproof.facts.node.facts import NodeFacts
from edgeproof.facts.node.fleet import fleets_of, with_clock
from edgeproof.facts.node.gather import Raw
from edgeproof.facts.node.gpu_chain import with_blocked, with_settled
from edgeproof.facts.node.kernel_basis import with_kernel
from edgeproof.facts.node.membership import membership_of
from edgeproof.facts.node.probes import probes_for
from edgeproof.facts.node.shut_ports import shut_ports_of
from edgeproof.facts.node.sudo import SUDO
from edgeproof.facts.observed import Unobserved, replaced, unobserved
from edgeproof.facts.probe import Output, Probe
from edgeproof.facts.reach import Reach
from edgeproof.facts.script import NEEDS_ROOT, NO_SUDO
from edgeproof.inventory import Inventory, Node


def parse_nodes(raw: Raw, inventory: Inventory) -> dict[str, NodeFacts]:
    """Make the facts of every node from what the nodes printed."""
    alone = {name: _parse(inventory, node, raw.get(name, {})) for name, node in inventory.nodes.items()}
    fleets = fleets_of(alone)
    return {
        name: with_clock(
            replaced(
                facts,
                fleet=fleets[name],
                membership=membership_of(facts, alone, inventory),
                shut=shut_ports_of(facts, alone, inventory),
            )
        )
        for name, facts in alone.items()
    }


def _parse(inventory: Inventory, node: Node, raw: dict[str, Any]) -> NodeFacts:
    reach = Reach(**raw.get("reach", {}))
    unasked = {field.name: Unobserved(f"{node.name} is not asked for {field.name}") for field in fields(NodeFacts)}
    values = {probe.name: _value(probe, raw, reach) for probe in probes_for(inventory, node)}
    if isinstance(values["simulated"], Unobserved):
        values["simulated"] = ()
    asked = f"SSH: {reach.error}" if reach.error else ""
    own = {
        "clock_offset": Unobserved(asked) if asked else offset_of(raw.get("exchange")),
        "name": node.name,
        "declared": node,
        "reach": reach,
        "fleet": unobserved("alone"),
        "membership": unobserved("alone"),
        "shut": unobserved("alone"),
    }
    facts = with_settled(NodeFacts(**(unasked | values | own)), inventory)
    return with_unfit(with_kernel(with_blocked(with_conflicts(with_inapplicable(facts, inventory)))))


def _value(probe: Probe[Any], raw: dict[str, Any], reach: Reach) -> Any:
    if reach.error:
        return Unobserved(f"SSH: {reach.error}")
    printed = raw.get("outputs", {}).get(probe.name)
    if printed is None:
        return Unobserved(f"the node's answer was cut off before {probe.name}")
    output = Output(**printed)
    if probe.root and output.status == NO_SUDO and probe.name != SUDO.name:
        return Unobserved(NEEDS_ROOT)
    if output.timed_out and not output.stdout:
        return Unobserved(f"{probe.name} took longer than {probe.timeout_s:g} s")
    return probe.parse(output)
