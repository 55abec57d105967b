"""Faults of a board's network: MTU, ways out, name servers, peers, ports."""

from __future__ import annotations

from lab.faults.fault import MOUNTED, Fault, ShellFault

DROP = "iptables -w -I"
UNDO = "iptables -w -D"
OWN_ADDRESS = "a=$(ip -4 -o address show dev eth0 scope global | awk '{print $4; exit}')"
FROM_GATEWAY = "INPUT -s {gateway} -j DROP"
FROM_GATEWAY_PINGS = "INPUT -s {gateway} -p icmp -j DROP"
FROM_PEER = "INPUT -s {peer_address} -j DROP"
PEER_CUT = f"arptables -D {FROM_PEER} 2>/dev/null && {UNDO} {FROM_PEER}; {UNDO} {FROM_PEER.replace('INPUT', 'FORWARD')}"


def _with_prefix(length: int) -> str:
    """Give shell text that gives the board's address another prefix, and the way out again."""
    return (
        f"{OWN_ADDRESS}; g=$(ip route | awk '/^default/{{print $3; exit}}'); ip address add ${{a%/*}}/{length} dev eth0;"
        " ip address delete $a dev eth0; ip route replace default via $g dev eth0"
    )


def _dropped(name: str, sentence: str, check: str, catalogue_id: str, rule: str, blocks: frozenset[str]) -> ShellFault:
    """Make the fault of a firewall rule of the node's own."""
    return ShellFault(
        name=name,
        is_daily=False,
        sentence=sentence,
        suite="tests_node",
        check=check,
        catalogue_id=catalogue_id,
        breaks=f"{DROP} {rule}",
        mends=f"{UNDO} {rule} 2>/dev/null || true",
        blocks=blocks,
    )


NETWORK_FAULTS: tuple[Fault, ...] = (
    ShellFault(
        name="mtu-smaller",
        is_daily=False,
        sentence="the board's MTU is 1400, the others' 1500",
        suite="tests_node",
        check="mtu",
        catalogue_id="mtu-differs",
        breaks="ip link set eth0 mtu 1400",
        mends="ip link set eth0 mtu 1500",
    ),
    ShellFault(
        name="usb-default-route",
        is_daily=False,
        sentence="the board's default route leads out of its USB port, as L4T's device mode sets it",
        suite="tests_node",
        check="default_route",
        catalogue_id="usb-default-route",
        breaks=(
            "g=$(ip route | awk '/^default via/ {print $3; exit}'); ip route add 8.8.8.8 via $g; ip route delete default;"
            " ip route add default via $g dev eth0 metric 100; ip link add l4tbr0 type bridge;"
            " ip address add 192.168.55.1/24 dev l4tbr0; ip link set l4tbr0 up; ip route add default via 192.168.55.100 dev l4tbr0 metric 1"
        ),
        mends=(
            "if ip link delete l4tbr0 2>/dev/null; then g=$(ip route | awk '/^default via/ {print $3; exit}'); ip route delete 8.8.8.8;"
            " ip route delete default; ip route add default via $g dev eth0; fi"
        ),
    ),
    ShellFault(
        name="other-name-server",
        is_daily=False,
        sentence="the board asks another name server than is declared",
        suite="tests_node",
        check="dns",
        catalogue_id="name-servers-differ",
        breaks="cp /etc/resolv.conf /run/resolv.kept; sed -i 's/^nameserver .*/nameserver 1.1.1.1/' /etc/resolv.conf",
        mends="[ ! -e /run/resolv.kept ] || { cat /run/resolv.kept > /etc/resolv.conf; rm /run/resolv.kept; }",
    ),
    _dropped(
        "name-server-silent",
        "the name server's answers do not come to the board",
        "dns_answers",
        "name-server-silent",
        "OUTPUT -d 8.8.8.8 -p udp --dport 53 -j DROP",
        frozenset(),
    ),
    _dropped(
        "api-port-blocked",
        "a firewall lets nothing of the board come to the server's API port",
        "api_port",
        "api-port-blocked",
        "OUTPUT -d {server_address} -p tcp --dport 6443 -m conntrack --ctstate NEW -j DROP",
        frozenset(),
    ),
    _dropped(
        "nfs-port-blocked",
        "a firewall lets nothing of the board come to the NFS server's port",
        "nfs_port",
        "nfs-port-blocked",
        "OUTPUT -d {server_address} -p tcp --dport 2049 -j DROP",
        MOUNTED,
    ),
    ShellFault(
        name="address-by-lease",
        is_daily=False,
        sentence="the board has its address by a DHCP lease, and may have another tomorrow",
        suite="tests_node",
        check="address",
        catalogue_id="address-by-lease",
        breaks=f"{OWN_ADDRESS}; ip address change $a dev eth0 valid_lft 86400 preferred_lft 86400",
        mends=f"{OWN_ADDRESS}; ip address change $a dev eth0 valid_lft forever preferred_lft forever",
    ),
    ShellFault(
        name="prefix-differs",
        is_daily=False,
        sentence="the board's prefix is /17, the others' and cluster.yaml's /16",
        suite="tests_node",
        check="subnet",
        catalogue_id="prefix-differs",
        breaks=_with_prefix(17),
        mends=f"{OWN_ADDRESS}; case $a in */17) {_with_prefix(16)};; esac",
    ),
    ShellFault(
        name="gateway-silent",
        is_daily=False,
        sentence="the gateway does not answer the board: neither pings nor ARP",
        suite="tests_node",
        check="subnet",
        catalogue_id="gateway-silent",
        breaks=f"arptables -A {FROM_GATEWAY}; {DROP} {FROM_GATEWAY_PINGS}; ip neighbour flush to {{gateway}}",
        mends=f"{UNDO} {FROM_GATEWAY_PINGS} 2>/dev/null && arptables -D {FROM_GATEWAY} || true",
        blocks=frozenset({"default_route", "dns_answers"}),
    ),
    ShellFault(
        name="peer-not-reached",
        is_daily=False,
        sentence="nothing comes to the board from the other agent",
        suite="tests_node",
        check="peers",
        catalogue_id="peer-not-reached",
        breaks=f"{DROP} {FROM_PEER}; {DROP} {FROM_PEER.replace('INPUT', 'FORWARD')}; arptables -A {FROM_PEER}; ip neighbour flush to {{peer_address}}",
        mends=f"{PEER_CUT} 2>/dev/null || true",
        on_peer="ip neighbour flush to {address}",
        shown_by="its node and its peer",
        blocks=frozenset({"pod_reaches_pods"}),
        spreads=True,
    ),
)
