"""The worker keeps to torch 1.10, by a table of what it calls."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from packaging.version import Version

from lab.places import CHECKOUT
from worker.torch_calls import CALLS, NEWER

OLDEST = Version("1.10")


def chain(node: ast.expr) -> str:
    """Write an attribute chain out: `self.torch.nn.Linear` is torch.nn.Linear; "" for what is none of torch's."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        parts.append(node.id)
    name = ".".join(reversed(parts)).removeprefix("self.")
    return name if name.startswith("torch.") else ""


def calls(tree: ast.AST) -> Iterator[str]:
    """Give the longest chains: `torch.nn.functional.relu`, not `torch.nn` inside it."""
    aliases: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and chain(node.value):
            aliases[node.targets[0].id] = chain(node.value)
    inner = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and id(node) not in inner:
            found = chain(node)
            if found:
                yield found
            elif isinstance(node.value, ast.Name) and node.value.id in aliases:
                yield f"{aliases[node.value.id]}.{node.attr}"


def used() -> set[str]:
    """Name every torch call of the worker: a whole module under a shorter name counts by what is called of it."""
    modules = {"torch.nn.functional", "torch.cuda"}
    sources = [file for file in (CHECKOUT / "worker").rglob("*.py") if file.name != "torch_calls.py"]
    return {name for file in sources for name in calls(ast.parse(file.read_text()))} - modules


def test_the_table_is_what_is_called() -> None:
    """Nothing is called that is not in the table, and nothing stands there that is not called."""
    assert used() == set(CALLS) | set(NEWER)


def test_all_came_with_the_oldest_torch_or_before() -> None:
    """Only what is tried before use is newer than 1.10."""
    assert [name for name, release in CALLS.items() if Version(release) > OLDEST] == []
