"""Faults of what brings the GPU into pods: containerd's settings, the RuntimeClass, CDI files, the hook of NVIDIA's runtime."""

from __future__ import annotations

from dataclasses import dataclass

import yaml

from lab.access import inventory_path
from lab.faults.fault import IN_VERIFY_POD, RESTART_AGENT, TOOLKIT_PROGRAM, Fault, ShellFault, kept, restored
from lab.k3s import CDI, CONFIG
from lab.lab import Lab, Node

READY = "[ \"$(k3s crictl info -o go-template --template '{{.status.conditions}}' 2>/dev/null | grep -c NetworkReady)\" = 1 ]"
RUNTIME = "/usr/bin/nvidia-container-runtime"
KEPT_CDI = "/run/cdi.kept"
DELETE_CLASS = "k3s kubectl delete runtimeclass nvidia --ignore-not-found"
CREATE_CLASS = """k3s kubectl apply -f - <<'EOF'
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: nvidia}
handler: nvidia
EOF"""

VERIFY_POD = IN_VERIFY_POD | {"daemon_set"}


@dataclass(frozen=True, kw_only=True)
class Undeclared(ShellFault):
    """A fault that shows where cluster.yaml does not say how pods get the GPU; the lab's bring-up writes the file anew."""

    def put_in(self, lab: Lab, node: Node) -> None:
        """Take the line out of the inventory, and break."""
        file = inventory_path(lab)
        inventory = yaml.safe_load(file.read_text())
        inventory["kubernetes"].pop("gpu", None)
        file.write_text(yaml.safe_dump(inventory, sort_keys=False))
        super().put_in(lab, node)


CONTAINERD_FAULTS: tuple[Fault, ...] = (
    ShellFault(
        name="default-runtime-not-set",
        sentence="K3s was installed without --default-runtime nvidia, so pods run under runc",
        suite="tests_node",
        check="containerd",
        catalogue_id="containerd-default-runc",
        ways=("default-runtime",),
        breaks={"containerd": kept(CONFIG) + f"sed -i '/^default-runtime/d' {CONFIG}; " + RESTART_AGENT},
        mends=restored(CONFIG, RESTART_AGENT),
        broken=READY,
        settled=READY,
        blocks=frozenset({"gpu_in_pod"}),
    ),
    ShellFault(
        name="toolkit-missing",
        is_daily=False,
        sentence="NVIDIA's runtime was not there when K3s started, so containerd does not know the RuntimeClass's runtime",
        suite="tests_node",
        check="containerd",
        catalogue_id="runtime-class-unknown",
        ways=("runtime-class",),
        breaks={"containerd": f"mv {RUNTIME} {RUNTIME}.kept; {RESTART_AGENT}"},
        mends=restored(RUNTIME, RESTART_AGENT),
        broken=READY,
        settled=READY,
        blocks=VERIFY_POD,
    ),
    ShellFault(
        name="runtime-class-deleted",
        is_daily=False,
        sentence="the RuntimeClass that cluster.yaml lets pods ask by is gone",
        suite="tests_cluster",
        check="way",
        catalogue_id="runtime-class-missing",
        role="server",
        runs_on="server",
        ways=("runtime-class",),
        breaks={"containerd": DELETE_CLASS},
        mends=CREATE_CLASS,
        shown_by="the cluster",
        blocks=VERIFY_POD,
        blocks_here=VERIFY_POD,
        spreads=True,
    ),
    Undeclared(
        name="no-way-to-the-gpu",
        is_daily=False,
        sentence="containerd's default runtime is runc, there is no RuntimeClass, and cluster.yaml does not say how pods get the GPU",
        suite="tests_cluster",
        check="gpu_in_pod",
        catalogue_id="no-nvidia-default",
        role="server",
        runs_on="server",
        ways=("runtime-class",),
        breaks={"containerd": DELETE_CLASS},
        mends=CREATE_CLASS,
        shown_by="every node",
    ),
    ShellFault(
        name="cdi-file-missing",
        is_daily=False,
        sentence="the CDI file is gone, as after a reboot where it was written to /var/run/cdi",
        suite="tests_node",
        check="cdi",
        catalogue_id="cdi-device-unknown",
        ways=("cdi",),
        breaks={"containerd": f"mv {CDI} {KEPT_CDI}"},
        mends=f"[ ! -e {KEPT_CDI} ] || mv {KEPT_CDI} {CDI}",
        blocks=VERIFY_POD,
    ),
    ShellFault(
        name="hook-program-missing",
        is_daily=False,
        sentence="the program of NVIDIA's hooks is missing, as after half an installation",
        suite="tests_cluster",
        check="daemon_set",
        catalogue_id="runtime-hook-failed",
        # A CDI file names another program of the toolkit's, nvidia-cdi-hook.
        ways=("default-runtime", "runtime-class"),
        breaks={"containerd": f"mv {TOOLKIT_PROGRAM} {TOOLKIT_PROGRAM}.kept"},
        mends=restored(TOOLKIT_PROGRAM, "true"),
        blocks=IN_VERIFY_POD,
    ),
)
