"""Faults of a K3s on containerd: what its settings say of the runtime that pods get."""

from __future__ import annotations

from lab.faults.fault import Fault, ShellFault, kept, restored

CONFIG = "/etc/rancher/k3s/config.yaml"
RESTART = "systemctl restart k3s-agent"
READY = "[ \"$(k3s crictl info -o go-template --template '{{.status.conditions}}' 2>/dev/null | grep -c NetworkReady)\" = 1 ]"

CONTAINERD_FAULTS: tuple[Fault, ...] = (
    ShellFault(
        name="default-runtime-not-set",
        sentence="K3s was installed without --default-runtime nvidia, so pods run under runc",
        suite="tests_node",
        check="containerd",
        catalogue_id="containerd-default-runc",
        breaks={"containerd": kept(CONFIG) + f"sed -i '/^default-runtime/d' {CONFIG}; " + RESTART},
        mends=restored(CONFIG, RESTART),
        broken=READY,
        settled=READY,
        blocks=frozenset({"gpu_in_pod"}),
    ),
)
