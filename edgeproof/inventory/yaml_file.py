"""Reads cluster.yaml; every complaint names the file, the line and the fix."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import yaml
from pydantic import BaseModel, ValidationError

from edgeproof.errors import InventoryError
from edgeproof.inventory.inventory import Inventory, Misplaced

ENVIRONMENT = "EDGEPROOF_INVENTORY"
DEFAULT_NAME = "cluster.yaml"
EXAMPLE = "start from the example: python -m edgeproof example > cluster.yaml"

HINTS = {"password": "; edgeproof logs in by a key: ssh-copy-id USER@ADDRESS puts yours there"}
"""What to say of keys that people try, and that are none."""

Place = tuple[str | int, ...]


def find_inventory(given: Path | None, folder: Path) -> Path:
    """Name the inventory's file: the one given, $EDGEPROOF_INVENTORY, or `folder`/cluster.yaml.

    Raises InventoryError when there is none.
    """
    if given is not None:
        return given.expanduser()
    named = os.environ.get(ENVIRONMENT)
    if named:
        return Path(named).expanduser()
    default = folder / DEFAULT_NAME
    if default.exists():
        return default
    raise InventoryError(
        f"no inventory: there is no {DEFAULT_NAME} here, and neither --edgeproof-inventory=FILE nor ${ENVIRONMENT} names one",
        EXAMPLE,
    )


def load_inventory(path: Path) -> Inventory:
    """Read and validate `path`; raises InventoryError with file, line and fix."""
    text = _read(path)
    try:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        _refuse_repeated_keys(tree, path)
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InventoryError(f"{path}{_mark(error)}: not YAML: {_problem(error)}", EXAMPLE) from error
    if not isinstance(data, dict):
        raise InventoryError(f"{path}: contains no mapping; the smallest file is a list of nodes", EXAMPLE)
    try:
        return Inventory.model_validate(data)
    except ValidationError as error:
        lines = [_complaint(path, tree, cast(Mapping[str, Any], detail)) for detail in error.errors()]
        raise InventoryError("\n".join(lines), EXAMPLE) from error


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise InventoryError(f"{path}: no such file", EXAMPLE) from error
    except UnicodeDecodeError as error:
        raise InventoryError(f"{path}: not a text file in UTF-8 ({error.reason})", EXAMPLE) from error
    except OSError as error:
        raise InventoryError(f"{path}: cannot be read: {error.strerror}") from error


def _mark(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f":{mark.line + 1}" if mark else ""


def _problem(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or error)


def _refuse_repeated_keys(tree: yaml.Node | None, path: Path) -> None:
    """YAML lets a later key replace an earlier one in silence: a node lost that way is an error here."""
    if isinstance(tree, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in tree.value:
            line = key.start_mark.line + 1
            if key.value in seen:
                raise InventoryError(
                    f"{path}:{line}: {key.value} appears twice (first in line {seen[key.value]})", "keep one of them"
                )
            seen[key.value] = line
            _refuse_repeated_keys(value, path)


def _complaint(path: Path, tree: yaml.Node | None, detail: Mapping[str, Any]) -> str:
    raised = (detail.get("ctx") or {}).get("error")
    found = raised.place if isinstance(raised, Misplaced) else detail["loc"]
    place: Place = tuple(part for part in found if part != "name")
    where = f"{path}:{_line(tree, place)}: {'.'.join(map(str, place)) or 'the file'}"
    if detail["type"] == "extra_forbidden":
        return f"{where}: unknown key{HINTS.get(str(place[-1])) or _suggest(place)}"
    if detail["type"] == "missing":
        return f"{where}: missing"
    message = str(detail["msg"]).removeprefix("Value error, ")
    if detail["loc"] and detail["loc"][-1] == "name":
        message = "not a node name: lower-case letters, digits, hyphens and dots, each part 63 at most (RFC 1123)"
    shown = detail.get("input")
    given = f" (here: {shown!r})" if isinstance(shown, str | int | float | bool) else ""
    return f"{where}: {message}{given}"


def _line(tree: yaml.Node | None, place: Place) -> int:
    """Tell the line of the deepest part of `place` that the file has."""
    line, node = 1, tree
    for part in place:
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
            continue
        if not isinstance(node, yaml.MappingNode):
            break
        found = next(((key, value) for key, value in node.value if key.value == str(part)), None)
        if found is None:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return line


def _suggest(place: Place) -> str:
    known = _known_keys(place[:-1])
    near = difflib.get_close_matches(str(place[-1]), known, n=1, cutoff=0.5)
    return f"; did you mean {near[0]}?" if near else f"; known here: {', '.join(known)}"


def _known_keys(place: Place) -> list[str]:
    model: type[BaseModel] = Inventory
    for part in place:
        field = model.model_fields.get(str(part))
        if field is None:
            continue
        annotation = field.annotation
        arguments = getattr(annotation, "__args__", ())
        candidates = [annotation, *arguments]
        model = next((c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)), model)
    return [key for key in model.model_fields if key not in ("name", "absent")]
