"""Brings a lab up, or back up: every step looks first and does only what is missing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from lab import limits
from lab.build import digest, say
from lab.command import run
from lab.container_images import container_images
from lab.engine import need_engine, need_packages
from lab.errors import LabError
from lab.kubernetes import kubernetes_binary
from lab.machine import container_flags, own_cpus
from lab.model import DNS, LABEL, Lab, Node, Plan
from lab.network import ensure_network
from lab.node_image import node_image
from lab.papers import write_known_hosts, write_kubeconfig, write_papers
from lab.torch_tree import torch_tree

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
LOADED = "/var/lib/docker/edgeproof-lab-images"
"""Which build of the stand-in images a node has loaded."""
EXPORT_OPTIONS = "rw,sync,no_subtree_check,no_root_squash"


def build_all() -> tuple[Lab | None, str, Path, Path, Path]:
    """Fill the cache: node image, stand-in images, Kubernetes, torch."""
    engine = need_engine()
    need_packages({"ip": "iproute2", "iptables": "iptables", "ssh-keygen": "openssh-client"})
    torch = torch_tree()
    image = node_image(engine)
    return None, image, container_images(engine), kubernetes_binary(), torch


def up(plan: Plan) -> Lab:
    """Bring the lab up; raises LabError, naming what does not come up, where a limit runs out."""
    started_s = time.monotonic()
    _, image, images, kube, torch = build_all()
    lab = Lab(plan, need_engine())
    lab.save()
    ensure_network(lab, image)
    mounts = {images: "/opt/lab/images", kube: "/usr/local/bin/kube", torch: "/opt/torch"}
    was_up = all(node.holds("systemctl is-active -q docker") for node in lab.nodes)
    each(lab.nodes, lambda node: _ensure_container(lab, node, image, mounts))
    key = _ensure_key(lab)
    if not was_up:
        each(lab.nodes, lambda node: lab.engine("update", "--cpus", BOOT_CPUS, node.container))
    each(lab.nodes, lambda node: _ensure_board(lab, node, key, images))
    say(f"nodes are up ({time.monotonic() - started_s:.0f} s)")
    write_known_hosts(lab)
    _ensure_server(lab)
    write_kubeconfig(lab)
    each(lab.agents, lambda node: _ensure_agent(lab, node))
    _await_ready(lab)
    _ensure_roles(lab)
    for node in lab.nodes:
        cpus = plan.cpus if node.role == "agent" else plan.server_cpus
        lab.engine("update", "--cpus", str(cpus), node.container)
    write_papers(lab)
    say(f"lab {plan.name}: {len(lab.nodes)} nodes Ready ({time.monotonic() - started_s:.0f} s)")
    return lab


def each(nodes: Iterable[Node], work: Callable[[Node], object]) -> None:
    """Do the same on several nodes at once; the first failure is raised."""
    with ThreadPoolExecutor(max_workers=8) as pool:
        for future in [pool.submit(work, node) for node in nodes]:
            future.result()


def await_condition(
    what: str, limit_s: float, condition: Callable[[], bool], why: Callable[[], str] = lambda: ""
) -> None:
    """Wait until the condition holds; raises LabError after `limit_s`, with what `why` then tells."""
    waiting = Retrying(
        stop=stop_after_delay(limit_s),
        wait=wait_fixed(0.5),
        retry=retry_if_result(lambda holds: not holds),
        retry_error_callback=lambda _: False,
    )
    if not waiting(condition):
        raise LabError(f"{what}: not within {limit_s:.0f} s\n{why()}".rstrip())


def _ensure_container(lab: Lab, node: Node, image: str, mounts: dict[Path, str]) -> None:
    engine = lab.engine
    pinned: list[str] = []
    if node.role == "agent":
        place = lab.agents.index(node)
        pinned = ["--cpuset-cpus", ",".join(map(str, own_cpus(place, lab.plan.cpus)))]
    inputs = digest([image, *map(str, mounts), *pinned])
    if engine.exists("container", node.container):
        if (
            engine("inspect", "--format", f'{{{{index .Config.Labels "{INPUTS}"}}}}', node.container).stdout.strip()
            == inputs
        ):
            node.start()
            return
        engine("rm", "--force", node.container)
    binds = [word for path, target in mounts.items() for word in ("--volume", f"{path}:{target}:ro")]
    volumes = [word for name, target in VOLUMES.items() for word in ("--volume", f"{node.container}-{name}:{target}")]
    for name in VOLUMES:
        engine("volume", "create", "--label", f"{LABEL}={lab.plan.name}", f"{node.container}-{name}")
    engine(
        "run",
        "--detach",
        "--pull",
        "never",
        "--name",
        node.container,
        "--hostname",
        node.name,
        "--label",
        f"{LABEL}={lab.plan.name}",
        "--label",
        f"{INPUTS}={inputs}",
        "--network",
        lab.plan.network,
        "--ip",
        str(node.address),
        "--restart",
        "unless-stopped",
        "--stop-signal",
        "SIGRTMIN+3",
        "--cpus",
        BOOT_CPUS,
        *pinned,
        "--memory",
        "4g",
        "--tmpfs",
        "/run",
        "--tmpfs",
        "/run/lock",
        "--tmpfs",
        "/tmp:exec",
        "--env",
        f"LAB_DNS={DNS}",
        "--env",
        f"LAB_GATEWAY={lab.plan.gateway}",
        *container_flags(),
        *binds,
        *volumes,
        image,
        "/lab-init",
    )


def _ensure_key(lab: Lab) -> str:
    key = lab.folder / "id_ed25519"
    if not key.exists():
        run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", f"edgeproof lab {lab.plan.name}", "-f", str(key)])
    return key.with_suffix(".pub").read_text()


def _ensure_board(lab: Lab, node: Node, key: str, images: Path) -> None:
    await_condition(
        f"{node.name}: systemd and Docker",
        limits.BOOT_S,
        lambda: node.holds("docker info >/dev/null 2>&1 && systemctl is-active -q ssh"),
        lambda: node.run("systemctl --failed --no-pager; journalctl -n 20 --no-pager", check=False).stdout,
    )
    node.write("/home/user/.ssh/authorized_keys", key, "600")
    hosts = "".join(f"{other.address} {other.name}\n" for other in lab.nodes if other is not node)
    node.write("/etc/hosts", f"127.0.0.1 localhost\n127.0.1.1 {node.name}\n{hosts}")
    node.run("chown -R user: /home/user/.ssh; chmod 700 /home/user/.ssh")
    loaded = f'[ "$(cat {LOADED} 2>/dev/null)" = {images.name} ]'
    load = f"docker load -q -i /opt/lab/images/images.tar && echo {images.name} > {LOADED}"
    node.run(f"{loaded} || {{ {load}; }}", timeout_s=limits.NODE_IMAGES_S)


def _ensure_server(lab: Lab) -> None:
    server = lab.server
    server.write("/etc/exports", f"/nfs/images {lab.plan.subnet}({EXPORT_OPTIONS})\n")
    server.run("mkdir -p /nfs/images && chown nobody:nogroup /nfs/images && chmod 777 /nfs/images")
    server.run("systemctl enable --now nfs-kernel-server k3s", timeout_s=limits.BOOT_S)
    ready = "k3s kubectl get --raw /readyz >/dev/null 2>&1 && [ -s /var/lib/rancher/k3s/server/node-token ]"
    await_condition(
        "K3s server",
        limits.READY_S,
        lambda: server.holds(ready),
        lambda: server.run("journalctl -u k3s -n 20 --no-pager", check=False).stdout,
    )
    await_condition(
        "NFS server",
        limits.BOOT_S,
        lambda: server.holds("nc -z 127.0.0.1 2049"),
        lambda: server.run("journalctl -u nfs-kernel-server -n 20 --no-pager", check=False).stdout,
    )


def _ensure_agent(lab: Lab, node: Node) -> None:
    token = lab.server.run("cat /var/lib/rancher/k3s/server/node-token").stdout.strip()
    environment = f"K3S_TOKEN={token}\nK3S_URL=https://{lab.server.address}:6443\n"
    unchanged = node.holds(f"printf '%s' '{environment}' | cmp -s - /etc/systemd/system/k3s-agent.service.env")
    if not unchanged:
        node.write("/etc/systemd/system/k3s-agent.service.env", environment, "600")
        node.run("systemctl stop k3s-agent")
    node.run("systemctl enable --now k3s-agent", timeout_s=limits.BOOT_S)


def _await_ready(lab: Lab) -> None:
    names = " ".join(f"node/{node.name}" for node in lab.nodes)
    await_condition(
        "nodes Ready",
        limits.READY_S,
        lambda: lab.server.holds(f"k3s kubectl wait --for=condition=Ready --timeout=1s {names} >/dev/null 2>&1"),
        lambda: lab.server.run("k3s kubectl get nodes -o wide", check=False).stdout,
    )


def _ensure_roles(lab: Lab) -> None:
    """Do what the mission's user did by hand: taint the server, label the agents."""
    names = " ".join(node.name for node in lab.agents)
    lab.server.run(
        f"k3s kubectl taint nodes {lab.server.name} node-role.kubernetes.io/master=true:NoSchedule --overwrite &&"
        f" k3s kubectl label nodes {names} node-type=worker --overwrite"
    )
