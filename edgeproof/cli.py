"""`edgeproof`, or `python -m edgeproof`: the suites wherever they are installed, and what there is beside them."""

from __future__ import annotations

import getpass
import json
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from edgeproof import __version__
from edgeproof.connect.sudo import SudoPassword
from edgeproof.errors import BundleError, DatasetError, EdgeproofError
from edgeproof.files import EXAMPLE, OPT_IN, SUITES_PACKAGE, carried, is_installed
from edgeproof.inventory import Inventory, find_inventory, load_inventory

app = typer.Typer(
    help="Proof that an edge GPU cluster works, and how fast.", no_args_is_help=True, add_completion=False
)
PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
"""Settings of a command that hands its arguments on to pytest, --help too."""

RIGHTS = "rbac.yaml"
"""The manifest that no suite uses: it is for the account that runs them."""

InventoryFile = Annotated[
    Path | None,
    typer.Option("--inventory", "--edgeproof-inventory", help="default: $EDGEPROOF_INVENTORY, else ./cluster.yaml"),
]


@contextmanager
def _clear_errors() -> Iterator[None]:
    try:
        yield
    except EdgeproofError as error:
        typer.echo(f"edgeproof: {error}", err=True)
        if error.fix:
            typer.echo(f"fix: {error.fix}", err=True)
        raise typer.Exit(1) from None


def _say(text: str) -> None:
    typer.echo(text, err=True)


def _inventory(path: Path | None) -> Inventory:
    return load_inventory(find_inventory(path, Path.cwd()))


@app.command(context_settings=PASSED_ON)
def node(context: typer.Context) -> None:
    """Check each board by itself: `pytest tests_node`, with any of pytest's options."""
    _run_suite("tests_node", context.args)


@app.command(context_settings=PASSED_ON)
def cluster(context: typer.Context) -> None:
    """Validate the cluster: `pytest -m cluster`, with any of pytest's options."""
    _run_suite("tests_cluster", context.args)


@app.command(context_settings=PASSED_ON)
def workload(context: typer.Context) -> None:
    """Run both jobs and report: `pytest tests_workload`, with any of pytest's options (--benchmark-json=out.json)."""
    _run_suite("tests_workload", context.args)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def reboot(
    context: typer.Context,
    node: Annotated[
        list[str] | None, typer.Option(help="a node of cluster.yaml; may be given again (default: all)")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="reboot without asking")] = False,
    despite_pods: Annotated[bool, typer.Option("--despite-pods", help="also where pods of others run")] = False,
    inventory: InventoryFile = None,
) -> None:
    """Reboot nodes, one after the other, and say what is otherwise afterwards: `pytest tests_reboot`, with any of pytest's options.

    Agents come first, the first server last. It stops at a node that does not come back, and leaves those alone on which pods of others run.
    """
    from edgeproof.reboot import in_order

    with _clear_errors():
        order = in_order(_inventory(inventory), node or ())
    plan = f"reboot {', then '.join(order)}" + (", each when the one before is back" if len(order) > 1 else "")
    if not yes and not (sys.stdin.isatty() and typer.confirm(f"{plan}?")):
        typer.echo(f"edgeproof: nothing was rebooted; with --yes it would {plan}", err=True)
        raise typer.Exit(4)
    given = [f"--edgeproof-inventory={inventory}"] if inventory else []
    flags = ["--edgeproof-despite-pods"] if despite_pods else []
    _run_suite(OPT_IN, [f"--edgeproof-reboot={','.join(order)}", *flags, *given, *context.args])


def _run_suite(suite: str, arguments: list[str]) -> None:
    """Run pytest on a suite, and end with its exit status; another project's ini file does not change what a suite's test is."""
    import pytest

    from edgeproof.plugin.options import in_long_form

    place = ["--pyargs", f"{SUITES_PACKAGE}.{suite}"] if is_installed(suite) else [str(carried(suite))]
    ours = ["-o", "python_files=test_*.py", "-o", "python_functions=test_*"]
    raise typer.Exit(int(pytest.main([*place, *ours, *in_long_form(arguments)])))


@app.command()
def image(
    inventory: InventoryFile = None,
    archive: Annotated[
        list[Path] | None, typer.Option(help="a file of docker save, built elsewhere; one for each kind of machine")
    ] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="build it again even if it exists")] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="replace images of that name that edgeproof did not build")
    ] = False,
) -> None:
    """Build the worker image once for each kind of machine, and put it on every agent that lacks it."""
    from edgeproof.workload.images import Images

    with _clear_errors():
        images = Images(_inventory(inventory), _say, SudoPassword(_ask_password), replace)
        found = images.load(archive) if archive else images.distribute(rebuild)
        for agent, identity in found.items():
            typer.echo(f"{agent} {identity}")


