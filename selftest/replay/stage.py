"""Plays one case: namespaces, machines, name servers, the API server, then the real pytest command among them."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import socket
from collections.abc import Callable
from dataclasses import asdict, dataclass
from ipaddress import ip_address
from pathlib import Path
from time import monotonic

from selftest.replay import namespaces
from selftest.replay.api import FakeApi
from selftest.replay.api_server import api_place, api_spec, certificate_names
from selftest.replay.cluster_folder import Cluster
from selftest.replay.home import Home, make_home
from selftest.replay.keys import USUAL_DAYS, Keys
from selftest.replay.loopback import take_addresses
from selftest.replay.machine import Machine
from selftest.replay.names import answer_names
from selftest.replay.node_shell import NodeShell
from selftest.replay.pytest_process import OURS, PytestProcess
from selftest.replay.ssh_machines import Forward, SshMachine
from selftest.replay.verdict import Played

CHECKOUT = Path(__file__).parents[2]
RUN_S = 180.0
"""One run of the suites on a replayed cluster, at most."""

LIMITS_SCALE = "0.01"
"""Of what edgeproof waits for: a replayed cluster makes at once whatever it makes at all."""

OWN_NAME_SERVER = "127.0.0.1"
HIDDEN = Path("/etc/rancher")
"""Where this machine's own K3s, if it has one, keeps a kubeconfig."""

NOT_HERE = "git"
"""A program that the laptop does not have: pytest-benchmark asks it for the checkout's state, some eight processes a run."""


@dataclass(frozen=True)
class Scene:
    """What is to be played: a cluster, the options of pytest (or a command, after `edgeproof`), and an empty folder of the scene's own."""

    cluster: Cluster
    run: tuple[str, ...]
    folder: Path
    tools: Path


def play(scene: Scene, keys: Keys) -> Played:
    """Play it in a process of its own, whose end ends all that it started."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), monotonic()
    result = scene.folder / "played.json"
    child = os.fork()
    if child == 0:
        _guarded(lambda: _stay_with(scene, keys, result))
    os.waitpid(child, 0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if not result.exists():
        return Played(-1, "", {}, broke="it ended without a result")
    told = json.loads(result.read_text(encoding="utf-8"))
    return Played(
        **{**told, "undescribed": tuple(told["undescribed"]), "cpu_s": cpu_s, "wall_s": monotonic() - started}
    )


def _guarded(run: Callable[[], None]) -> None:
    """Run something as the whole of a forked process."""
    try:
        run()
        os._exit(0)
    except BaseException:
        import traceback

        traceback.print_exc()
        os._exit(1)


def _stay_with(scene: Scene, keys: Keys, result: Path) -> None:
    """Be the parent of the first process of the new PID namespace, and end it when its time is over."""
    namespaces.unshare(namespaces.NEW_PIDS | namespaces.NEW_NETWORK | namespaces.NEW_MOUNTS | namespaces.NEW_HOSTNAME)
    first = os.fork()
    if first == 0:
        _guarded(lambda: _first_process(scene, keys, result))
    signal.signal(signal.SIGALRM, lambda *_: os.kill(first, signal.SIGKILL))
    signal.alarm(int(RUN_S) + 10)
    os.waitpid(first, 0)


def _first_process(scene: Scene, keys: Keys, result: Path) -> None:
    try:
        played = _perform(scene, keys)
    except Exception as error:  # whatever it is, the case's report shows it
        played = Played(-1, "", {}, broke=f"{type(error).__name__}: {error}")
    part = result.with_suffix(".part")
    part.write_text(json.dumps(asdict(played)), encoding="utf-8")
    part.replace(result)


def _perform(scene: Scene, keys: Keys) -> Played:
    cluster = scene.cluster
    machines = {name: cluster.machine(name) for name in cluster.machines}
    namespaces.mount("none", "/", flags=namespaces.PRIVATE)
    # In memory: a disk's file system takes its time to find a place for each of some hundred small files.
    space = scene.folder / "space"
    space.mkdir()
    namespaces.mount("tmpfs", space, "tmpfs")
    runner = space / ".runner"
    home = make_home(runner, cluster, machines, keys)
    _hide_this_machine(runner)
    name_servers = [str(address) for address in cluster.network("dns", ["8.8.8.8"]) or []]
    open_machines = {name: machine for name, machine in machines.items() if not machine.behind}
    gateway = str(cluster.network("gateway", "192.168.0.1"))
    addresses = [
        "" if gateway == "none" else gateway,
        *name_servers,
        *(machine.address for machine in open_machines.values()),
    ]
    if cluster.api:
        addresses.append(api_place(cluster)[0])
    take_addresses(ip_address(address) for address in addresses if address)
    shells = {name: NodeShell(machine, scene.tools, space) for name, machine in machines.items()}
    process = PytestProcess(CHECKOUT)
    # Threads begin here: every process that is forked off has been.
    answering = set() if cluster.network("offline", False) else {*name_servers} - {*cluster.silent}
    for address in {OWN_NAME_SERVER, *answering}:
        answer_names(address, known=address != OWN_NAME_SERVER)
    _start_ssh(machines, shells, keys)
    api = _start_api(cluster, runner, keys)
    status, text = _run_pytest(scene, home, process)
    record = home.work / "run.json"
    asked = [question for shell in shells.values() for question in shell.undescribed()]
    asked += [f"api: {call}" for call in api.undescribed] if api else []
    found = json.loads(record.read_text(encoding="utf-8")) if record.exists() else {}
    return Played(status, text, found, tuple(dict.fromkeys(asked)))


def _hide_this_machine(folder: Path) -> None:
    """Give the process its own /proc, accounts, names and host name in place of this machine's."""
    namespaces.mount("proc", "/proc", "proc")
    socket.sethostname("laptop")
    (folder / "resolv.conf").write_text(f"nameserver {OWN_NAME_SERVER}\n")
    for name in ("passwd", "hosts", "resolv.conf"):
        target = Path("/etc") / name
        if target.exists():
            namespaces.bind(folder / name, target.resolve())
    if HIDDEN.exists():
        namespaces.mount("tmpfs", HIDDEN, "tmpfs")
    if place := shutil.which(NOT_HERE):
        namespaces.bind(Path(os.devnull), Path(place).resolve())


