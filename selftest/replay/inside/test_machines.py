"""What the machines show to whoever logs in, and what the runner's own machine is."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from edgeproof.connect.ssh import Answer, open_node
from edgeproof.errors import NodeUnreachable
from edgeproof.inventory import Inventory, load_inventory

Run = Callable[..., str]

SECRETS = (
    "/etc/shadow",
    "/etc/rancher/k3s",
    "/root/.cache",
    "/home/user/.ssh",
    "/work",
    "/usr/share",
    "/usr/bin/python3",
)
"""What a test machine may have, and a replayed one has not."""


def answer(
    inventory: Inventory, command: str, node: str = "user-worker", user: str = "user", stdin: bytes = b""
) -> Answer:
    """Log in to a node and run a command."""
    as_user = inventory.model_copy(update={"ssh": inventory.ssh.model_copy(update={"user": user})})
    with open_node(as_user, inventory.nodes[node]) as connection:
        return connection.feed(command, BytesIO(stdin), 10.0, lambda _: None)


@pytest.fixture(scope="session")
def inventory() -> Inventory:
    """The scene's inventory."""
    return load_inventory(Path(os.environ["WORK"]) / "cluster.yaml")


@pytest.fixture
def run(inventory: Inventory) -> Run:
    """Give what a command prints, both streams."""

    def run(command: str, node: str = "user-worker", user: str = "user", stdin: bytes = b"") -> str:
        told = answer(inventory, command, node, user, stdin)
        return (told.stdout + told.stderr).decode()

    return run


def test_own_names(run: Run) -> None:
    """Hostname, kernel and files are the machine's own, each its own."""
    assert run("hostname; cat /etc/hostname; uname -n", node="user-newworker") == "user-newworker\n" * 3
    assert run("uname -r") == "4.9.253-tegra\n"
    assert run("bash -c 'echo $HOSTNAME'") == "user-worker\n"


def test_nothing_of_the_test_machine(run: Run) -> None:
    """The root has the described files and the tools, and nothing of the machine below."""
    assert run("ls -d " + " ".join(SECRETS) + " 2>/dev/null; true") == ""
    assert set(run("ls /proc").split()) == {
        "1", "601", "640", "812", "cgroups", "cmdline", "cpuinfo", "device-tree", "filesystems", "loadavg",
        "meminfo", "modules", "mounts", "net", "self", "sys", "swaps", "uptime", "version",
    }  # fmt: skip
    assert run("ls /etc/systemd/system").split() == [
        "jetson_clocks.service", "k3s-agent.service", "k3s-agent.service.env", "multi-user.target.wants",
        "nvargus-daemon.service", "nvpmodel.service", "nvzramconfig.service",
    ]  # fmt: skip
    assert run("ls /dev").split() == [
        "null", "nvhost-ctrl", "nvhost-ctrl-gpu", "nvhost-gpu", "nvmap", "random", "urandom", "zero",
    ]  # fmt: skip


def test_environment(run: Run) -> None:
    """A login has its own environment, and nothing of that of the tests."""
    names = set(re.findall(r"^(\w+)=", run("env"), re.M))
    assert names <= {"HOME", "LANG", "LOGNAME", "PATH", "PWD", "SHELL", "USER", "_", "OLDPWD", "SHLVL"}
    assert run("pwd; echo $HOME") == "/home/user\n/home/user\n"


def test_rights(run: Run) -> None:
    """A login is that user, with the groups of /etc/group; what root alone may read is closed to it."""
    assert run("id -u; id -nG") == "1000\nuser adm sudo docker\n"
    assert "Permission denied" in run("cat /etc/systemd/system/k3s-agent.service.env")
    assert "K3S_URL" in run("sudo -n cat /etc/systemd/system/k3s-agent.service.env")
    assert run("sudo -n id -u; stat -c %U:%G:%a /nfs/images", node="user-desktop") == "0\nnobody:nogroup:777\n"


def test_sudo(run: Run) -> None:
    """A password is asked for where the login says so, and wrong ones are told apart from missing rights."""
    assert run("sudo -n id -u", user="asked") == "sudo: a password is required\n"
    assert run("sudo -S -p '' id -u", user="asked", stdin=b"secret\n") == "0\n"
    assert (
        run("sudo -S -p '' id -u", user="asked", stdin=b"wrong\n")
        == "Sorry, try again.\nsudo: no password was provided\n"
    )
    assert run("sudo -S -p '' sh -c 'cat'", user="asked", stdin=b"secret\nrest\n") == "rest\n"
    assert "barred is not in the sudoers file" in run("sudo -S -p '' id -u", user="barred", stdin=b"secret\n")
    assert run("sudo -n -u user id -un") == "user\n"


def test_root_alone(run: Run) -> None:
    """An answer that only root gets is given under sudo, and the other one without."""
    assert run("jetson_clocks --show") == "Error: Please run with sudo\n"
    assert "EMC MinFreq" in run("sudo -n jetson_clocks --show")


