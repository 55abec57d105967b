"""Advice on tests_node's layer 4: test_4_system."""

from __future__ import annotations

from dataclasses import replace

from edgeproof.diagnose.advice import Advice, advises, catalogue
from edgeproof.diagnose.known_lines import meaning_of
from edgeproof.diagnose.shown_by_board import heat_and_power, weak_supply
from edgeproof.facts.node import NodeFacts
from edgeproof.facts.node.clocks import PARTS
from edgeproof.facts.node.power import FASTEST, Mode, PowerMode
from edgeproof.facts.observed import reason
from edgeproof.inventory import Inventory


@advises("headless")
def headless() -> Advice:
    """The desktop takes memory that the GPU needs."""
    return catalogue("graphical-target")


@advises("swap")
def swap(node: NodeFacts) -> Advice:
    """On zram, on disk, or on both: the fix takes all that is there."""
    zram = catalogue("zram-swap", node=node.name)
    disk = ", ".join(node.swap.on_disk)
    causes = [_zram(node, zram)] * node.swap.on_zram + [f"{disk} is swap, now or at boot"] * bool(disk)
    fixes = [
        "sudo swapoff -a",
        *(_not_at_boot(unit) for unit in node.swap.units),
        *(["sudoedit /etc/fstab"] if node.swap.in_fstab else []),
    ]
    words = "; ".join(causes) or "swap is made at boot"
    row = (zram.id, zram.source) if node.swap.on_zram else ("", "")
    notes = [f"put a # before the lines of {' and '.join(node.swap.in_fstab)}"] * bool(node.swap.in_fstab)
    notes += [FIND_ZRAM] * (node.swap.on_zram and not node.swap.zram_units)
    return Advice(words, " && ".join(fixes) + ("   # " + "; ".join(notes) if notes else ""), *row, does="changes")


FIND_ZRAM = "what makes it again at boot: systemctl list-units --all '*zram*'; grep -rl zram /etc/systemd /lib/systemd /etc/rc.local"
"""Where no unit of those that are enabled has zram in its name."""

GENERATED = "systemd-zram-setup@"
"""zram-generator makes these from its configuration; an empty one turns it off (zram-generator.conf(5))."""


def _zram(node: NodeFacts, row: Advice) -> str:
    """Name the units that make it, where any is known; boards have other ones than nvzramconfig."""
    names = [unit.removesuffix(".service") for unit in node.swap.zram_units]
    return (
        f"{', '.join(names)}: {row.cause}"
        if names
        else "swap on zram (compressed memory); no enabled unit has zram in its name"
    )


def _not_at_boot(unit: str) -> str:
    if unit.startswith(GENERATED):
        return "sudo mv /etc/systemd/zram-generator.conf /etc/systemd/zram-generator.conf.off && sudo touch /etc/systemd/zram-generator.conf"
    return f"sudo systemctl disable --now {unit.removesuffix('.service')}"


@advises("power_mode")
def power_mode(node: NodeFacts, inventory: Inventory) -> Advice:
    """A lesser mode makes a slow node; a mode that is merely another than declared is not made slower."""
    mode, declared = node.power_mode, inventory.power_of(node.declared).mode
    wanted = mode.wanted(declared)
    if mode.said:
        return _not_set_at_boot(mode, wanted)
    at_most = (wanted.rank or (0, 0, 0)) <= (mode.present.rank or (0, 0, 0))
    if wanted.id is None or (declared != FASTEST and at_most):
        return Advice(
            f"power mode {mode.present} is not what cluster.yaml declares ({declared})",
            "# in cluster.yaml, name the mode that is meant: power: {mode: max}, an id, a name, or any; this board has "
            + (", ".join(map(str, mode.conf)) or f"{mode.present}"),
            does="reads",
        )
    return replace(
        catalogue("slow-node"),
        cause=f"power mode {mode.present} slows the board; {wanted} is its fastest"
        if declared == FASTEST
        else f"power mode {mode.present} is not what cluster.yaml declares ({declared}), and slower",
        fix=f"sudo nvpmodel -m {wanted.id}   # may ask for a reboot",
        does="restarts",
    )


def _not_set_at_boot(mode: PowerMode, wanted: Mode) -> Advice:
    """The service that sets the mode at boot has failed, so what is in force is what the kernel began with."""
    cause = f"the board is in power mode {mode.present}, since nvpmodel.service, which sets the mode at boot, failed; it logged: {mode.said}"
    if row := meaning_of("nvpmodel", mode.said):
        return catalogue(row, mode="MODE" if wanted.id is None else wanted.id).after(cause)
    return Advice(cause, "systemctl status nvpmodel; sudo journalctl -b -u nvpmodel --no-pager", does="reads")


