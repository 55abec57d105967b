"""Builds what K3s carries beside Kubernetes where its pods do not run on Docker: containerd with its shim and ctr, and crictl."""

from __future__ import annotations

from pathlib import Path

from lab.cache import kept
from lab.images.go_toolchain import copied, required
from lab.places import SOURCE

FILES = SOURCE / "containerd"
EXPECTED_S = 200.0
CONTAINERD = "github.com/containerd/containerd/v2"
CRICTL = "sigs.k8s.io/cri-tools"
PROGRAMS = {
    FILES: (CONTAINERD, ("cmd/containerd", "cmd/containerd-shim-runc-v2", "cmd/ctr"), f"{CONTAINERD}/version.Version"),
    FILES / "crictl": (CRICTL, ("cmd/crictl",), f"{CRICTL}/pkg/version.Version"),
}
"""By the folder with a go.mod: its module, the programs of it, and where their version is stamped."""


def containerd_programs() -> Path:
    """Give the folder with the programs, building them first if need be (3 minutes on two cores)."""
    return kept("containerd", [FILES, "v1"], EXPECTED_S, _build)


def _build(part: Path) -> None:
    part.mkdir()
    for files, (module, programs, stamp) in PROGRAMS.items():
        stamped = f"-s -w -X {stamp}={required(module, files)}"
        with copied(part, files) as go:
            for program in programs:
                target = str(part / Path(program).name)
                go("build", "-trimpath", "-tags", "no_btrfs no_zfs", "-ldflags", stamped, "-o", target, f"{module}/{program}")
