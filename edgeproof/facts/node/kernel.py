"""What Kubernetes needs of a node's kernel: modules for its network, forwarding, a cgroup hierarchy that its kubelet takes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from edgeproof import limits
from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Facts, Unobserved, inapplicable, unobserved
from edgeproof.facts.probe import Output, Probe
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory, Node

NEEDED = {
    "br_netfilter": "BRIDGE_NETFILTER",
    "nf_conntrack": "NF_CONNTRACK",
    "xt_addrtype": "NETFILTER_XT_MATCH_ADDRTYPE",
    "xt_comment": "NETFILTER_XT_MATCH_COMMENT",
    "xt_conntrack": "NETFILTER_XT_MATCH_CONNTRACK",
    "xt_multiport": "NETFILTER_XT_MATCH_MULTIPORT",
    "xt_statistic": "NETFILTER_XT_MATCH_STATISTIC",
}
"""Modules, and the kernel's option for each: `k3s check-config` calls them generally necessary (contrib/util/check-config.sh)."""

WITHOUT_V1 = (1, 35)
"""From this Kubernetes on the kubelet does not start on cgroup v1, unless it is told to (failCgroupV1, kubernetes#134298)."""

Lack = Literal["memory-cgroup-off", "cgroup-v1"]


@dataclass(frozen=True, repr=False)
class Kernel(Facts):
    """What this kernel lacks of what Kubernetes needs, and the Kubernetes that K3s brings, where it was asked ('' else).

    `absent` are modules, `off` settings (also that of the bridge without its module), `lacks` what keeps the kubelet from starting.
    """

    absent: tuple[str, ...]
    off: tuple[str, ...]
    lacks: tuple[Lack, ...]
    kubernetes: str


def parse_kernel(output: Output) -> Kernel | Unobserved:
    """`read SOURCE`, `has MODULE`, lines of the configuration, `ip_forward N`, `bridge_nf N`, `v2 CONTROLLERS` or `v1 ENABLED`, K3s's version, `takes-v1`."""
    text = output.stdout
    if re.search(r"^container$", text, re.M):
        why = "a container has its host's kernel"
        return Kernel(inapplicable(why), inapplicable(why), inapplicable(why), "")
    version = re.search(r"^k3s version v([0-9]{1,3})\.([0-9]{1,3})(\S{0,40})", text, re.M)
    forward = re.search(r"^ip_forward ([01])$", text, re.M)
    bridge = re.search(r"^bridge_nf (absent|[01])$", text, re.M)
    if not forward and not bridge:
        return Unobserved("neither /proc/modules nor /proc/sys/net told anything of the kernel")
    settings = {"net.ipv4.ip_forward": forward, "net.bridge.bridge-nf-call-iptables": bridge}
    return Kernel(
        absent=_absent(text),
        off=tuple(name for name, found in settings.items() if found and found[1] != "1"),
        lacks=_lacks(text, (int(version[1]), int(version[2])) if version else None),
        kubernetes=f"{version[1]}.{version[2]}{version[3]}" if version else "",
    )


def _absent(text: str) -> Any:
    """Name the modules that the kernel surely lacks: by its configuration, else by all three lists of its modules together."""
    has = set(re.findall(r"^has (\w{1,80})$", text, re.M))
    options = dict(re.findall(r"^CONFIG_(\w{1,80})=([ym])$", text, re.M))
    without = set(re.findall(r"^# CONFIG_(\w{1,80}) is not set$", text, re.M))
    whole = {"loaded", "builtin", "dep"} <= set(re.findall(r"^read (\w{1,10})$", text, re.M))
    left = [name for name, option in NEEDED.items() if name not in has and options.get(option) != "y"]
    surely = tuple(name for name in left if NEEDED[name] in without or whole)
    if not surely and left:
        return unobserved(f"neither /proc/config.gz nor /lib/modules tells whether this kernel has {', '.join(left)}")
    return surely


def _lacks(text: str, kubernetes: tuple[int, int] | None) -> Any:
    two = re.search(r"^v2 (.{0,400})$", text, re.M)
    if two:
        return () if "memory" in two[1].split() else ("memory-cgroup-off",)
    one = re.search(r"^v1 ([01])$", text, re.M)
    if not one:
        return unobserved("/sys/fs/cgroup and /proc/cgroups told nothing of the memory cgroup")
    refuses = kubernetes is not None and kubernetes >= WITHOUT_V1 and not re.search(r"^takes-v1$", text, re.M)
    return (("memory-cgroup-off",) if one[1] == "0" else ()) + (("cgroup-v1",) if refuses else ())


KERNEL = Probe(
    "kernel",
    snippet(
        SNIPPETS,
        "kernel",
        modules="|".join(NEEDED),
        options="|".join(NEEDED.values()),
        ask_s=f"{limits.K3S_VERSION_S:g}",
    ),
    parse_kernel,
    root=True,
)


@dataclass(frozen=True, repr=False)
class KernelFacts(Facts):
    """Layer 4: what Kubernetes needs of the kernel."""

    kernel: Kernel


def probes(inventory: Inventory, node: Node) -> tuple[Probe[Any], ...]:
    """Give the probes of `KernelFacts`, by its fields' names."""
    return (KERNEL,)
