"""Addresses, routes, name servers of a node."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv4Interface, IPv4Network, NetmaskValueError
from typing import Any

from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Blocked, Facts, NotApplicable, Unobserved
from edgeproof.facts.probe import Output, Probe
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory, Node

OVERLAYS = re.compile(
    r"(lo|docker0|br-[0-9a-f]{12}|veth.*|dummy\d+|kube-.*|nodelocaldns|tunl\d+|ip6tnl\d+|sit\d+|erspan\d+|gre\d+|gretap\d+|cni.*|"
    r"cbr0|flannel.*|cali.*|.*\.calico|vxlan.*|cilium_.*|lxc[0-9a-f_].*|weave|datapath|antrea-.*|genev_sys_.*|ovn.*|ovs-.*|kilo0)"
)
"""Interfaces that Kubernetes' network plugins and Docker make themselves."""

OTHERS = re.compile(
    r"(eth\d.*|en[dospPux].*|em\d.*|wl.*|ww.*|usb\d.*|rndis\d.*|l4tbr\d|bond.*|team.*|tun.*|tap.*|wg.*|ppp.*|tailscale.*|zt.*|"
    r"virbr.*|lxdbr.*|lxcbr.*|incusbr.*)"
)
"""Interfaces that they do not make: network cards (systemd.net-naming-scheme(7)), tunnels, bridges of machines in the machine."""

USB_BRIDGE = re.compile(r"(l4tbr|rndis)\d+")
"""A Jetson's network over its USB cable, to a computer at its side."""

USB_BRIDGE_ADDRESS = IPv4Address("192.168.55.1")
"""That network's address, the same on every Jetson (Jetson Linux Developer Guide, USB device mode)."""

ROUTED_BY = frozenset({"bird", "80", "12"})
"""`proto` of routes that Calico's bird and felix set: they lead to other nodes' pods, whichever gateway they name."""


@dataclass(frozen=True)
class Address:
    """One IPv4 address of one interface; `dynamic` means a lease."""

    interface: str
    value: IPv4Interface
    dynamic: bool

    def __repr__(self) -> str:
        return f"{self.value} on {self.interface}{' (lease)' if self.dynamic else ''}"


@dataclass(frozen=True)
class Route:
    """One route: the network it leads to, the gateway ('' when direct), the interface; the least metric wins."""

    network: IPv4Network
    gateway: str
    interface: str
    metric: int = 0
    proto: str = ""
    down: bool = False

    @property
    def way(self) -> str:
        """Say through whom it leads, and over which interface."""
        return f"{self.gateway or 'no gateway'} on {self.interface}"

    def __repr__(self) -> str:
        via = f" via {self.gateway}" if self.gateway else ""
        return f"route {self.network}{via} on {self.interface}"


@dataclass(frozen=True, repr=False)
class NodeNetwork(Facts):
    """`ip address`, `ip route`, what each interface is (physical, tunnel, virtual), the name servers that are asked."""

    addresses: tuple[Address, ...]
    routes: tuple[Route, ...]
    links: tuple[tuple[str, str], ...]
    name_servers: tuple[IPv4Address, ...]

    @property
    def held(self) -> frozenset[IPv4Address]:
        """The addresses on interfaces."""
        return frozenset(address.value.ip for address in self.addresses)

    def origin(self, address: IPv4Address) -> str:
        """Tell how the node has that address: `static`, or by a `lease`; once static is enough."""
        leased = [held.dynamic for held in self.addresses if held.value.ip == address]
        return "lease" if all(leased) else "static"

    def interface_of(self, address: str) -> str:
        """Name the interface that holds an address; '' where none does."""
        return next((held.interface for held in self.addresses if str(held.value.ip) == address), "")

    def is_tunnel(self, interface: str) -> bool:
        """Whether an interface leads through a tunnel, by the kernel's word or by its name."""
        return dict(self.links).get(interface) == "tunnel" or interface.startswith(("tun", "wg", "ppp"))

    def networks(self, address: IPv4Address) -> tuple[IPv4Network, ...]:
        """Give the networks `address` stands in on this node, the widest first; blocked when the node does not hold it.

        A /32, as keepalived adds, stands in the networks of its interface's other addresses that hold it.
        """
        own = [held for held in self.addresses if held.value.ip == address]
        if not own:
            raise Blocked(f"{address} is on no interface (see the check address)")
        names = {held.interface for held in own}
        around = [
            held.value.network for held in self.addresses if held.interface in names and address in held.value.network
        ]
        wide = {network for network in around if network.prefixlen < 32} or set(around)
        return tuple(sorted(wide, key=lambda network: network.prefixlen))

    def prefixes(self, address: IPv4Address) -> tuple[int, ...]:
        """Give the prefix lengths of the networks `address` stands in."""
        return tuple(network.prefixlen for network in self.networks(address))

    def outside(self, address: IPv4Address, others: tuple[IPv4Address, ...]) -> tuple[IPv4Address, ...]:
        """Give those of `others` that lie outside the network of `address`; blocked as `networks`."""
        own = self.networks(address)[0]
        return tuple(other for other in others if other not in own)

    @property
    def default_route(self) -> Route:
        """The default route that wins, by the least metric; not applicable where the node has none."""
        found = [route for route in self.routes if route.network.prefixlen == 0 and not route.down]
        if not found:
            raise NotApplicable("the node has no default route")
        return min(found, key=lambda route: route.metric)

    @property
    def usb_bridges(self) -> frozenset[str]:
        """The interfaces of a Jetson's USB cable: by name, or by the address that it has on every Jetson."""
        by_address = {held.interface for held in self.addresses if held.value.ip == USB_BRIDGE_ADDRESS}
        named = {route.interface for route in self.routes if USB_BRIDGE.fullmatch(route.interface)}
        return frozenset(by_address | named)

    def overlapping(self, inventory: Inventory) -> tuple[object, ...]:
        """Give what of the node's own lies in the pods' or services' range: addresses, and routes not of the network plugin.

        A network around a range does no harm: the pods' routes are narrower, and the narrowest wins. Blocked where there is
        nothing but what may be the plugin's.
        """
        spans = (inventory.kubernetes.pod_cidr, inventory.kubernetes.service_cidr)
        found: list[tuple[str, object]] = [
            (held.interface, held) for held in self.addresses
            if any(held.value.ip in span or held.value.network.subnet_of(span) for span in spans)
        ]  # fmt: skip
        found += [
            (route.interface, route) for route in self.routes
            if any(route.network.subnet_of(span) for span in spans) and not self._leads_to_pods(route, inventory, spans)
        ]  # fmt: skip
        own = tuple(what for interface, what in found if self._is_own(interface) is True)
        unknown = [what for interface, what in found if self._is_own(interface) is None]
        if unknown and not own:
            raise Blocked(f"whether {unknown[0]} is the network plugin's own cannot be told")
        return own

    def _leads_to_pods(self, route: Route, inventory: Inventory, spans: tuple[IPv4Network, ...]) -> bool:
        """Whether a route is the network plugin's by where it leads: through another node, or as a routing daemon set it.

        A neighbour that is no gateway, and through which a part of a range is reached, is a node under another address (host-gw).
        """
        nodes = {str(node.address) for node in inventory.nodes.values()}
        if route.gateway in nodes or route.proto in ROUTED_BY:
            return True
        is_part = any(route.network != span and route.network.subnet_of(span) for span in spans)
        declared = set(map(str, inventory.network.gateways))
        gateways = declared | {other.gateway for other in self.routes if other.network.prefixlen == 0}
        return is_part and route.gateway not in gateways and self._is_neighbour(route)

    def _is_neighbour(self, route: Route) -> bool:
        """Whether a route's gateway lies in the network of its interface, and that is no tunnel."""
        held = [own.value.network for own in self.addresses if own.interface == route.interface]
        try:
            gateway = IPv4Address(route.gateway)
        except AddressValueError:
            return False
        return not self.is_tunnel(route.interface) and any(gateway in network for network in held)

    def _is_own(self, interface: str) -> bool | None:
        """Whether an interface is the node's own, and not the network plugin's; None where neither name nor kernel tells."""
        if OVERLAYS.fullmatch(interface) or OTHERS.fullmatch(interface):
            return not OVERLAYS.fullmatch(interface)
        kind = dict(self.links).get(interface)
        return None if kind is None else kind != "virtual"


