"""A run's beginning: which inventory, and the facts gathered once for all its processes."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from edgeproof.errors import InventoryError
from edgeproof.inventory import Inventory, find_inventory, load_inventory
from edgeproof.plugin.once import once

if TYPE_CHECKING:
    from edgeproof.facts.cluster import ClusterFacts
    from edgeproof.facts.node import NodeFacts

SUITES = ("tests_node", "tests_cluster", "tests_workload")

INVENTORY = pytest.StashKey[Inventory]()
INVENTORY_PATH = pytest.StashKey[Path]()
SHARED = pytest.StashKey[Path]()
NODES = pytest.StashKey["dict[str, NodeFacts]"]()
CLUSTER = pytest.StashKey["ClusterFacts"]()


def is_worker(config: pytest.Config) -> bool:
    """Tell whether this process is one of xdist's workers."""
    return hasattr(config, "workerinput")


def suite_of(path: Path, config: pytest.Config) -> str | None:
    """Name the suite a test file belongs to; None for any other file."""
    parts = path.parts[len(config.rootpath.parts) :] if path.is_relative_to(config.rootpath) else ()
    return parts[0] if parts and parts[0] in SUITES else None


def runs_suites(config: pytest.Config) -> bool:
    """Tell whether this run was asked for any of the three suites, rather than for the selftests alone."""
    for argument in config.args:
        path = (config.invocation_params.dir / argument.split("::")[0]).resolve()
        if path == config.rootpath or suite_of(path, config) is not None:
            return True
    return False


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Keep what changes the cluster in one xdist worker; leave the telling of failures to the matrix."""
    if not is_worker(config) and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _interrupt)
    if getattr(config.option, "dist", "no") == "load":
        config.option.dist = "loadgroup"
    if runs_suites(config) and config.option.tbstyle == "auto":
        config.option.tbstyle = "no"
        config.option.reportchars = ""


def _interrupt(*_: object) -> None:
    """Take SIGTERM as Ctrl-C is taken: what the run has made in the cluster is removed."""
    raise KeyboardInterrupt


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Load the inventory before anything is collected, so that a wrong one is one clear sentence."""
    config = session.config
    worker: dict[str, Any] | None = getattr(config, "workerinput", None)
    config.stash[SHARED] = Path(worker["edgeproof_shared"] if worker else tempfile.mkdtemp(prefix="edgeproof-run-"))
    if not runs_suites(config):
        return
    _refuse_folders(config)
    try:
        path = find_inventory(config.getoption("--inventory"), config.invocation_params.dir).absolute()
        config.stash[INVENTORY_PATH] = path
        config.stash[INVENTORY] = _with_options(load_inventory(path), config)
    except InventoryError as error:
        raise pytest.UsageError(f"{error}\nfix: {error.fix}" if error.fix else str(error)) from None


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell each xdist worker where the run's processes share what was gathered."""
    node.workerinput["edgeproof_shared"] = str(node.config.stash[SHARED])


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the run's shared folder."""
    if not is_worker(config) and SHARED in config.stash:
        shutil.rmtree(config.stash[SHARED], ignore_errors=True)


def _refuse_folders(config: pytest.Config) -> None:
    """Tell of a place that cannot be written before the run rather than after it."""
    for option in ("--run-record", "--fix-plan"):
        path: Path | None = config.getoption(option)
        if path is None:
            continue
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        except OSError as error:
            raise pytest.UsageError(
                f"{option} {path}: cannot be written: {error.strerror}\nfix: name a file in a folder of your own"
            ) from None


def _with_options(inventory: Inventory, config: pytest.Config) -> Inventory:
    given = {"kubeconfig": config.getoption("--kubeconfig"), "context": config.getoption("--context")}
    chosen = {key: value for key, value in given.items() if value is not None}
    if not chosen:
        return inventory
    return inventory.model_copy(update={"kubernetes": inventory.kubernetes.model_copy(update=chosen)})


def inventory_of(config: pytest.Config) -> Inventory:
    """Give the run's inventory; a usage error where the run has none."""
    if INVENTORY not in config.stash:
        raise pytest.UsageError("this test needs an inventory: run it from its suite's folder")
    return config.stash[INVENTORY]


def observed_nodes(config: pytest.Config) -> dict[str, NodeFacts]:
    """Give every node's facts, gathering them if no process of this run has yet."""
    if NODES not in config.stash:
        from edgeproof.facts.node import gather_nodes, parse_nodes

        inventory = inventory_of(config)
        raw = once(config.stash[SHARED], "nodes", lambda: gather_nodes(inventory, progress(config)))
        config.stash[NODES] = parse_nodes(raw, inventory)
    return config.stash[NODES]


def observed_cluster(config: pytest.Config) -> ClusterFacts:
    """Give the cluster's facts, gathering them if no process of this run has yet."""
    if CLUSTER not in config.stash:
        from edgeproof.facts.cluster import gather_cluster, parse_cluster

        inventory = inventory_of(config)
        nodes = observed_nodes(config)
        raw = once(config.stash[SHARED], "cluster", lambda: gather_cluster(inventory))
        config.stash[CLUSTER] = parse_cluster(raw, nodes, inventory)
    return config.stash[CLUSTER]


def gathered_nodes(config: pytest.Config) -> dict[str, NodeFacts]:
    """Give the facts if any process of this run gathered them; never gathers."""
    file = config.stash[SHARED] / "nodes.json"
    return observed_nodes(config) if NODES in config.stash or file.exists() else {}


def progress(config: pytest.Config) -> Any:
    """Tell a person at a terminal what is being waited for; silent elsewhere."""
    reporter = config.pluginmanager.getplugin("terminalreporter")

    def say(text: str) -> None:
        if reporter is not None and reporter.isatty and not is_worker(config):
            reporter.ensure_newline()
            reporter.write_line(text)

    return say
