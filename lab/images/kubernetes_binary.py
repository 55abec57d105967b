"""Builds the Kubernetes binaries: upstream releases from Go modules, all components of one in one file.

1.23 is the last release line with the kubelet's own Docker support: the mission's `k3s --docker`. 1.34 is the last that starts on
cgroup v1 when it is told to (failCgroupV1).
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from lab import limits
from lab.cache import kept
from lab.command import run
from lab.images.go_toolchain import Go, copied
from lab.places import SOURCE

OPENAPI = "k8s.io/kubernetes/pkg/generated/openapi"
EXPECTED_S = 600.0


@dataclass(frozen=True)
class Release:
    """A release of Kubernetes: its version, the folder with its go.mod and what differs in main.go, and whether its module lacks a generated file."""

    version: str
    files: Path
    lacks_openapi: bool = False

    @property
    def minor(self) -> str:
        """The second number of its version."""
        return self.version.split(".")[1]


KUBE = SOURCE / "kube"
MAIN = KUBE / "main.go"
ON_DOCKER = Release("v1.23.17", KUBE / "v1.23", lacks_openapi=True)
ON_CONTAINERD = Release("v1.34.4", KUBE / "v1.34")


def kubernetes_binary(release: Release) -> Path:
    """Give the binary, building it first if need be (7 to 10 minutes on two cores)."""
    inputs: list[str | Path] = [release.files, MAIN, release.version, "stamped twice"]
    return kept("kube", inputs, EXPECTED_S, lambda part: _build(release, part))


def _build(release: Release, part: Path) -> None:
    version = {"gitVersion": release.version, "gitMajor": "1", "gitMinor": release.minor}
    packages = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    stamps = " ".join(f"-X {package}.{key}={value}" for package in packages for key, value in version.items())
    flags = ["-mod=vendor", "-trimpath", "-tags", "providerless", "-ldflags", f"-s -w {stamps}"]
    with copied(part, release.files, MAIN) as go:
        go("mod", "vendor")
        if release.lacks_openapi:
            generated = _generate_openapi(release, go)
            target = go.folder / "vendor" / OPENAPI
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy(generated, target)
        go("build", *flags, "-o", str(part), ".")


def _generate_openapi(release: Release, go: Go) -> Path:
    """Make the one file the published module lacks; its generator must match a current Go."""
    work = go.folder
    tools = work / "openapi-generator"
    within = Go(tools)
    generator = tools / "openapi-gen"
    within("build", "-o", str(generator), "k8s.io/kube-openapi/cmd/openapi-gen")
    empty, out = work / "empty.txt", work / "openapi"
    empty.write_text("")
    flags = {
        "output-dir": out,
        "output-pkg": OPENAPI,
        "output-file": "zz_generated.openapi.go",
        "go-header-file": empty,
        "report-filename": "/dev/null",
    }
    packages = (release.files / "openapi-packages.txt").read_text().split()
    run(
        [str(generator), *(f"--{flag}={value}" for flag, value in flags.items()), *packages],
        timeout_s=limits.BUILD_S,
        folder=work,
        environment=go.environment | {"GOFLAGS": "-mod=mod"},
    )
    return out / "zz_generated.openapi.go"
