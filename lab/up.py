"""Brings a lab up, or back up: every step looks first and does only what is missing."""

from __future__ import annotations

import time
from pathlib import Path

from lab import limits
from lab.access import write_inventory, write_known_hosts, write_kubeconfig
from lab.board import IN_NODE, renaming
from lab.cache import digest
from lab.docker import need_docker
from lab.images.addons import PROGRAMS
from lab.images.built import Built, build_all
from lab.k3s import LOADED, install_k3s
from lab.lab import DNS, LABEL, Lab, Node, Plan, side_by_side
from lab.login import ensure_key, let_in, let_in_by_gateway
from lab.machine import cgroup_version, container_flags, own_cpus
from lab.network import ensure_network
from lab.say import say
from lab.waiting import await_condition

VOLUMES = {
    "docker": "/var/lib/docker",
    "containerd": "/var/lib/containerd",
    "kubelet": "/var/lib/kubelet",
    "rancher": "/var/lib/rancher",
    "nfs": "/nfs",
}
BOOT_CPUS = "2"
"""Nodes boot and load their images without their quota, which is set at the end."""
INPUTS = "edgeproof.inputs"
"""Label of a node: a hash of what it was made from; a node made from something else is made anew."""
EXPORT_OPTIONS = "rw,sync,no_subtree_check,no_root_squash"


def up(plan: Plan) -> Lab:
    """Bring the lab up; raises LabError, naming what does not come up, where a limit runs out."""
    started_s = time.monotonic()
    docker = need_docker()
    lab = Lab(plan, docker)
    built = build_all(docker, plan.runtime, mixed=len({node.board.name for node in lab.nodes}) > 1)
    lab.save()
    ensure_network(lab, built.node_image)
    _ensure_boards(lab, built)
    say(f"nodes are up ({time.monotonic() - started_s:.0f} s)")
    write_known_hosts(lab)
    _ensure_server(lab)
    write_kubeconfig(lab)
    side_by_side(lab.agents, lambda node: install_k3s(lab, node))
    _await_ready(lab)
    _await_addons(lab)
    _ensure_roles(lab)
    _set_quotas(lab)
    write_inventory(lab)
    say(f"lab {plan.name}: {len(lab.nodes)} nodes Ready ({time.monotonic() - started_s:.0f} s)")
    return lab


def _ensure_boards(lab: Lab, built: Built) -> None:
    were_up = all(node.holds("systemctl is-active -q docker") for node in lab.nodes)
    side_by_side(lab.nodes, lambda node: _ensure_container(lab, node, built))
    key = ensure_key(lab)
    let_in_by_gateway(lab, key)
    if not were_up:
        side_by_side(lab.nodes, lambda node: lab.docker("update", "--cpus", BOOT_CPUS, node.container))
    side_by_side(lab.nodes, lambda node: _ensure_board(lab, node, key, built))


def _ensure_container(lab: Lab, node: Node, built: Built) -> None:
    docker = lab.docker
    cpus = _cpus(lab, node)
    # The flag is part of the hash, as labs that are up have it in their label.
    board = node.board.laid_out()
    inputs = digest(
        [built.node_image, *map(str, built.mounts(node.board)), str(board), *(["--cpuset-cpus", cpus] if cpus else [])]
    )
    if docker.exists("container", node.container):
        label = f'{{{{index .Config.Labels "{INPUTS}"}}}}'
        if docker("inspect", "--format", label, node.container).stdout.strip() == inputs:
            node.start()
            return
        docker("rm", "--force", node.container)
    for name in VOLUMES:
        docker.create("volume", f"{node.container}-{name}", label=f"{LABEL}={lab.plan.name}")
    _run_container(lab, node, built, {board: IN_NODE}, inputs, cpus)


def _run_container(lab: Lab, node: Node, built: Built, board: dict[Path, str], inputs: str, cpus: str) -> None:
    read_only = [f"{path}:{target}:ro" for path, target in (built.mounts(node.board) | board).items()]
    own = [f"{node.container}-{name}:{target}" for name, target in VOLUMES.items()]
    lab.docker.run_container(
        node.container,
        built.node_image,
        "/lab-init",
        hostname=node.name,
        label=[f"{LABEL}={lab.plan.name}", f"{INPUTS}={inputs}"],
        network=lab.plan.network,
        ip=str(node.address),
        restart="unless-stopped",
        stop_signal="SIGRTMIN+3",
        cpus=BOOT_CPUS,
        memory="4g",
        tmpfs=["/run", "/run/lock", "/tmp:exec"],
        env=[
            f"LAB_DNS={DNS}",
            f"LAB_GATEWAY={lab.plan.gateway}",
            f"LAB_CGROUP={cgroup_version()}",
            f"LAB_KUBERNETES={built.kubernetes_version}",
        ],
        volume=[*read_only, *own],
        **({"cpuset_cpus": cpus} if cpus else {}),
        **container_flags(),
    )


