"""How a lab's user logs in: with a key file or by an ssh-agent, straight or through the gateway, with a sudo that asks or does not."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

from lab.command import run
from lab.lab import Lab, Node
from lab.machine import runs

SUDO_PASSWORD = "edgeproof-lab"
"""The user's password on every node of a lab that has --sudo-password; of use nowhere else."""
SUDOERS = {False: "user ALL=(ALL) NOPASSWD:ALL\n", True: "user ALL=(ALL) ALL\n"}
JUMP_ONLY = "/etc/ssh/sshd_config.d/jump.conf"
HOME_KEYS = "install -d -m 700 -o user -g user /home/user/.ssh && install -m 600 -o user -g user /dev/stdin /home/user/.ssh/authorized_keys"


def ensure_key(lab: Lab) -> str:
    """Give the public key that the nodes shall know, making the pair first; with an agent its private half is there alone."""
    key = key_path(lab)
    public = key.with_suffix(".pub")
    has_key = _agent_holds(lab, public) if lab.plan.ssh_agent else key.exists()
    if not has_key:
        key.unlink(missing_ok=True)
        public.unlink(missing_ok=True)
        run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", f"edgeproof lab {lab.plan.name}", "-f", str(key)])
        if lab.plan.ssh_agent:
            _hand_to_agent(lab, key)
    return public.read_text()


def let_in(lab: Lab, node: Node, public_key: str) -> None:
    """Let the lab's user in on a node, as the lab was asked for."""
    _authorize(lab, node.container, public_key)
    node.write("/etc/sudoers.d/user", SUDOERS[lab.plan.sudo_password], "440")
    if lab.plan.sudo_password:
        node.run(f"echo 'user:{SUDO_PASSWORD}' | chpasswd")
    if lab.plan.jump_host and not node.holds(f"[ -e {JUMP_ONLY} ]"):
        node.write(JUMP_ONLY, f"AllowUsers user@{lab.plan.gateway}\n")
        node.run("systemctl reload ssh")


def let_in_by_gateway(lab: Lab, public_key: str) -> None:
    """Let the lab's user in on the gateway, which runs an sshd where it is a jump host."""
    if lab.plan.jump_host:
        _authorize(lab, lab.gateway_container, public_key)


def login_of(lab: Lab) -> dict[str, str]:
    """Give the inventory's section `ssh`."""
    plan = lab.plan
    config = "/dev/null"
    if plan.ssh_agent:
        file = lab.folder / "ssh_config"
        file.write_text(f"Host *\n  IdentityAgent {_socket(lab)}\n")
        config = str(file)
    key = {} if plan.ssh_agent else {"key": str(key_path(lab))}
    jump = {"jump": f"user@{plan.gateway}"} if plan.jump_host else {}
    return {"user": "user", **key, "known_hosts": str(lab.folder / "known_hosts"), "config": config, **jump}


def key_path(lab: Lab) -> Path:
    """Name the private key, which is a file unless an agent holds it."""
    return lab.folder / "id_ed25519"


def end_agent(folder: Path) -> None:
    """End the agent that a lab started, if it lives."""
    try:
        pid = int((folder / "agent.pid").read_text())
        if runs(pid, "ssh-agent"):
            os.kill(pid, signal.SIGTERM)
    except (OSError, ValueError):
        return


def _authorize(lab: Lab, container: str, public_key: str) -> None:
    lab.docker("exec", "-i", container, "bash", "-c", HOME_KEYS, stdin=public_key)


def _socket(lab: Lab) -> Path:
    return lab.folder / "agent.sock"


def _agent_holds(lab: Lab, public: Path) -> bool:
    listed = run(["ssh-add", "-L"], check=False, environment={**os.environ, "SSH_AUTH_SOCK": str(_socket(lab))})
    return public.exists() and public.read_text().split()[1] in listed.stdout.split()


def _hand_to_agent(lab: Lab, key: Path) -> None:
    """Start an agent, add the key, and remove its file."""
    end_agent(lab.folder)
    _socket(lab).unlink(missing_ok=True)
    said = run(["ssh-agent", "-s", "-a", str(_socket(lab))]).stdout
    found = re.search(r"SSH_AGENT_PID=(\d{1,10})", said)
    (lab.folder / "agent.pid").write_text(found.group(1) if found else "")
    run(["ssh-add", "-q", str(key)], environment={**os.environ, "SSH_AUTH_SOCK": str(_socket(lab))})
    key.unlink()
