"""Advice on tests_node's layer 5: test_5_runtime."""

from __future__ import annotations

import re
from dataclasses import replace

from edgeproof.diagnose.advice import Advice, advises, catalogue
from edgeproof.diagnose.known_lines import meaning_of
from edgeproof.facts.node import NodeFacts
from edgeproof.facts.node.runtime import NO_DAEMON, NOT_INSTALLED, PODMAN, Docker
from edgeproof.facts.observed import reason
from edgeproof.inventory import Inventory

RESTART = "sudo systemctl reset-failed docker; sudo systemctl restart docker   # restarts the containers of every pod, where K3s runs on Docker"
CONFIGURE = f"sudo nvidia-ctk runtime configure --runtime=docker --set-as-default && {RESTART}"
"""Adds its keys and keeps the others; --set-as-default is there from toolkit 1.14 on (its release notes)."""

BY_HAND = (
    'sudoedit {path}   # keep what is there, and add: "default-runtime": "nvidia", '
    f'"runtimes": {{{{"nvidia": {{{{"path": "nvidia-container-runtime", "runtimeArgs": []}}}}}}}}; then: {RESTART}'
)


BROKEN_BY_UPGRADE = {"32": "docker-clone3", "36": "docker-raw-table"}
"""What an upgrade of Docker has broken, by the major release of L4T (the rows' own sources)."""


CONFLICTS = {
    "old-cri-dockerd": "cri-dockerd-too-old",
    "cri-dockerd-and-docker-25": "cri-dockerd-docker-25",
    "clone3": "docker-clone3",
    "toolkit-and-thor": "toolkit-before-thor",
    "raw-table": "docker-raw-table",
    "drop-in": "containerd-drop-in-newer",
}
"""The row of each pair of versions that cannot work together."""


@advises("docker")
def docker(node: NodeFacts) -> Advice:
    """Not there, something else in its place, dead by a key that is a flag as well, dead otherwise, or not at boot."""
    seen = node.docker
    if seen.active == NOT_INSTALLED:
        return Advice(
            "Docker is not installed, and cluster.yaml says runtime: docker, or does not say",
            "apt-cache policy docker-ce docker.io   # then: sudo apt-get install the one that has a candidate; or, where K3s runs its pods on"
            " containerd: kubernetes: {runtime: containerd} in cluster.yaml",
            does="changes",
        )
    if seen.active in (NO_DAEMON, PODMAN) or (seen.active != "active" and seen.sockets):
        return _something_else(node)
    if seen.active == "active":
        return Advice("Docker does not start at boot", f"sudo systemctl enable {seen.unit}", does="changes")
    clashes = node.daemon_json.clashes
    if clashes:
        return Advice(
            f"Docker does not run: {' and '.join(clashes)} of {node.daemon_json.path} is given to dockerd as a flag too, and with both it does not start",
            f"systemctl cat docker   # take {' and '.join(clashes)} out of the file (sudoedit {node.daemon_json.path}) or of the unit (sudo systemctl edit docker); then: {RESTART}",
            source="nvidia-docker#490",
            does="restarts",
        )
    return _dead(seen, node.daemon_json.path)


def _dead(seen: Docker, path: str) -> Advice:
    """In the daemon's own last words, where the journal has some."""
    log = f"sudo journalctl -u {seen.unit} -n 20"
    if not seen.said:
        return Advice("Docker does not run", f"{log}; sudo systemctl start {seen.unit}", does="changes")
    cause = f"Docker does not run; it logged: {seen.said}"
    if row := meaning_of("docker", seen.said):
        return catalogue(row, path=path).after(cause)
    return Advice(f"{cause} (this message is not in the catalogue)", log, does="reads")


def _something_else(node: NodeFacts) -> Advice:
    """A client without daemon, a rootless daemon, podman: K3s asks /run/docker.sock for Docker itself."""
    where = (
        f", and what answers as docker listens at {' and '.join(node.docker.sockets)}" if node.docker.sockets else ""
    )
    return Advice(
        f"the system's own Docker is {node.docker.active}{where}; K3s with --docker asks it alone, at /run/docker.sock",
        "docker context ls; docker info; dpkg -l 'docker*' 'podman*'   # see which Docker is meant before another is installed beside it",
        does="reads",
    )


@advises("docker_held")
def docker_held(node: NodeFacts) -> Advice:
    """Free to be upgraded; what an upgrade breaks goes by the L4T release, where that is known."""
    packages = " ".join(node.docker.unheld)
    release = "" if reason(node, "platform") or reason(node.platform, "l4t") else node.platform.l4t_major
    known = catalogue(BROKEN_BY_UPGRADE[release]) if release in BROKEN_BY_UPGRADE else None
    return Advice(
        f"apt may upgrade {packages} to a version that this kernel does not support",
        f"sudo apt-mark hold {packages}",
        known.id if known else "",
        known.source if known else "",
        does="changes",
    )


