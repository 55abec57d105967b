"""The Docker daemon the lab runs in: the machine's own if one answers, else one of the lab's."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from lab import limits
from lab.command import Completed, run
from lab.errors import LabError
from lab.machine import runs
from lab.packages import need_packages
from lab.places import cache_folder, state_folder
from lab.say import say
from lab.waiting import comes_true

EXEC_ROOT = Path("/run/edgeproof-docker")


class Docker:
    """One Docker daemon, named by its socket; '' is the machine's default."""

    def __init__(self, host: str = "") -> None:
        self.host = host

    @property
    def environment(self) -> dict[str, str]:
        """The environment in which the docker command reaches this daemon."""
        return {**os.environ, **({"DOCKER_HOST": self.host} if self.host else {})}

    def __call__(
        self, *arguments: str, stdin: str | None = None, timeout_s: float = limits.DOCKER_CALL_S, check: bool = True
    ) -> Completed:
        """Run `docker ARGUMENTS`; raises LabError as `lab.command.run` does."""
        return run(["docker", *arguments], stdin=stdin, timeout_s=timeout_s, environment=self.environment, check=check)

    def run_container(self, name: str, image: str, command: str, **flags: str | Sequence[str]) -> None:
        """Start a container of an image that is here, in the background; flags as `create` takes them."""
        self("run", "--detach", "--pull=never", f"--name={name}", *_words(flags), image, command)

    def create(self, kind: str, name: str, **flags: str | Sequence[str]) -> None:
        """Make a network or volume.

        `cap_add="NET_ADMIN"` is `--cap-add=NET_ADMIN`; several values are the same flag several times.
        """
        self(kind, "create", *_words(flags), name)

    def answers(self) -> bool:
        """Tell whether the daemon answers."""
        if shutil.which("docker") is None:
            return False
        try:
            return self("info", "--format", "{{.ID}}", timeout_s=limits.DOCKER_PROBE_S, check=False).status == 0
        except LabError:
            return False

    def exists(self, kind: str, name: str) -> bool:
        """Tell whether there is an object (container, network, image …) of that name."""
        return self(kind, "inspect", name, check=False).status == 0


def _words(flags: Mapping[str, str | Sequence[str]]) -> list[str]:
    return [
        f"--{flag.replace('_', '-')}={value}"
        for flag, values in flags.items()
        for value in ([values] if isinstance(values, str) else values)
    ]


def find_docker() -> Docker | None:
    """Give the machine's daemon, or the lab's own if it runs; None when neither answers."""
    for docker in (Docker(), Docker(_own_host())):
        if docker.answers():
            return docker
    return None


def need_docker() -> Docker:
    """Give a daemon that answers, starting one of the lab's own where the machine has none.

    Raises LabError without root and without Docker.
    """
    docker = find_docker()
    if docker is not None:
        return docker
    if os.geteuid() != 0:
        raise LabError("no Docker daemon answers here, and starting one needs root: start Docker, or run this as root")
    need_packages({"dockerd": "docker.io", "iptables": "iptables"})
    return _start_own_daemon()


def stop_own_daemon() -> None:
    """End the daemon the lab started, if it runs; the machine's own is never touched."""
    try:
        pid = int(_own_pidfile().read_text())
        os.kill(pid, signal.SIGTERM)
    except (OSError, ValueError):
        return
    comes_true(lambda: not Path(f"/proc/{pid}").exists(), limits.DAEMON_STOP_S)
    say("the lab's own Docker daemon is stopped")


def _start_own_daemon() -> Docker:
    state, data = state_folder(), cache_folder() / "docker"
    state.mkdir(parents=True, exist_ok=True)
    data.mkdir(parents=True, exist_ok=True)
    _own_pidfile().unlink(missing_ok=True)
    forget_dead_containerd(EXEC_ROOT / "containerd" / "containerd.pid")
    say(f"no Docker daemon answers here: starting one for the lab (data in {data})")
    flags = {"host": _own_host(), "data-root": data, "exec-root": EXEC_ROOT, "pidfile": _own_pidfile()}
    command = ["dockerd", *(f"--{flag}={value}" for flag, value in flags.items())]
    with (state / "docker.log").open("ab") as log:
        subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
    docker = Docker(_own_host())
    if not comes_true(docker.answers, limits.DAEMON_START_S):
        raise LabError(f"the lab's Docker daemon does not come up; its log: {state / 'docker.log'}")
    return docker


def _own_host() -> str:
    return f"unix://{state_folder() / 'docker.sock'}"


def _own_pidfile() -> Path:
    return state_folder() / "docker.pid"


def forget_dead_containerd(pidfile: Path) -> None:
    """Remove the pid of a containerd that is gone, or a zombie: dockerd would wait for it to answer."""
    try:
        alive = runs(int(pidfile.read_text()), "containerd")
    except (OSError, ValueError):
        alive = False
    if not alive:
        pidfile.unlink(missing_ok=True)
