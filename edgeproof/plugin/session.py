"""A run's beginning: is it edgeproof's, which inventory, and the facts gathered once for all its processes."""

from __future__ import annotations

import errno
import os
import shlex
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest

from edgeproof.errors import InventoryError
from edgeproof.files import SUITES, holds_suites, suite_of
from edgeproof.inventory import Inventory, find_inventory, load_inventory
from edgeproof.plugin.once import once
from edgeproof.plugin.options import OPTIONS, joined
from edgeproof.plugin.reboot import refuse_unasked, to_reboot
from edgeproof.plugin.sudo import PASSWORD, can_ask, hand_password, prepare_password
from edgeproof.plugin.together import scheduler
from edgeproof.say import Say

if TYPE_CHECKING:
    from edgeproof.facts.cluster import ClusterFacts
    from edgeproof.facts.node import NodeFacts

MARKERS = (
    "node: what must be so on each board (tests_node)",
    "cluster: what must be so of the cluster (tests_cluster)",
    "workload: the two image-classification jobs (tests_workload)",
    "reboot: what must be so of a node after its reboot (tests_reboot; opt-in)",
)
OF_A_SUITE_RUN = (
    "outcome", "reporting", "fixtures_facts", "fixtures_cluster", "fixtures_storage", "fixtures_workload", "fixtures_reboot",
)  # fmt: skip
"""The modules of this package that come in where one of the suites is run; each after those it imports."""

WRITTEN = ("run-record", "fix-plan", "bundle", "bundle-hidden")
"""Options that name a file to write."""

INVENTORY = pytest.StashKey[Inventory]()
INVENTORY_PATH = pytest.StashKey[Path]()
SHARED = pytest.StashKey[Path]()
NODES = pytest.StashKey["dict[str, NodeFacts]"]()
CLUSTER = pytest.StashKey["ClusterFacts"]()
ACTIVE = pytest.StashKey[bool]()
FORMER_HANDLER = pytest.StashKey[Any]()


def is_worker(config: pytest.Config) -> bool:
    """Tell whether this process is one of xdist's workers."""
    return hasattr(config, "workerinput")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | pytest.ExitCode | None:
    """Start anew where pytest took the FILE of `--inventory FILE` for a path to test, and its folder for the rootdir.

    It decides that before it knows any plugin's options (pytest issue 1435); written as `--inventory=FILE` it cannot.
    """
    rewritten = None if is_worker(config) else _rewritten(config)
    return pytest.main(rewritten, plugins=config.invocation_params.plugins) if rewritten else None


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> None:
    """Where the run will start anew, leave out what the ini file of FILE's folder adds to the command line."""
    if _rewritten(early_config):
        args[:] = map(str, early_config.invocation_params.args)


def _rewritten(config: pytest.Config) -> list[str] | None:
    """Write the command line without a blank before any FILE that exists; None where there is none."""
    given = [str(argument) for argument in config.invocation_params.args]
    words = joined(given)
    values = (word.partition("=")[2] for word in words if word not in given)
    return words if any((config.invocation_params.dir / value).exists() for value in values) else None


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Register the suites' markers; in a run of the suites, all the rest."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    if any(suite_of(path) or holds_suites(path) for path in _places(config)):
        _activate(config)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> None:
    """A suite that the command line did not name, but a folder far above it, makes this a run of the suites, too."""
    if ACTIVE not in parent.config.stash and suite_of(file_path) is not None:
        _activate(parent.config)
        _prepare(parent.config)


def _places(config: pytest.Config) -> Iterator[Path]:
    """Give the paths that the run was asked for, those of packages (--pyargs) too."""
    for argument in config.args:
        name = argument.split("::")[0]
        path = (config.invocation_params.dir / name).resolve()
        if path.exists() or not config.option.pyargs:
            yield path
            continue
        try:
            spec = find_spec(name)
        except (ImportError, ValueError):
            continue
        if spec is not None and spec.origin is not None:
            yield Path(spec.origin).parent if spec.submodule_search_locations else Path(spec.origin)


def _activate(config: pytest.Config) -> None:
    """Bring in what a run of the suites needs."""
    try:
        import_module("edgeproof.limits")
    except SystemExit as bad_scale:
        raise pytest.UsageError(bad_scale.code) from None
    config.stash[ACTIVE] = True
    if not is_worker(config) and threading.current_thread() is threading.main_thread():
        config.stash[FORMER_HANDLER] = signal.signal(signal.SIGTERM, _interrupt)
    # The matrix tells of failures, unless the user has asked for pytest's own words.
    if config.option.tbstyle == "auto" and not _is_given(config, "--tb"):
        config.option.tbstyle = "no"
    if config.option.reportchars == "fE" and not _is_given(config, "-r"):
        config.option.reportchars = ""
    for module in OF_A_SUITE_RUN:
        config.pluginmanager.import_plugin(f"edgeproof.plugin.{module}")


