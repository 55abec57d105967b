"""The Docker daemon the lab runs in: the machine's own if one answers, else one of the lab's."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from lab import limits
from lab.build import Progress, say
from lab.command import Completed, run
from lab.errors import LabError
from lab.places import cache_folder, state_folder

APT_ENVIRONMENT = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
EXEC_ROOT = Path("/run/edgeproof-docker")


class Engine:
    """One Docker daemon, named by its socket; '' is the machine's default."""

    def __init__(self, host: str = "") -> None:
        self.host = host

    def __call__(
        self, *arguments: str, stdin: str | None = None, timeout_s: float = limits.DOCKER_CALL_S, check: bool = True
    ) -> Completed:
        """Run `docker ARGUMENTS`; raises LabError as `lab.command.run` does."""
        environment = {**os.environ, "DOCKER_HOST": self.host} if self.host else dict(os.environ)
        return run(["docker", *arguments], stdin=stdin, timeout_s=timeout_s, environment=environment, check=check)

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

    def inspect(self, kind: str, name: str) -> dict[str, object]:
        """Describe one object; raises LabError when there is none."""
        found: list[dict[str, object]] = json.loads(self(kind, "inspect", name).stdout)
        return found[0]

    def load(self, arguments: Sequence[str], file: Path) -> None:
        """Feed a file to `docker ARGUMENTS` on standard input."""
        self(*arguments, str(file), timeout_s=limits.BUILD_S)


def _own_socket() -> Path:
    return state_folder() / "docker.sock"


def _own_pidfile() -> Path:
    return state_folder() / "docker.pid"


def find_engine() -> Engine | None:
    """Give the machine's daemon, or the lab's own if it runs; None when neither answers."""
    for engine in (Engine(), Engine(f"unix://{_own_socket()}")):
        if engine.answers():
            return engine
    return None


def need_engine() -> Engine:
    """Give a daemon that answers, starting one of the lab's own where the machine has none.

    Raises LabError without root and without Docker.
    """
    found = find_engine()
    if found is not None:
        return found
    if os.geteuid() != 0:
        raise LabError("no Docker daemon answers here, and starting one needs root: start Docker, or run this as root")
    need_packages({"dockerd": "docker.io", "iptables": "iptables"})
    return _start_daemon()


def need_packages(programs: dict[str, str]) -> None:
    """Install the Debian packages of those programs (or files, by absolute path) that this machine lacks."""
    missing = sorted(
        package
        for program, package in programs.items()
        if not (Path(program).exists() if program.startswith("/") else shutil.which(program))
    )
    if not missing:
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise LabError(f"the lab needs the Debian packages {', '.join(missing)}: install them, or run this as root")
    say(f"installing Debian packages: {', '.join(missing)}")
    with Progress("apt-get install", 60):
        run(["apt-get", "update", "-q"], timeout_s=limits.BUILD_S, environment=APT_ENVIRONMENT)
        install = ["apt-get", "install", "-q", "-y", "--no-install-recommends", *missing]
        run(install, timeout_s=limits.BUILD_S, environment=APT_ENVIRONMENT)


def _start_daemon() -> Engine:
    state, data = state_folder(), cache_folder() / "docker"
    state.mkdir(parents=True, exist_ok=True)
    data.mkdir(parents=True, exist_ok=True)
    _own_pidfile().unlink(missing_ok=True)
    forget_dead_containerd(EXEC_ROOT / "containerd" / "containerd.pid")
    say(f"no Docker daemon answers here: starting one for the lab (data in {data})")
    flags = {
        "host": f"unix://{_own_socket()}",
        "data-root": data,
        "exec-root": EXEC_ROOT,
        "pidfile": _own_pidfile(),
    }
    with (state / "docker.log").open("ab") as log:
        subprocess.Popen(
            ["dockerd", *(f"--{flag}={value}" for flag, value in flags.items())],
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    engine = Engine(f"unix://{_own_socket()}")
    waiting = Retrying(
        stop=stop_after_delay(limits.DAEMON_START_S),
        wait=wait_fixed(0.3),
        retry=retry_if_result(lambda up: not up),
        retry_error_callback=lambda _: False,
    )
    if not waiting(engine.answers):
        raise LabError(f"the lab's Docker daemon does not come up; its log: {state / 'docker.log'}")
    return engine


def forget_dead_containerd(pidfile: Path) -> None:
    """Remove the pid of a containerd that is gone, or a zombie: dockerd would wait for it to answer (proc(5), stat)."""
    try:
        name, state = Path(f"/proc/{int(pidfile.read_text())}/stat").read_text().split("(", 1)[1].rsplit(") ", 1)
        alive = name == "containerd" and not state.startswith("Z")
    except (OSError, ValueError):
        alive = False
    if not alive:
        pidfile.unlink(missing_ok=True)


def stop_own_daemon() -> None:
    """End the daemon the lab started, if it runs; the machine's own is never touched."""
    try:
        pid = int(_own_pidfile().read_text())
        os.kill(pid, signal.SIGTERM)
    except (OSError, ValueError):
        return
    gone = Retrying(
        stop=stop_after_delay(limits.DAEMON_START_S),
        wait=wait_fixed(0.2),
        retry=retry_if_result(lambda exists: exists),
        retry_error_callback=lambda _: True,
    )
    gone(lambda: Path(f"/proc/{pid}").exists())
    say("the lab's own Docker daemon is stopped")
