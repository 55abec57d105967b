"""`python -m edgeproof`: the commands beside pytest: dataset, image."""

from __future__ import annotations

import shlex
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from edgeproof.errors import DatasetError, EdgeproofError
from edgeproof.inventory import Inventory, find_inventory, load_inventory

app = typer.Typer(help="What edgeproof does beside pytest.", no_args_is_help=True, add_completion=False)
InventoryFile = Annotated[
    Path | None, typer.Option("--inventory", help="default: $EDGEPROOF_INVENTORY, else ./cluster.yaml")
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


@app.command()
def image(
    inventory: InventoryFile = None,
    rebuild: Annotated[bool, typer.Option(help="build it anew even if the server has it")] = False,
) -> None:
    """Build the worker image once, on the server, and put it on every agent that lacks it."""
    from edgeproof.workload.images import distribute

    with _clear_errors():
        typer.echo(distribute(_inventory(inventory), _say, rebuild))


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

    with _clear_errors():
        width, cross, height = size.partition("x")
        if not (cross and width.isdigit() and height.isdigit()):
            raise DatasetError(f"--size {size}: not of the form 500x375")
        recipe = Recipe(count, int(width), int(height), corrupt, seed)
        if (folder is None) is not to_export:
            raise DatasetError("name either a folder or --to-export")
        if folder is not None:
            make_dataset(folder, recipe)
            typer.echo(f"{count} images in {folder}, {corrupt} of them corrupt")
            return
        with tempfile.TemporaryDirectory(prefix="edgeproof-dataset-") as made:
            make_dataset(Path(made), recipe)
            _export(_inventory(inventory), Path(made))
        typer.echo(f"{count} images in the export, {corrupt} of them corrupt")


def _export(inventory: Inventory, made: Path) -> None:
    """Unpack the images into the export; a folder that holds anybody else's JPEGs is left as it is."""
    from edgeproof import limits
    from edgeproof.connect.ssh import open_node
    from edgeproof.workload.dataset import NOTE

    path = shlex.quote(inventory.dataset)
    ours = f"image-{'[0-9]' * 5}.jpg"
    guard = (
        f'cd {path} || exit 3; for f in *.jpg; do [ -e "$f" ] || continue; [ -e {NOTE} ] || exit 4;'
        f" case $f in {ours}) ;; *) exit 4;; esac; done; rm -f {ours} && tar -xf -"
    )
    with tempfile.TemporaryFile() as archive, open_node(inventory, inventory.nfs_server) as server:
        with tarfile.open(fileobj=archive, mode="w") as tar:
            for file in sorted(made.iterdir()):
                tar.add(file, arcname=file.name, filter=_anonymous)
        archive.seek(0)
        answer = server.feed(guard, archive, limits.IMAGE_SEND_S, lambda _: None)
    place = f"{inventory.nfs_server.name}:{inventory.dataset}"
    if answer.status == 3:
        raise DatasetError(
            f"{place} does not exist",
            f"sudo mkdir -p {path} && sudo chown nobody:nogroup {path} && sudo chmod 777 {path}",
        )
    if answer.status == 4:
        raise DatasetError(
            f"{place} holds JPEGs that are not ours; they are left as they are", "run the workload on them as they are"
        )
    if answer.status != 0:
        raise DatasetError(
            f"{place}: {answer.stderr.decode('utf-8', 'replace').strip()[-300:]}", f"sudo chmod 777 {path}"
        )


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o644
    return member


def main() -> None:
    """Run the command line."""
    app(prog_name="python -m edgeproof")


if __name__ == "__main__":
    main()
