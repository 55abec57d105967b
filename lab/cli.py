"""The command line: python -m lab up | status | down | shell | kubectl | break | mend | build."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from lab.access import inventory_path
from lab.board import DEFAULT, known_boards
from lab.docker import find_docker, need_docker
from lab.down import down as take_down
from lab.errors import LabError
from lab.faults.put_in import FAULTS, faults_in, mend_all, put_in
from lab.images.built import build_all
from lab.lab import DEFAULT_NAME, DEFAULT_SUBNET, RUNTIMES, WAYS, Lab, Plan, saved_plan
from lab.login import SUDO_PASSWORD
from lab.machine import fair_cpus
from lab.say import say
from lab.up import up as bring_up

app = typer.Typer(
    help="A real cluster in containers on this machine, and its faults.", no_args_is_help=True, add_completion=False
)
SUDO_VARIABLE = "EDGEPROOF_SUDO_PASSWORD"
Name = Annotated[str, typer.Option("--name", help="which lab, where there are several")]


@contextmanager
def _clear_errors() -> Iterator[None]:
    try:
        yield
    except LabError as error:
        say(f"lab: {error}")
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        say("lab: interrupted; the same command again goes on from here")
        raise typer.Exit(130) from None


def _running(name: str) -> Lab:
    plan, docker = saved_plan(name), find_docker()
    if plan is None or docker is None:
        raise LabError(f"no lab {name} is up: python -m lab up" + ("" if name == DEFAULT_NAME else f" --name {name}"))
    return Lab(plan, docker)


@app.command()
def up(
    name: Name = DEFAULT_NAME,
    agents: Annotated[int | None, typer.Option(help="how many agents beside the server (2)")] = None,
    cpus: Annotated[
        float | None, typer.Option(help="CPU quota of an agent, in cores (0.6, less where this machine has few)")
    ] = None,
    subnet: Annotated[str | None, typer.Option(help=f"the lab's private /16 ({DEFAULT_SUBNET})")] = None,
    boards: Annotated[
        str | None,
        typer.Option(
            help=f"what the nodes are: one for all ({DEFAULT}), or each node's, the server's first: {', '.join(known_boards())}"
        ),
    ] = None,
    runtime: Annotated[
        str | None, typer.Option(help="docker: Kubernetes 1.23, as k3s --docker (the default); containerd: 1.34")
    ] = None,
    gpu: Annotated[
        str | None, typer.Option(help=f"how pods get the GPU on containerd: {', '.join(WAYS)} (the first)")
    ] = None,
    sudo_password: Annotated[bool | None, typer.Option("--sudo-password", help="sudo asks on the nodes")] = None,
    jump_host: Annotated[bool | None, typer.Option("--jump-host", help="the nodes let in by the gateway alone")] = None,
    ssh_agent: Annotated[bool | None, typer.Option("--ssh-agent", help="an ssh-agent holds the key, no file")] = None,
) -> None:
    """Bring the cluster up; again: repair it, or do nothing."""
    with _clear_errors():
        saved = saved_plan(name)
        given = {
            "agents": agents,
            "cpus": cpus,
            "subnet": subnet,
            "boards": boards,
            "runtime": runtime,
            "gpu": gpu,
            "sudo_password": sudo_password,
            "jump_host": jump_host,
            "ssh_agent": ssh_agent,
        }
        chosen = {key: value for key, value in given.items() if value is not None}
        if saved and any(getattr(saved, key) != value for key, value in chosen.items()):
            raise LabError(f"lab {name} is up otherwise ({saved}): take it down first")
        if not saved:
            named = (boards or "").count(",")
            chosen.setdefault("agents", named or Plan.agents)
            chosen.setdefault("cpus", fair_cpus(int(chosen["agents"]), Plan.server_cpus))
        lab = bring_up(saved or Plan(name=name, **chosen))  # type: ignore[arg-type]
        say("to use it:")
        typer.echo(f"export EDGEPROOF_INVENTORY={inventory_path(lab)}")
        if lab.plan.sudo_password:
            typer.echo(f"export {SUDO_VARIABLE}={SUDO_PASSWORD}")


@app.command()
def status(name: Name = DEFAULT_NAME) -> None:
    """Tell the state of each node, and which faults are in."""
    with _clear_errors():
        lab = _running(name)
        for node in lab.nodes:
            units = node.run(
                "systemctl is-active ssh docker k3s k3s-agent nfs-kernel-server | paste -sd ' '", check=False
            )
            state = units.stdout.strip() or "off"
            where = f"{node.name:16} {node.address!s:16} {node.role:7} {node.board.name:10}"
            typer.echo(f"{where} ssh docker k3s k3s-agent nfs: {state}")
        typer.echo(
            lab.server.run("k3s kubectl get nodes", check=False).stdout.rstrip() or "the API server does not answer"
        )
        typer.echo("faults: " + (", ".join(f"{fault} on {node}" for fault, node in faults_in(lab)) or "none"))


@app.command()
def down(name: Name = DEFAULT_NAME) -> None:
    """Take the lab down; nothing of it is left."""
    with _clear_errors():
        take_down(name)


@app.command()
def shell(node: str, name: Name = DEFAULT_NAME) -> None:
    """Open a root shell in a node."""
    with _clear_errors():
        lab = _running(name)
        container = lab.node(node).container
        terminal = ["--interactive", "--tty"] if sys.stdin.isatty() else ["--interactive"]
        raise typer.Exit(_interactive(lab, ["exec", *terminal, container, "bash", "-l"]))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def kubectl(context: typer.Context, name: Name = DEFAULT_NAME) -> None:
    """Run kubectl against the lab."""
    with _clear_errors():
        lab = _running(name)
        command = ["exec", "--interactive", lab.server.container, "k3s", "kubectl", *context.args]
        raise typer.Exit(_interactive(lab, command))


def _interactive(lab: Lab, command: list[str]) -> int:
    return subprocess.call(["docker", *command], env=lab.docker.environment)


@app.command("break")
def break_(
    fault: Annotated[str | None, typer.Argument(help="the fault; without it, the list of them")] = None,
    node: Annotated[str | None, typer.Argument(help="the node (default: the last agent, or the server)")] = None,
    name: Name = DEFAULT_NAME,
) -> None:
    """Put a fault in."""
    with _clear_errors():
        if fault is None:
            for known in FAULTS.values():
                typer.echo(f"{known.name:28} {known.sentence}")
            return
        lab = _running(name)
        broken = put_in(lab, fault, node)
        typer.echo(f"{fault} on {broken.name}: {FAULTS[fault].sentence}")


@app.command()
def mend(name: Name = DEFAULT_NAME) -> None:
    """Take all faults out again, then do as `up` does, to be sure that the lab is whole."""
    with _clear_errors():
        mended = mend_all(_running(name))
        typer.echo("mended: " + (", ".join(mended) or "nothing was broken"))


@app.command()
def build() -> None:
    """Fill the cache with all that `up` needs, on either runtime, and start nothing."""
    with _clear_errors():
        for runtime in RUNTIMES:
            build_all(need_docker(), runtime)
