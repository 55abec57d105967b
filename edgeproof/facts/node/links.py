"""The node's interfaces as links: hardware address, MTU, speed and duplex, and what a bridge, bond or VLAN lies on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Blocked, Facts, NotApplicable, Unobserved
from edgeproof.facts.probe import Output, Probe
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory, Node

GIGABIT_MBPS = 1000
"""What every Jetson developer kit's own port can do."""

UNKNOWN_MBPS = (0, 65535)
"""No speed, and SPEED_UNKNOWN as kernels before 5.8 cut it to 16 bits (linux/ethtool.h)."""


@dataclass(frozen=True)
class Port:
    """What ethtool(8) tells of both ends of a slow wired link: the fastest mode that each can do, 0 where it does not tell.

    `offered_mbps` is the fastest that this end offers the other, by its settings.
    """

    best_mbps: int = 0
    full_duplex: bool = False
    offered_mbps: int = 0
    partner_best_mbps: int = 0
    negotiates: bool = True


@dataclass(frozen=True)
class Link:
    """One interface; `speed_mbps` is 0 where its driver tells none, `port` None where ethtool was not asked or is not there."""

    name: str
    kind: str
    mac: str = ""
    mtu: int = 0
    speed_mbps: int = 0
    duplex: str = ""
    on: tuple[str, ...] = ()
    port: Port | None = None

    def __str__(self) -> str:
        return f"{self.name}: {self.speed_mbps} Mb/s, {self.duplex} duplex"

    @property
    def is_slow(self) -> bool:
        """Whether it runs slower than 1000 Mb/s full duplex; not applicable where its own port can do no more.

        A port that can do more was held back by the other end, the cable or a setting. Blocked where ethtool, which tells what the
        port can do, is not there.
        """
        if self.speed_mbps >= GIGABIT_MBPS and self.duplex != "half":
            return False
        if self.port is None or not self.port.best_mbps:
            raise Blocked(f"{self}: whether its port can do more, ethtool would tell (sudo apt-get install ethtool)")
        wanted_mbps = min(GIGABIT_MBPS, self.port.best_mbps)
        if self.speed_mbps < wanted_mbps or (self.duplex == "half" and self.port.full_duplex):
            return True
        if wanted_mbps < GIGABIT_MBPS:
            raise NotApplicable(f"the port of {self.name} can do no more than {self.port.best_mbps} Mb/s")
        return False


@dataclass(frozen=True, repr=False)
class Links(Facts):
    """All interfaces of a node."""

    links: tuple[Link, ...] = field(default=())

    def of(self, interface: str) -> Link:
        """Give one interface; blocked where /sys did not tell of it."""
        found = next((link for link in self.links if link.name == interface), None)
        if found is None:
            raise Blocked(f"/sys/class/net has nothing on {interface}")
        return found

    def cards_of(self, interface: str) -> tuple[Link, ...]:
        """Give the network cards that an interface is, or lies on: a bridge's, a bond's, a VLAN's."""
        found, seen, names = [], set(), [interface]
        known = {link.name: link for link in self.links}
        while names:
            link = known.get(names.pop(0))
            if link is None or link.name in seen:
                continue
            seen.add(link.name)
            names += link.on
            found += [link] if link.kind != "virtual" else []
        return tuple(found)

    def slow_below(self, interface: str) -> tuple[Link, ...]:
        """Give the wired ports of an interface that run slower than 1000 Mb/s full duplex, though they can do more.

        Not applicable to Wi-Fi, to what is no network card, and where the driver tells no speed (a virtual machine's).
        """
        cards = self.cards_of(interface)
        if not cards:
            raise NotApplicable(f"{interface} is no port of a network card")
        timed = [card for card in cards if card.kind == "wired" and card.speed_mbps]
        if not timed:
            what = (
                "is Wi-Fi" if any(card.kind == "wireless" for card in cards) else "has a driver that reports no speed"
            )
            raise NotApplicable(f"{interface} {what}")
        return tuple(_slow(timed))


def _slow(links: Iterable[Link]) -> Iterable[Link]:
    """Give the slow ones; a port that cannot be judged counts only where no other one is slow."""
    gap: Blocked | NotApplicable | None = None
    found = []
    for link in links:
        try:
            found += [link] if link.is_slow else []
        except (Blocked, NotApplicable) as untold:
            gap = untold
    if gap and not found:
        raise gap
    return found


def parse_links(output: Output) -> Links | Unobserved:
    """`link NAME KIND mac=… mtu=… speed=… duplex=… on=…`; for slow ports what ethtool prints, between `@@ ethtool NAME` and `@@ end`."""
    ports = dict(_ports(output.stdout))
    pattern = r"^link (\S{1,64}) (wired|wireless|virtual) mac=(\S*) mtu=(\S*) speed=(\S*) duplex=(\S*) on=(\S*)$"
    links = tuple(
        Link(
            name, kind, _mac(mac), _number(mtu), _speed_mbps(speed), duplex if duplex in ("full", "half") else "unknown",
            tuple(filter(None, on.split(","))), ports.get(name),
        )
        for name, kind, mac, mtu, speed, duplex, on in re.findall(pattern, output.stdout, re.M)
    )  # fmt: skip
    return Links(links) if links else Unobserved("/sys/class/net could not be read")


def _mac(text: str) -> str:
    """Give a hardware address in lower case; '' for none, as tunnels have, and for loopback's zeros."""
    text = text.lower()
    return text if re.fullmatch(r"[0-9a-f]{2}(:[0-9a-f]{2}){5,19}", text) and text.strip("0:") else ""


def _number(text: str) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,7}", text) else 0


def _speed_mbps(text: str) -> int:
    speed = _number(text)
    return 0 if speed in UNKNOWN_MBPS else speed


def _ports(text: str) -> Iterable[tuple[str, Port]]:
    for name, said in re.findall(r"^@@ ethtool (\S{1,64})\n(.*?)(?=^@@ end$|\Z)", text, re.M | re.S):
        own = _modes(said, "Supported link modes")
        offered, partner = _modes(said, "Advertised link modes"), _modes(said, "Link partner advertised link modes")
        negotiates = not re.search(r"^\s*Auto-negotiation: off\b", said, re.M)
        yield name, Port(_best(own), any("/Full" in mode for mode in own), _best(offered), _best(partner), negotiates)


def _modes(said: str, label: str) -> list[str]:
    """Give the link modes that stand behind a label, and on the lines below that have no label."""
    block = re.search(rf"^\s*{label}:([^\n]*(?:\n[^\n:]*)*)(?:$|\n)", said, re.M)
    return re.findall(r"[0-9]{2,6}base\S*", block[1]) if block else []


def _best(offered: list[str]) -> int:
    return max((int(mode.split("base")[0]) for mode in offered), default=0)


LINKS = Probe("links", snippet(SNIPPETS, "links"), parse_links)


@dataclass(frozen=True, repr=False)
class LinksFacts(Facts):
    """Layer 3, below the addresses: the links."""

    links: Links


def probes(inventory: Inventory, node: Node) -> tuple[Probe[Any], ...]:
    """Give the probes of `LinksFacts`, by its fields' names."""
    return (LINKS,)
