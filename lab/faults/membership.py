"""Faults of what holds an agent and its server together: token, CA, the kubelet's port, the bridge of the cluster before."""

from __future__ import annotations

from lab.faults.fault import IN_PODS, IS_READY, RESTART_AGENT, Fault, ShellFault, kept, restored
from lab.k3s import CONFIG

ENV = "/etc/systemd/system/k3s-agent.service.env"
TOKEN = "/var/lib/rancher/k3s/server/node-token"
KUBELET = "INPUT -p tcp --dport 10250 -j REJECT --reject-with tcp-reset"
OTHER_CA = "sed -i 's/K10[0-9a-f]*::/K100000000000000000000000000000000000000000000000000000000000000000::/' "
REFUSED = "journalctl -u k3s-agent -n 20 | grep -q 'token CA hash does not match'"

MEMBERSHIP_FAULTS: tuple[Fault, ...] = (
    ShellFault(
        name="token-of-another-cluster",
        is_daily=False,
        sentence="the server was installed anew, and the agent still has the token of the cluster before",
        suite="tests_cluster",
        check="nodes",
        catalogue_id="token-ca-mismatch",
        breaks={
            "docker": kept(ENV) + OTHER_CA + ENV + f"; {RESTART_AGENT}",
            "containerd": kept(CONFIG) + OTHER_CA + CONFIG + f"; {RESTART_AGENT}",
        },
        mends=restored(ENV, RESTART_AGENT) + "; " + restored(CONFIG, RESTART_AGENT),
        broken=f"{REFUSED} && {IS_READY} | grep -qx Unknown",
        blocks=IN_PODS | {"placement"},
    ),
    ShellFault(
        name="token-missing",
        is_daily=False,
        sentence="the file of the token that lets nodes join is gone",
        suite="tests_cluster",
        check="token",
        catalogue_id="token-missing",
        role="server",
        breaks=f"mv {TOKEN} {TOKEN}.kept",
        mends=f"[ ! -e {TOKEN}.kept ] || mv {TOKEN}.kept {TOKEN}",
    ),
    ShellFault(
        name="kubelet-port-blocked",
        is_daily=False,
        sentence="a firewall refuses the server's way to the agent's kubelet",
        suite="tests_cluster",
        check="exec_in_pod",
        catalogue_id="kubelet-unreached",
        breaks=f"iptables -w -I {KUBELET}",
        mends=f"iptables -w -D {KUBELET} 2>/dev/null || true",
        blocks=IN_PODS - {"exec_in_pod", "daemon_set", "pod_with_claim"},
    ),
    ShellFault(
        name="bridge-of-another-cluster",
        is_daily=False,
        sentence="the bridge of the pods has an address of the cluster that the agent was in before",
        suite="tests_cluster",
        check="daemon_set",
        catalogue_id="bridge-of-another-cluster",
        breaks="ip -4 address show dev cni0 | awk '/inet / {print $2; exit}' > /run/cni0.kept; ip -4 address flush dev cni0; ip address add 10.42.99.1/24 dev cni0",
        mends=(
            "[ ! -e /run/cni0.kept ] || { if ip address delete 10.42.99.1/24 dev cni0 2>/dev/null; then ip address add $(cat /run/cni0.kept) dev cni0; fi;"
            f" rm /run/cni0.kept; {RESTART_AGENT}; }}"
        ),
        blocks=IN_PODS - {"daemon_set"},
    ),
)