def _start_ssh(machines: dict[str, Machine], shells: dict[str, NodeShell], keys: Keys) -> None:
    """Start every machine's SSH server; one behind another listens where only that other passes on to."""
    places: dict[str, dict[Forward, Forward]] = {name: {} for name in machines}
    inner = {name: f"127.9.0.{number}" for number, name in enumerate(machines, start=1)}
    for name, machine in machines.items():
        if machine.behind in places:
            for host in (name, machine.address):
                places[machine.behind][host, machine.port] = (inner[name], machine.port)
    for name, machine in machines.items():
        if machine.logins is not None and machine.address:
            server = SshMachine(machine, shells[name], keys.host(name), keys.user_key, places[name])
            server.start(inner[name] if machine.behind else machine.address, machine.port)


def _start_api(cluster: Cluster, folder: Path, keys: Keys) -> FakeApi | None:
    if not cluster.api:
        return None
    days = int(cluster.api.get("certificate", {}).get("end_days", USUAL_DAYS))
    pair = keys.server(certificate_names(cluster), days)
    (folder / "server.pem").write_bytes(pair.key + pair.certificate)
    (folder / "ca.pem").write_bytes(keys.authority())
    api = FakeApi(api_spec(cluster), folder / "server.pem", folder / "ca.pem")
    api.start(*api_place(cluster))
    return api


def _run_pytest(scene: Scene, home: Home, process: PytestProcess) -> tuple[int, str]:
    """Run the command as its user does; give its exit status and all that it printed."""
    record, inventory = home.work / "run.json", home.work / "cluster.yaml"
    options = (
        [f"--inventory={inventory}"]
        if scene.run[0] == OURS
        else [f"--edgeproof-inventory={inventory}", f"--edgeproof-run-record={record}", "-p", "no:cacheprovider"]
    )
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home.folder),
        "WORK": str(home.work),
        "TMPDIR": str(home.work / "tmp"),
        "LANG": "C.UTF-8",
        "EDGEPROOF_LIMITS_SCALE": LIMITS_SCALE,
        **{name: home.filled(value) for name, value in scene.cluster.environment.items()},
    }
    status, text = process.run([*map(home.filled, scene.run), *options], environment, RUN_S)
    if status is None:
        return -1, f"{text}\nreplay: it did not end within {RUN_S:g} s\n"
    return status, text