def parse_network(output: Output) -> NodeNetwork | Unobserved:
    """`ip -o -4 address`, `ip -4 route`, `link NAME KIND`, lines that tell name servers; unknown lines are passed over."""
    lines = output.stdout.splitlines()
    addresses = tuple(held for line in lines if (held := _address(line)))
    if not addresses:
        return Unobserved("ip told no IPv4 address")
    routes = tuple(route for line in lines if (route := _route(line)))
    links = tuple(re.findall(r"^link (\S+) (physical|tunnel|virtual)$", output.stdout, re.M))
    return NodeNetwork(addresses, routes, links, _name_servers(lines))


def _address(line: str) -> Address | None:
    match = re.match(r"^[0-9]+:\s+(\S+)\s+inet ([0-9.]+(?:/[0-9]+)?)(.*)$", line)
    try:
        name = match[1].split("@")[0].rstrip(":") if match else ""
        return Address(name, IPv4Interface(match[2]), " dynamic" in match[3]) if match else None
    except (AddressValueError, NetmaskValueError):
        return None


def _route(line: str) -> Route | None:
    match = re.match(r"^(default|[0-9][0-9.]*(?:/[0-9]+)?)\s(?:via ([0-9.]+) )?.*?dev (\S+)(.*)$", line)
    try:
        network = IPv4Network("0.0.0.0/0" if match[1] == "default" else match[1], strict=False) if match else None
    except (AddressValueError, NetmaskValueError, ValueError):
        return None
    if match is None or network is None:
        return None
    metric, proto = re.search(r"\bmetric ([0-9]{1,10})\b", match[4]), re.search(r"\bproto (\S+)", match[4])
    down = bool(re.search(r"\b(linkdown|dead)\b", match[4]))
    return Route(network, match[2] or "", match[3], int(metric[1]) if metric else 0, proto[1] if proto else "", down)


def _name_servers(lines: list[str]) -> Any:
    """Find name servers in resolv.conf's, dnsmasq's, resolvectl's and nmcli's words; unobserved where only a stub is known."""
    found: dict[IPv4Address, None] = {}
    known = r"^\s*(?:nameserver\s|server=|DNS Servers?:|IP4\.DNS\[[0-9]+\]:|(?:Link [0-9]+ \([^)]*\)|Global):)(.*)$|^\s+([0-9.]+)\s*$"
    for line in lines:
        match = re.match(known, line)
        for word in (match[1] or match[2] or "").split() if match else ():
            try:
                found[IPv4Address(word.split("#")[0])] = None
            except AddressValueError:
                continue
    if found and all(address.is_loopback for address in found):
        return Unobserved(f"{next(iter(found))} on the node resolves names, but does not show which servers it asks")
    return tuple(found)


NETWORK = Probe("network", snippet(SNIPPETS, "network"), parse_network)


@dataclass(frozen=True, repr=False)
class NetworkFacts(Facts):
    """Layer 3: what the node's network is."""

    network: NodeNetwork


def probes(inventory: Inventory, node: Node) -> tuple[Probe[Any], ...]:
    """Give the probes of `NetworkFacts`, by its fields' names."""
    return (NETWORK,)