@app.command()
def dataset(
    folder: Annotated[Path | None, typer.Argument(help="where to write the images")] = None,
    count: Annotated[int, typer.Option(help="how many images")] = 60,
    size: Annotated[str, typer.Option(help="WIDTHxHEIGHT in pixels")] = "500x375",
    corrupt: Annotated[int, typer.Option(help="how many of them to truncate")] = 0,
    seed: Annotated[int, typer.Option(help="equal seeds make equal images")] = 0,
    to_export: Annotated[bool, typer.Option("--to-export", help="put them into the NFS export, over SSH")] = False,
    inventory: InventoryFile = None,
) -> None:
    """Make JPEGs to classify, in a folder or in the cluster's NFS export."""
    from edgeproof.workload.dataset import Recipe, make_dataset
    from edgeproof.workload.export import export_dataset

    with _clear_errors():
        sides = re.fullmatch(r"([0-9]{1,5})x([0-9]{1,5})", size)
        if sides is None:
            raise DatasetError(f"--size {size}: must have the form WIDTHxHEIGHT, as 500x375")
        recipe = Recipe(count, int(sides[1]), int(sides[2]), corrupt, seed)
        if (folder is None) is not to_export:
            raise DatasetError("name either a folder or --to-export")
        if folder is not None:
            make_dataset(folder, recipe)
            typer.echo(f"{count} images in {folder}, {corrupt} of them corrupt")
            return
        with tempfile.TemporaryDirectory(prefix="edgeproof-dataset-") as made:
            make_dataset(Path(made), recipe)
            export_dataset(_inventory(inventory), Path(made))
        typer.echo(f"{count} images in the export, {corrupt} of them corrupt")


@app.command()
def bundle(
    target: Annotated[Path, typer.Option("-o", "--output", help="the archive to write")] = Path(
        "edgeproof-bundle.tar.gz"
    ),
    hide_names: Annotated[bool, typer.Option("--hide-names", help="replace names and addresses, too")] = False,
    run_record: Annotated[Path | None, typer.Option(help="a run record (from --run-record) to include")] = None,
    inventory: InventoryFile = None,
) -> None:
    """Write the cluster as it is into one file for a bug report: what its commands print, files, the API's objects.

    Tokens, passwords, keys and serial numbers are blanked. docs/replay.md describes the form.
    """
    from edgeproof.bundle import Wanted, make_bundle

    with _clear_errors():
        path = find_inventory(inventory, Path.cwd())
        record = _record_in(run_record) if run_record else None
        wanted = Wanted(load_inventory(path), path.read_text(encoding="utf-8"), target, hide_names, record)
        make_bundle(wanted, SudoPassword(_ask_password), _say)


@app.command()
def record(
    node: Annotated[str, typer.Argument(help="a node of cluster.yaml")],
    into: Annotated[Path, typer.Option("--into", help="a folder; in a checkout selftest/samples/boards")],
    name: Annotated[str, typer.Option("--name", help="the file's name (default: SoC and L4T release)")] = "",
    inventory: InventoryFile = None,
) -> None:
    """Write down what one node prints, fact by fact, and what is made of it: a file of samples for the selftests.

    Tokens, passwords, keys, serial numbers, names and addresses are hidden; look through it before you give it away.
    """
    from edgeproof.bundle import Samples, record_samples

    with _clear_errors():
        wanted = Samples(_inventory(inventory), node, into, name)
        typer.echo(record_samples(wanted, SudoPassword(_ask_password), _say))


def _record_in(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BundleError(f"{path}: not a run record: {error}", "name a file that --run-record wrote") from error
    if not isinstance(found, dict):
        raise BundleError(f"{path}: not a run record", "name a file that --run-record wrote")
    return found


def _ask_password(prompt: str) -> str:
    return getpass.getpass(prompt) if sys.stdin.isatty() else ""


@app.command()
def explain(
    name: Annotated[str | None, typer.Argument(help="a check, or a row of the catalogue as findings show it")] = None,
) -> None:
    """Say what a check judges and reads, what may be wrong and what fixes it; or the same of a catalogue row. Without a name: all checks."""
    from edgeproof.explain import explain as explained
    from edgeproof.explain import list_checks, nearest

    text = explained(name) if name else list_checks()
    if not text:
        typer.echo(f"edgeproof: {name}: no such check, and no such row of the catalogue", err=True)
        typer.echo(
            f"fix: {' or '.join(f'edgeproof explain {near}' for near in nearest(str(name))) or 'edgeproof explain'}",
            err=True,
        )
        raise typer.Exit(2)
    typer.echo(text)


@app.command()
def example() -> None:
    """Print an inventory to start from: edgeproof example > cluster.yaml."""
    typer.echo(carried(EXAMPLE).read_text(encoding="utf-8"), nl=False)


@app.command()
def manifests(
    names: Annotated[list[str] | None, typer.Argument(help=f"which of them (default: all but {RIGHTS})")] = None,
) -> None:
    """Print the manifests that the suites use, for `kubectl apply -f -`; or rbac.yaml: an account that may do what the suites do."""
    folder = carried("manifests")
    known = sorted(file.name for file in folder.glob("*.yaml"))
    wanted = names or [name for name in known if name != RIGHTS]
    for name in wanted:
        if name not in known:
            typer.echo(f"edgeproof: {name}: no such manifest\nfix: name one of {', '.join(known)}", err=True)
            raise typer.Exit(2)
    typer.echo("---\n".join((folder / name).read_text(encoding="utf-8") for name in wanted), nl=False)


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="print edgeproof's version")] = False,
) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


def main() -> None:
    """Run the command line."""
    app(prog_name="edgeproof")


if __name__ == "__main__":
    main()