@advises("clocks")
def clocks(node: NodeFacts) -> Advice:
    """Gone with the last reboot, or with the next one."""
    found = catalogue("clocks-reset")
    pinned = set(node.clocks.pinned) == set(PARTS)
    idle = [source for source in node.clocks.boot_sources if source.state != "enabled"]
    if not pinned and any(source.state == "enabled" for source in node.clocks.boot_sources):
        names = ", ".join(source.name for source in node.clocks.boot_sources if source.state == "enabled")
        cause = f"the clocks are not pinned, though {names} runs jetson_clocks at boot"
        return replace(found, cause=cause, fix="sudo jetson_clocks", does="changes")
    if not idle:
        return replace(found, cause=f"{found.cause}; no unit, rc.local or cron line was found that runs it at boot")
    where = idle[0]
    keeps = f"sudo chmod +x {where.name}" if where.name.startswith("/") else f"sudo systemctl enable {where.name}"
    lost = "will be lost at the next boot" if pinned else "were lost at the last boot"
    return replace(
        found,
        cause=f"the pinned clocks {lost}: {where.name} runs jetson_clocks, but is {where.state}",
        fix=keeps if pinned else f"sudo jetson_clocks && {keeps}",
        does="changes",
    )


@advises("power_supply")
def power_supply(node: NodeFacts) -> Advice:
    """A weak supply, or a board that slows itself down."""
    counted = () if reason(node, "over_current") else node.over_current.events
    if counted:
        words = f"{'; '.join(map(str, counted))}: a supply or cable too weak for the board, which throttles itself{heat_and_power(node)}"
        return replace(weak_supply(node), cause=words)
    if not node.power_supply.alarms:
        cores = ", ".join(sorted({core.core for core in node.power_supply.slowed_cores}))
        return Advice(
            f"{cores} ran at less than half of the set clock: heat, or too little power{heat_and_power(node)}",
            "sudo tegrastats",
            does="reads",
        )
    found = weak_supply(node)
    return replace(found, cause=f"{found.cause}{heat_and_power(node)}")


@advises("thermal")
def thermal(node: NodeFacts) -> Advice:
    """Hot at rest."""
    return catalogue("hot-at-rest").after(f"the board is hot while idle{heat_and_power(node)}")


@advises("memory")
def memory(node: NodeFacts) -> Advice:
    """Something eats it, or the kernel does not see all of it."""
    most, total = node.fleet.most_memory_bytes, node.memory.total_bytes
    if 2 * node.memory.available_bytes >= total:
        return catalogue("memory-kept-back", node=node.name).after(
            f"the kernel of {node.name} sees {total / 2**20:.0f} MiB, and {most / 2**20:.0f} on another board with the module {node.platform.module}"
        )
    return catalogue("memory-in-use").after("more than half of the memory is in use while idle")


@advises("disk")
def room(node: NodeFacts) -> Advice:
    """What the kubelet does of itself where it is full."""
    full = "; ".join(map(str, node.disk.full))
    images = any("images" in each.roles for each in node.disk.full)
    does = "deletes images that no pod runs on, preloaded ones too, and evicts pods" if images else "evicts pods"
    return replace(
        catalogue("disk-full"), cause=f"little room on {full}: the kubelet {does}; L4T images take several GB each"
    )


@advises("disk_health")
def disk_health(node: NodeFacts) -> Advice:
    """Read-only since the kernel met an error, or made so; or errors alone."""
    if node.disk.read_only:
        names = ", ".join(node.disk.read_only)
        found = catalogue("root-read-only", path=node.disk.read_only[0])
        return found.after(f"{names} is mounted read-only")
    lines = node.disk_errors.of(node.disk)
    return catalogue("disk-failing").after(f"{len(lines)} lines in the kernel log, the last one: {lines[-1]}")


@advises("reboot")
def reboot(node: NodeFacts) -> Advice:
    """The kernel that runs has lost its modules, or packages ask for it."""
    if node.reboot.replaced_by:
        now = ", ".join(node.reboot.replaced_by)
        found = catalogue("kernel-replaced", node=node.name)
        return found.after(f"kernel {node.reboot.kernel} runs, and /lib/modules has those of {now} alone")
    return catalogue("reboot-pending", node=node.name).after(
        f"packages ask for a reboot: {', '.join(node.reboot.pending)}"
    )


@advises("kernel")
def kernel(node: NodeFacts) -> Advice:
    """What keeps the kubelet from starting first, then modules that the kernel lacks, then what is merely off."""
    for lack in node.kernel.lacks:
        if lack == "cgroup-v1":
            return catalogue("cgroup-v1").after(
                f"K3s brings Kubernetes {node.kernel.kubernetes}, and this node has cgroup v1"
            )
        return catalogue("memory-cgroup-off", node=node.name)
    if node.kernel.absent:
        return catalogue("kernel-modules").after(
            f"kernel {node.platform.kernel} has no {', '.join(node.kernel.absent)}"
        )
    if "net.bridge.bridge-nf-call-iptables" in node.kernel.off:
        return catalogue("br-netfilter").after("net.bridge.bridge-nf-call-iptables is off")
    return catalogue("ip-forward-off", node=node.name)