def _is_given(config: pytest.Config, form: str) -> bool:
    """Tell whether the user has written an option, on the command line, in $PYTEST_ADDOPTS or in an ini file."""
    of_environment = shlex.split(os.environ.get("PYTEST_ADDOPTS", ""))
    words = [*map(str, config.invocation_params.args), *of_environment, *config.getini("addopts")]
    return any(word.startswith(form) for word in words)


def _interrupt(*_: object) -> None:
    """Take SIGTERM as Ctrl-C is taken: what the run has made in the cluster is removed."""
    raise KeyboardInterrupt


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Load the inventory before anything is collected, so that a wrong one is one clear sentence."""
    if ACTIVE in session.config.stash:
        _prepare(session.config)
        if session.config.pluginmanager.hasplugin("dsession") and can_ask(session.config):
            observed_nodes(session.config)  # a worker can ask nobody for the sudo password


def _prepare(config: pytest.Config) -> None:
    config.stash[SHARED] = Path(_given_folder(config) or tempfile.mkdtemp(prefix="edgeproof-run-"))
    _refuse_folders(config)
    refuse_unasked(config, _places(config))
    prepare_password(config)
    try:
        path = find_inventory(config.getoption("edgeproof_inventory"), config.invocation_params.dir).absolute()
        config.stash[INVENTORY_PATH] = path
        inventory = load_inventory(path)
        if inventory.accept:
            from edgeproof.plugin.waivers import refuse_unknown_checks

            refuse_unknown_checks(inventory)
        config.stash[INVENTORY] = _with_options(inventory, config)
        to_reboot(config, inventory)
    except InventoryError as error:
        raise pytest.UsageError(f"{error}\nfix: {error.fix}" if error.fix else str(error)) from None


def _given_folder(config: pytest.Config) -> str | None:
    """Name the shared folder that the controller has given this xdist worker; None where a process has its own."""
    given: str | None = getattr(config, "workerinput", {}).get("edgeproof_shared")
    return given


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell each xdist worker where the run's processes share what was gathered, and the sudo password."""
    if SHARED in node.config.stash:
        node.workerinput["edgeproof_shared"] = str(node.config.stash[SHARED])
        hand_password(node)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep what changes the cluster in one of xdist's workers: one namespace, one run of each workload."""
    return scheduler(config, log, _group_of) if ACTIVE in config.stash else None


def _group_of(file: PurePosixPath) -> str | None:
    return "cluster" if set(SUITES[1:]) & set(file.parts) else None


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the run's shared folder; SIGTERM means again what it meant."""
    if SHARED in config.stash and _given_folder(config) is None:
        shutil.rmtree(config.stash[SHARED], ignore_errors=True)
    if FORMER_HANDLER in config.stash:
        signal.signal(signal.SIGTERM, config.stash[FORMER_HANDLER])


def _refuse_folders(config: pytest.Config) -> None:
    """Tell of a place that cannot be written before the run rather than after it."""
    for option in OPTIONS:
        path: Path | None = config.getoption(option.dest) if option.name in WRITTEN else None
        if path is None:
            continue
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        except OSError as error:
            raise pytest.UsageError(
                f"{option.long} {path}: cannot be written: {error.strerror}\nfix: name a file in a folder of your own"
            ) from None


def _with_options(inventory: Inventory, config: pytest.Config) -> Inventory:
    given = {name: config.getoption(f"edgeproof_{name}") for name in ("kubeconfig", "context")}
    chosen = {key: value for key, value in given.items() if value is not None}
    if not chosen:
        return inventory
    return inventory.model_copy(update={"kubernetes": inventory.kubernetes.model_copy(update=chosen)})


def inventory_of(config: pytest.Config) -> Inventory:
    """Give the run's inventory; a usage error where the run has none."""
    if INVENTORY not in config.stash:
        raise pytest.UsageError("no inventory was loaded: name a suite, or a folder above one, on the command line")
    return config.stash[INVENTORY]


def observed_nodes(config: pytest.Config) -> dict[str, NodeFacts]:
    """Give every node's facts, gathering them if no process of this run has yet."""
    if NODES not in config.stash:
        from edgeproof.facts.node import gather_nodes, parse_nodes

        inventory = inventory_of(config)
        raw = once(
            config.stash[SHARED], "nodes", lambda: gather_nodes(inventory, progress(config), config.stash[PASSWORD])
        )
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


def gathered_cluster(config: pytest.Config) -> ClusterFacts | None:
    """Give the cluster's facts if any process of this run gathered them; never gathers."""
    file = config.stash[SHARED] / "cluster.json"
    return observed_cluster(config) if CLUSTER in config.stash or file.exists() else None


def progress(config: pytest.Config) -> Say:
    """Tell a person at a terminal what is being waited for; silent elsewhere."""
    reporter = config.pluginmanager.getplugin("terminalreporter")

    def say(text: str) -> None:
        if reporter is not None and reporter.isatty and not is_worker(config):
            reporter.ensure_newline()
            reporter.write_line(text)

    return say
