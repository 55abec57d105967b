"""Reboots nodes over SSH, one after the other: looks before, waits for each, looks again; stops where one does not come back."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from edgeproof import limits
from edgeproof.connect.api import KubernetesApi
from edgeproof.connect.ssh import open_node
from edgeproof.connect.sudo import SudoPassword, printed_as_root
from edgeproof.errors import ConnectError
from edgeproof.facts.cluster import ClusterFacts, gather_cluster, parse_cluster
from edgeproof.facts.cluster.members import Member, boards, parse_member
from edgeproof.facts.node import NodeFacts, gather_nodes, parse_nodes
from edgeproof.facts.observed import Blocked, blank, reason
from edgeproof.facts.script import NEEDS_ROOT
from edgeproof.inventory import Inventory
from edgeproof.reboot.boot import Boot, ask_boot
from edgeproof.reboot.compared import Rebooted
from edgeproof.say import Say
from edgeproof.waiting import look_until

COMMAND = "systemctl reboot"
ANYWAY = "--despite-pods reboots it all the same"


@dataclass
class Reboots:
    """The reboots of one run; `found` by the node's name, `missing` those that were not rebooted, and why."""

    inventory: Inventory
    nodes: dict[str, NodeFacts]
    say: Say
    password: SudoPassword
    despite_pods: bool = False
    found: dict[str, Rebooted] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    def run(self, names: Iterable[str]) -> None:
        """Reboot these nodes in this order; those after one that does not come back are left alone."""
        stopped = ""
        for name in names:
            if stopped:
                self.missing[name] = stopped
                continue
            try:
                self.found[name] = self._reboot(name)
            except Blocked as blocked:
                self.missing[name] = blocked.why
                continue
            stopped = self._stops(name)

    def _stops(self, name: str) -> str:
        found = self.found[name]
        if found.complaint:
            return f"{name} did not come back from its reboot (see the check back), so no other node was rebooted"
        if found.not_ready:
            return (
                f"{name} came back and is not Ready (see the check membership_as_before), so no other node was rebooted"
            )
        return ""

    def _reboot(self, name: str) -> Rebooted:
        """Raises Blocked where the node is not to be rebooted, or could not be told to."""
        boot = ask_boot(self.inventory, self.inventory.nodes[name])
        if isinstance(boot, str):
            raise Blocked(boot)
        cluster = self._cluster()
        self._refuse(name, cluster)
        member = _member(cluster, name)
        known = {"node": name, "before": self.nodes[name], "boot": boot} | member
        self.say(f"rebooting {name} …")
        began_s = time.monotonic()
        self._order(name)
        now = self._await_boot(name, boot)
        if isinstance(now, str):
            return blank(
                Rebooted, f"{name} did not come back from its reboot (see the check back)", complaint=now, **known
            )
        now = self._await_settled(name, now)
        not_ready = self._await_ready(name, now) if member and member["member"].is_ready else ""
        self.say(f"{name} is back after {time.monotonic() - began_s:.0f} s")
        after = parse_nodes(gather_nodes(self.inventory, self.say, self.password), self.inventory)
        gained = {f"{key}_after": value for key, value in _member(self._cluster(), name).items()}
        why = f"the API did not tell of {name} before and after its reboot (see the checks api and nodes of tests_cluster)"
        return blank(
            Rebooted, why, complaint="", after=after[name], boot_after=now, not_ready=not_ready, **known, **gained
        )

    def _cluster(self) -> ClusterFacts:
        return parse_cluster(gather_cluster(self.inventory), self.nodes, self.inventory)

    def _refuse(self, name: str, cluster: ClusterFacts) -> None:
        """Raise Blocked where pods run on the node that the reboot would end, or nobody can say whether any do."""
        if self.despite_pods:
            return
        if cluster.api.error:
            raise Blocked(f"which pods run on {name} is not known (API: {cluster.api.error}); {ANYWAY}")
        foreign = [pod for pod in cluster.pods_on(name) if pod.is_workload] if name in cluster.members else []
        if foreign:
            raise Blocked(
                f"a reboot of {name} would end {', '.join(map(repr, foreign))}: move what is to go on"
                f" (kubectl drain {cluster.members[name].name} --ignore-daemonsets, afterwards kubectl uncordon); {ANYWAY}"
            )

    def _order(self, name: str) -> None:
        """Tell the node to reboot. The connection may be lost before the answer comes: the boot id tells."""
        try:
            with open_node(self.inventory, self.inventory.nodes[name]) as connection:
                script = self.password.script(connection.user, f"{COMMAND} 2>&1; echo status $?")
                answer = connection.run(script, limits.SHORT_COMMAND_S, self.password.secret)
        except ConnectError:
            return
        printed = printed_as_root(answer.stdout)
        if printed is None:
            raise Blocked(NEEDS_ROOT)
        said, _, status = printed.decode("utf-8", "replace").rpartition("status ")
        if status.strip() not in ("", "0"):
            raise Blocked(
                f"{COMMAND} was refused on {name}: {' '.join(said.split())[-300:] or f'status {status.strip()}'}"
            )

    def _await_boot(self, name: str, before: Boot) -> Boot | str:
        """Wait for another boot; say what was seen last where none comes in time."""

        def look() -> Boot | str:
            return ask_boot(self.inventory, self.inventory.nodes[name])

        found = look_until(limits.REBOOT_S, look, lambda seen, _: isinstance(seen, Boot) and seen.id != before.id)
        if isinstance(found, Boot) and found.id != before.id:
            return found
        last = found if isinstance(found, str) else "it is still in the boot in which it was told to"
        return f"not back within {limits.REBOOT_S:.0f} s of {COMMAND}: {last}"

    def _await_settled(self, name: str, boot: Boot) -> Boot:
        """Wait until all that starts at boot has been started; what takes longer is looked at as it is."""

        def look() -> Boot:
            found = ask_boot(self.inventory, self.inventory.nodes[name])
            return found if isinstance(found, Boot) else boot

        return look_until(limits.BOOT_SETTLES_S, look, lambda seen, _: seen.has_settled)

    def _await_ready(self, name: str, boot: Boot) -> str:
        """Wait until the node is Ready in the boot it is in; say what it is in place of that, '' where it is."""
        last = look_until(limits.REBOOT_READY_S, lambda: self._why_not_ready(name, boot), lambda why, _: not why)
        return f"not Ready within {limits.REBOOT_READY_S:.0f} s: {last}" if last else ""

    def _why_not_ready(self, name: str, boot: Boot) -> str:
        """A node that is off reads Ready for a while: its kubelet must have told of this boot."""
        try:
            members = [parse_member(item) for item in KubernetesApi(self.inventory).items("/api/v1/nodes")]
        except ConnectError as error:
            return str(error)
        found: Member | None = boards(members, self.inventory).get(name)
        if found is None:
            return "it has no Node object any more"
        if found.boot_id not in ("", boot.id):
            return "its kubelet has not told of the new boot yet"
        return "" if found.is_ready else f"Ready is false: {found.why_not_ready or 'no reason is told'}"


def _member(cluster: ClusterFacts, name: str) -> dict[str, Any]:
    """Give the node's Node object as `member`; nothing where there is none, or the API did not tell."""
    found = None if reason(cluster, "members") else cluster.members.get(name)
    return {"member": found} if found else {}