@advises("daemon_json")
def daemon_json(node: NodeFacts) -> Advice:
    """Refused by dockerd, no nvidia runtime, its program missing, or not the default."""
    seen = node.daemon_json
    if seen.unregistered:
        found = catalogue("runtime-not-registered")
        cause = f"dockerd does not start with {seen.path}: {seen.error}"
        return replace(found, cause=cause, fix=_make_default(node), does="restarts")
    if seen.error:
        found = catalogue("daemon-json-invalid", path=seen.path)
        return replace(found, cause=f"dockerd rejects {seen.path}: {seen.error}")
    twice = f" (it has {' and '.join(seen.repeated)} twice, of which the last counts)" if seen.repeated else ""
    if not seen.nvidia_path:
        what = f"{seen.path} names no nvidia runtime" if seen.present else f"there is no {seen.path}"
        return Advice(f"{what}, so containers get runc{twice}", _make_default(node), does="restarts")
    if not seen.nvidia_runs:
        return _without_program(node)
    return Advice(
        f"containers get {seen.default_runtime or 'runc'} unless they ask for nvidia, and Kubernetes never asks{twice}",
        _make_default(node),
        does="restarts",
    )


def _without_program(node: NodeFacts) -> Advice:
    """Name the package that has the runtime's program: its own on R32, the toolkit's from R35 on."""
    path = node.daemon_json.nvidia_path
    if path.rsplit("/", 1)[-1] != "nvidia-container-runtime":
        return Advice(f"{path}, the nvidia runtime in {node.daemon_json.path}, is missing or not executable", f"ls -l {path}; sudoedit {node.daemon_json.path}", does="changes")  # fmt: skip
    old = reason(node, "platform") is None and node.platform.l4t_major == "32"
    package = "nvidia-container-runtime" if old else "nvidia-container-toolkit"
    return Advice(f"{path} is not installed", f"sudo apt-get install -y {package}; {RESTART}", does="restarts")


def _make_default(node: NodeFacts) -> str:
    """Give the toolkit's own command, where it has it and the file is the usual one; else what to write by hand."""
    of_program = "" if reason(node, "versions") else node.versions.toolkit
    match = re.match(r"(\d{1,4})\.(\d{1,4})", node.docker.toolkit or of_program)
    if match and (int(match[1]), int(match[2])) >= (1, 14) and node.daemon_json.path == "/etc/docker/daemon.json":
        return CONFIGURE
    return BY_HAND.format(path=node.daemon_json.path)


@advises("daemon_agrees")
def daemon_agrees(node: NodeFacts) -> Advice:
    """The configuration is newer than the daemon."""
    lacks = "nvidia" not in node.docker.runtimes
    what = "the nvidia runtime is not registered with the running daemon" if lacks else "the daemon has another default"
    return catalogue("daemon-not-restarted").after(what)


@advises("docker_group")
def docker_group(node: NodeFacts, inventory: Inventory) -> Advice:
    """Not a member, or docker's own words."""
    if "docker" not in node.docker_group.groups:
        user = node.reach.user or node.declared.user or inventory.ssh.user
        return catalogue("docker-group", user=user).after(f"{user} is not in the group docker")
    return Advice(
        f"docker does not answer the user, who is in the group docker: {node.docker_group.said or 'it said nothing'}",
        "docker version; ls -l /var/run/docker.sock",
        does="reads",
    )


@advises("containerd")
def containerd(node: NodeFacts) -> Advice:
    """No runtime of NVIDIA's, or not the default one where it is to be."""
    seen = node.containerd
    unit = "k3s" if node.declared.k3s_role == "server" else "k3s-agent"
    if not seen.nvidias:
        return replace(
            catalogue("runtime-class-unknown"),
            cause=f"the containerd that runs the pods has no runtime of NVIDIA's (by {seen.told_by}): K3s looks for its programs as it starts",
            fix=f"on {node.name}: sudo apt-get install -y nvidia-container-toolkit; sudo systemctl restart {unit}; sudo k3s crictl info | grep nvidia",
            does="restarts",
        )
    found = catalogue("containerd-default-runc", node=node.name, unit=unit)
    if seen.templates:
        path = seen.templates[-1]
        fix = f'on {node.name}: sudoedit {path}   # default_runtime_name = "nvidia" in the table that ends in .containerd]; then: sudo systemctl restart {unit}'
        found = replace(found, fix=fix, does="restarts")
    named = " and ".join(seen.nvidias)
    return replace(found, cause=f"{found.cause}: {seen.default_runtime}, beside {named} (by {seen.told_by})")


@advises("cdi")
def cdi(node: NodeFacts) -> Advice:
    """A file that its reader refuses, none at all, or none with the device."""
    seen = node.cdi
    if seen.refused:
        files = [f"{file.path} is of version {file.version}" for file in seen.files if file.path in seen.refused]
        found = catalogue("cdi-file-too-new", node=node.name, path=seen.refused[0])
        return found.after(f"{', '.join(files)}, and {seen.reader} reads them up to 0.6.0")
    found = catalogue("cdi-device-unknown")
    wanted = seen.wanted or "a device of nvidia.com/gpu"
    devices = [device for file in seen.files for device in file.devices]
    what = (
        f"the CDI files name {', '.join(devices[:10]) or 'no device'}"
        if seen.files
        else "there is no CDI file in /etc/cdi or /var/run/cdi"
    )
    return replace(found, cause=f"{what}, and pods ask for {wanted}")


@advises("versions_fit")
def versions_fit(node: NodeFacts) -> Advice:
    """The pair that cannot work together, by its row."""
    first, *others = node.versions.conflicts
    more = f"; and {' and '.join(map(str, others))}" if others else ""
    return catalogue(CONFLICTS[first.kind], node=node.name).after(f"{first.pair}{more}")


@advises("l4t_mount_lists")
def l4t_mount_lists() -> Advice:
    """The lists come with packages of their own."""
    return catalogue("l4t-csv-missing")