def _cpus(lab: Lab, node: Node) -> str:
    """Name the CPUs of the machine that an agent is pinned to; the server is not."""
    return ",".join(map(str, own_cpus(lab.agents.index(node), lab.plan.cpus))) if node.role == "agent" else ""


def _ensure_board(lab: Lab, node: Node, key: str, built: Built) -> None:
    await_condition(
        f"{node.name}: systemd and Docker",
        limits.BOOT_S,
        lambda: node.holds("docker info >/dev/null 2>&1 && systemctl is-active -q ssh"),
        lambda: node.run("systemctl --failed --no-pager; journalctl -n 20 --no-pager", check=False).stdout,
    )
    let_in(lab, node, key)
    hosts = "".join(f"{other.address} {other.name}\n" for other in lab.nodes if other is not node)
    node.write("/etc/hosts", f"127.0.0.1 localhost\n127.0.1.1 {node.name}\n{hosts}")
    _ensure_images(node, built)


def _ensure_images(node: Node, built: Built) -> None:
    """Load the images, under the names that they have on this board, where this build of them is not loaded yet."""
    older = built.older_on(node.board)
    builds = "-".join(
        path.name for path in [built.container_images, node.board.laid_out(), *(older.mounts if older else ())]
    )
    loading = f"docker load -q -i /opt/lab/images/images.tar && {older.loading if older else 'true'} && {{ {renaming(node.board)}; }}"
    loaded = f'[ "$(cat {LOADED} 2>/dev/null)" = {builds} ]'
    node.run(f"{loaded} || {{ {loading} && echo {builds} > {LOADED}; }}", timeout_s=limits.NODE_IMAGES_S)


def _ensure_server(lab: Lab) -> None:
    server = lab.server
    server.write("/etc/exports", f"/nfs/images {lab.plan.subnet}({EXPORT_OPTIONS})\n")
    server.run("mkdir -p /nfs/images && chown nobody:nogroup /nfs/images && chmod 777 /nfs/images")
    server.run("systemctl enable --now nfs-kernel-server", timeout_s=limits.SERVICE_START_S)
    install_k3s(lab, server)
    ready = "k3s kubectl get --raw /readyz >/dev/null 2>&1 && [ -s /var/lib/rancher/k3s/server/node-token ]"
    await_condition(
        "K3s server",
        limits.READY_S,
        lambda: server.holds(ready),
        lambda: server.run("journalctl -u k3s -n 20 --no-pager", check=False).stdout,
    )
    await_condition(
        "NFS server",
        limits.SERVICE_START_S,
        lambda: server.holds("nc -z 127.0.0.1 2049"),
        lambda: server.run("journalctl -u nfs-kernel-server -n 20 --no-pager", check=False).stdout,
    )


def _await_ready(lab: Lab) -> None:
    names = " ".join(f"node/{node.name}" for node in lab.nodes)
    ready = f"k3s kubectl wait --for=condition=Ready --timeout={limits.READY_LOOK_S:.0f}s {names} >/dev/null 2>&1"
    await_condition(
        "nodes Ready",
        limits.READY_S,
        lambda: lab.server.holds(ready),
        lambda: lab.server.run("k3s kubectl get nodes -o wide", check=False).stdout,
    )


def _await_addons(lab: Lab) -> None:
    wanted = " ".join(f"deployment/{program.name}" for program in PROGRAMS)
    wait = f"k3s kubectl --namespace kube-system wait --for=condition=Available --timeout={limits.READY_LOOK_S:.0f}s"
    await_condition(
        "K3s's add-ons",
        limits.ADDONS_S,
        lambda: lab.server.holds(f"{wait} {wanted} >/dev/null 2>&1"),
        lambda: lab.server.run("k3s kubectl --namespace kube-system describe pods | tail -n 40", check=False).stdout,
    )


def _ensure_roles(lab: Lab) -> None:
    """Do what the mission's user did by hand: taint the server, label the agents."""
    names = " ".join(node.name for node in lab.agents)
    lab.server.run(
        f"k3s kubectl taint nodes {lab.server.name} node-role.kubernetes.io/master=true:NoSchedule --overwrite &&"
        f" k3s kubectl label nodes {names} node-type=worker --overwrite"
    )


def _set_quotas(lab: Lab) -> None:
    for node in lab.nodes:
        cpus = lab.plan.cpus if node.role == "agent" else lab.plan.server_cpus
        lab.docker("update", "--cpus", str(cpus), node.container)
