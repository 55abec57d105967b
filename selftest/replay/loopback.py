"""The addresses of a whole cluster on lo, in a network namespace of its own, by rtnetlink(7)."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address

Address = IPv4Address | IPv6Address

LOOPBACK_INDEX = 1
REQUEST, ACKNOWLEDGE, CREATE = 1, 4, 0x400
NEW_LINK, NEW_ADDRESS, NEW_ROUTE = 16, 20, 24
LOCAL, WITHOUT_PROBE = 2, 2
"""IFA_LOCAL; IFA_F_NODAD, without which an IPv6 address is no use for a second."""
UNREACHABLE, MAIN_TABLE, BOOT_PROTOCOL, PRIORITY = 7, 254, 3, 6


def take_addresses(addresses: Iterable[Address]) -> None:
    """Bring lo up with these addresses; every other address is then unreachable at once ("No route to host")."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as netlink:
        up = struct.pack("=BxHiII", socket.AF_UNSPEC, 0, LOOPBACK_INDEX, 1, 1)
        _send(netlink, NEW_LINK, up)
        for address in sorted(set(addresses), key=str):
            if not address.is_loopback:
                _send(netlink, NEW_ADDRESS, _own(address))
        for family in (socket.AF_INET, socket.AF_INET6):
            route = struct.pack("=BBBBBBBBI", family, 0, 0, 0, MAIN_TABLE, BOOT_PROTOCOL, 0, UNREACHABLE, 0)
            _send(netlink, NEW_ROUTE, route + _attribute(PRIORITY, struct.pack("=I", 100)))


def _own(address: Address) -> bytes:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    head = struct.pack("=BBBBI", family, address.max_prefixlen, WITHOUT_PROBE, 0, LOOPBACK_INDEX)
    return head + _attribute(LOCAL, address.packed)


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(value), kind) + value + b"\0" * (-len(value) % 4)


def _send(netlink: socket.socket, kind: int, body: bytes) -> None:
    netlink.send(struct.pack("=IHHII", 16 + len(body), kind, REQUEST | ACKNOWLEDGE | CREATE, 1, 0) + body)
    number = -struct.unpack_from("=i", netlink.recv(8192), 16)[0]
    if number:
        raise OSError(number, f"rtnetlink refuses message {kind}")