def test_status_and_streams(inventory: Inventory) -> None:
    """Exit status, both streams and standard input go through as they are."""
    told = answer(inventory, "cat; echo wrong >&2; exit 3", stdin=b"\x00\xff" * 70000)
    assert (told.stdout, told.stderr, told.status) == (b"\x00\xff" * 70000, b"wrong\n", 3)
    assert answer(inventory, "kill -9 $$").status == 137


def test_systemctl(run: Run) -> None:
    """The fake systemctl answers from the machine's units and files."""
    assert run("systemctl is-active k3s-agent k3s; systemctl is-enabled docker nvzramconfig") == (
        "active\ninactive\nenabled\ndisabled\n"
    )
    assert (
        run("systemctl is-enabled k3s") == "Failed to get unit file state for k3s.service: No such file or directory\n"
    )
    assert run("systemctl show -p LoadState,MainPID k3s.service k3s-agent") == (
        "LoadState=not-found\nMainPID=0\n\nLoadState=loaded\nMainPID=812\n"
    )
    assert run("systemctl show --value -p ActiveState docker") == "active\n"
    files = ("/etc/default/k3s-agent", "/etc/sysconfig/k3s-agent", "/etc/systemd/system/k3s-agent.service.env")
    assert run("systemctl show -p Id,EnvironmentFiles docker k3s k3s-agent") == (
        "Id=docker.service\n\nId=k3s.service\n\nId=k3s-agent.service\n"
        + "".join(f"EnvironmentFiles={file} (ignore_errors=yes)\n" for file in files)
    )
    assert run("systemctl cat k3s-agent | sed -n '1p;/^ExecStart=/,$p'") == (
        "# /etc/systemd/system/k3s-agent.service\nExecStart=/usr/local/bin/k3s \\\n    agent \\\n\t'--docker' \\\n\n"
    )
    assert run(
        "systemctl get-default; systemctl list-units --no-legend --plain --state=active --type=service 'nv*'"
    ) == (
        "multi-user.target\n"
        "nvargus-daemon.service loaded active running nvargus-daemon.service\n"
        "nvpmodel.service loaded active exited nvpmodel.service\n"
    )


def test_mount(run: Run) -> None:
    """What a fake command changes in the machine's files is seen by the next one."""
    script = (
        'd=$(mktemp -d); sudo -n mount -t nfs -o ro 192.168.10.1:/nfs/images $d && grep -c " $d nfs4 " /proc/mounts;'
        ' sudo -n umount $d; grep -c " $d " /proc/mounts'
    )
    assert run(script) == "1\n0\n"


def test_undescribed(run: Run) -> None:
    """A command with arguments that nobody described says so, and fails."""
    assert run("nvpmodel -m 0 2>&1; echo $?") == "replay: undescribed: nvpmodel -m 0\n127\n"
    assert run("systemctl is-active nobodys 2>&1; echo $?") == "replay: undescribed: systemctl is-active nobodys\n1\n"
    assert (
        run("systemctl show -p Nice docker 2>&1; echo $?") == "replay: undescribed: systemctl show -p Nice docker\n1\n"
    )


def test_written_over(run: Run) -> None:
    """A tool may be absent on a machine, and only there."""
    assert run("command -v zgrep; sudo -n rm /usr/bin/yes; command -v yes") == ""
    assert run("command -v zgrep; command -v yes", node="user-newworker").split() == ["/usr/bin/zgrep", "/usr/bin/yes"]


def test_off(inventory: Inventory) -> None:
    """A machine that is off is unreachable at once; so is every address that no machine has."""
    with pytest.raises(NodeUnreachable, match="No route to host"):
        answer(inventory, "true", node="user-gone")


def test_runner() -> None:
    """Whoever runs pytest has a home, a name and a resolver of its own, and no way out."""
    assert socket.gethostname() == "laptop"
    assert (
        str(Path.home()) == os.environ["HOME"] == subprocess.check_output(["sh", "-c", "echo ~root"], text=True).strip()
    )
    assert socket.gethostbyname("localhost") == "127.0.0.1"
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("example.com", 443)
    with pytest.raises(OSError, match="No route to host"):
        socket.create_connection(("192.0.2.77", 443), 1.0)


def test_names(run: Run) -> None:
    """The declared name server answers the boards, whatever is asked."""
    query = r"\252\252\1\0\0\1\0\0\0\0\0\0\7example\3com\0\0\1\0\1"
    script = (
        f"printf '{query}' | timeout 2 bash -c 'exec 3<>/dev/udp/8.8.8.8/53; cat >&3; head -c 12 <&3' | od -An -tx1"
    )
    assert run(script) == " aa aa 81 80 00 01 00 01 00 00 00 00\n"
