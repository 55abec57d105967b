"""Advice on tests_node's layer 3: test_3_network."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address

from edgeproof.diagnose.advice import Advice, advises, catalogue
from edgeproof.diagnose.k3s_said import misses_its_etcd_address
from edgeproof.facts.node import NodeFacts
from edgeproof.facts.node.links import GIGABIT_MBPS
from edgeproof.facts.node.peers import peers_of
from edgeproof.facts.node.ports import API_PORT, api_doors, nfs_door
from edgeproof.facts.observed import reason
from edgeproof.inventory import Inventory


@advises("address")
def address(node: NodeFacts, inventory: Inventory) -> Advice:
    """Another address, or a lease."""
    own, values = node.declared.address, _wanted(node, inventory)
    if own not in node.network.held:
        return catalogue("address-not-held", **values).after(
            f"the node answers, but {own} is on none of its interfaces"
        )
    leased = catalogue("address-by-lease", **values)
    if not reason(node, "k3s") and not reason(node.k3s, "said") and misses_its_etcd_address(node.k3s.said):
        return replace(
            leased,
            cause=f"the node has {own} by a DHCP lease, and etcd knows it by another address",
            fix="python -m edgeproof cluster -k services   # its fix names the address that this server must have again, as a static one",
            does="reads",
        )
    return leased.after(f"the node has {own} by a DHCP lease")


def _wanted(node: NodeFacts, inventory: Inventory) -> dict[str, object]:
    """Give what is to be set by hand: the address with its prefix, and the gateway."""
    prefix, gateway = inventory.network.prefix, inventory.network.gateway
    return {"wanted": f"{node.declared.address}/{prefix}", "gateway": gateway or "none"}


@advises("subnet")
def subnet(node: NodeFacts, inventory: Inventory) -> Advice:
    """A prefix that leaves the gateway outside, or a gateway that is off."""
    own, gateway = node.network.networks(node.declared.address)[0], inventory.network.gateway
    values = _wanted(node, inventory)
    if gateway is not None and gateway not in own:
        return catalogue("gateway-outside-subnet", **values).after(
            f"the gateway {gateway} lies outside the node's subnet {own}"
        )
    if inventory.network.prefix not in node.network.prefixes(node.declared.address):
        return catalogue("prefix-differs", prefix=own.prefixlen, **values).after(
            f"the node's prefix is /{own.prefixlen}, and cluster.yaml says /{inventory.network.prefix}"
        )
    return catalogue("gateway-silent").after(
        f"the gateway {gateway} of cluster.yaml answers neither a ping nor its ARP{_other_gateway(node, gateway)}"
    )


def _other_gateway(node: NodeFacts, declared: IPv4Address | None) -> str:
    """Say by which other gateway the node goes out, where it does."""
    used = [route for route in node.network.routes if route.network.prefixlen == 0 and not route.down]
    best = min(used, key=lambda route: route.metric, default=None)
    if best is None or best.gateway in ("", str(declared)):
        return ""
    return f"; the node goes out by {best.gateway} on {best.interface}"


@advises("default_route")
def default_route(node: NodeFacts, inventory: Inventory) -> Advice:
    """The USB cable's network won, or Wi-Fi's, or another gateway's."""
    route, gateway = node.network.default_route, inventory.network.gateway
    own = node.network.interface_of(str(node.declared.address)) or "the interface of the node's address"
    if route.interface in node.network.usb_bridges:
        found = catalogue("usb-default-route", interface=route.interface, own=own, gateway=gateway or "none")
    elif route.interface != own and _is_wireless(node, route.interface):
        found = catalogue("wifi-default-route", interface=route.interface, own=own, gateway=gateway or "none")
    else:
        found = Advice(
            "what the cluster's own network does not reach goes another way than cluster.yaml says",
            f"sudo nmtui   # on {own} the gateway {gateway}, on others none; or, where the node is right, that gateway in cluster.yaml "
            "(network: {gateway: none}, where the cluster's own network leads nowhere)",
            does="changes",
        )
    return found.after(f"the default route leads to {route.way}")


def _is_wireless(node: NodeFacts, interface: str) -> bool:
    """By the kernel's word, else by its name (systemd.net-naming-scheme(7))."""
    if reason(node, "links"):
        return interface.startswith("wl")
    return any(link.kind == "wireless" for link in node.links.cards_of(interface))


