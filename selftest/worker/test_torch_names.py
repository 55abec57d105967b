"""Whatever the worker calls of torch by name is there, on GPUs too, which no bed has: asked of the bed's own torch."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lab.places import CHECKOUT
from selftest.worker.beds.bed import Bed
from selftest.worker.driver import ask


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
    """Name every torch call of the worker."""
    sources = (CHECKOUT / "worker").rglob("*.py")
    return {name for file in sources for name in calls(ast.parse(file.read_text()))}


def test_this_torch_has_them(bed: Bed) -> None:
    """Or the worker tries them where it uses them, and does without."""
    names = sorted(used())
    assert len(names) > 40
    assert ask(bed, "torch_names", names) == []