@advises("dns")
def dns(inventory: Inventory) -> Advice:
    """Others are, or none."""
    servers = " ".join(map(str, inventory.network.dns))
    return catalogue("name-servers-differ", servers=servers).after(
        "the name servers of cluster.yaml are not configured"
    )


@advises("dns_answers")
def dns_answers(node: NodeFacts, inventory: Inventory) -> Advice:
    """A gateway that does not forward, a firewall, a network without a way out."""
    silent = node.answers.unanswering(inventory.network.dns)
    return catalogue("name-server-silent", name_server=next(iter(silent), "NAME_SERVER")).after(
        f"{' '.join(map(str, silent))} does not answer DNS queries from this node"
    )


@advises("cidr")
def cidr(node: NodeFacts) -> Advice:
    """The laptop's connection sharing, or a VPN."""
    return catalogue("cidr-overlap", node=node.name)


@advises("peers")
def peers(node: NodeFacts, inventory: Inventory) -> Advice:
    """A switch, a cable, a firewall."""
    asked = peers_of(inventory, node.declared)
    others = "" if len(asked) == len(inventory.nodes) - 1 else f" (it asked {', '.join(peer.name for peer in asked)})"
    silent = node.fleet.silent_peers
    first = inventory.nodes[silent[0]].address if silent[0] in inventory.nodes else silent[0]
    return catalogue("peer-not-reached", node=node.name, peer=first).after(
        f"{node.name} does not reach {', '.join(silent)}{others}"
    )


@advises("mtu")
def mtu(node: NodeFacts) -> Advice:
    """Jumbo frames on one node alone, or a smaller MTU that was set for a tunnel."""
    own, usual = node.link.mtu, node.fleet.usual_mtu
    found = catalogue("mtu-differs", interface=node.link.name, mtu=usual)
    return found.after(f"{node.link.name} has an MTU of {own}, most nodes of its network {usual}")


@advises("link_speed")
def link_speed(node: NodeFacts) -> Advice:
    """A setting of this end, what the other end can do, else the cable between them."""
    link = node.slow_ports[0]
    found, port = catalogue("slow-link", interface=link.name), link.port
    if port is not None and not port.negotiates:
        found = replace(
            found,
            cause="it does not negotiate with the other end, so its speed was set by hand",
            fix=f"sudo ethtool -s {link.name} autoneg on   # until the next boot; what sets it: nmcli -f all connection show, /etc/netplan",
            does="restarts",
        )
    elif port is not None and 0 < port.offered_mbps < GIGABIT_MBPS:
        found = replace(
            found,
            cause=f"the port can do {port.best_mbps} Mb/s, and is set to offer the other end no more than {port.offered_mbps}",
            fix=f"sudo ethtool -s {link.name} autoneg on advertise 0x02f   # 10, 100 and 1000 Mb/s; until the next boot",
            does="restarts",
        )
    elif port is not None and 0 < port.partner_best_mbps < GIGABIT_MBPS:
        found = replace(
            found,
            cause=f"the other end of the cable can do no more than {port.partner_best_mbps} Mb/s",
            fix="put the node's cable into a port of the switch that can do 1000 Mb/s",
            does="reads",
        )
    return found.after(str(link))


@advises("api_port")
def api_port(agent: NodeFacts, inventory: Inventory) -> Advice:
    """A firewall on the server, or between the two."""
    name = agent.shut.api[0]
    answer = agent.ports.answer(api_doors(inventory)[name])
    found = catalogue("api-port-blocked", server=name, agent=agent.declared.address)
    return found.after(f"K3s on {name} listens on port {API_PORT}, and {agent.name} does not get through ({answer})")


@advises("nfs_port")
def nfs_port(agent: NodeFacts, inventory: Inventory) -> Advice:
    """A firewall on the server, or between the two; a NAS has its own list of who may come."""
    name, door = agent.shut.nfs[0], nfs_door(inventory)
    found = catalogue("nfs-port-blocked", server=name, agent=agent.declared.address, port=door[1])
    if inventory.nfs_node is None:
        found = replace(
            found,
            fix=f"let {agent.declared.address} in at the firewall of {name}, and of what lies between   # then: python -m edgeproof node -k nfs_port",
            does="changes",
        )
    return found.after(
        f"port {door[1]} of {name} is open to others, and not to {agent.name} ({agent.ports.answer(door)})"
    )
