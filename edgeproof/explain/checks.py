"""The checks of the suites, as they are written."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from edgeproof.files import SUITES, carried


@dataclass(frozen=True)
class Check:
    """A test function of a suite. `nouns` are its parameters, `read` the attributes that it asks of each, a noun and a name."""

    suite: str
    module: str
    name: str
    sentence: str
    nouns: tuple[str, ...]
    read: tuple[tuple[str, str, str], ...]

    @property
    def place(self) -> str:
        """Its suite and module, as in `tests_node/4_system`."""
        return f"{self.suite}/{self.module}"


@cache
def known_checks() -> tuple[Check, ...]:
    """List the checks in the order of the suites' layers."""
    return tuple(check for suite in SUITES for check in _of_suite(suite))


def _of_suite(suite: str) -> Iterator[Check]:
    for file in sorted(carried(suite).glob("test_*.py")):
        module = ast.parse(file.read_text(encoding="utf-8"))
        for item in module.body:
            if isinstance(item, ast.FunctionDef) and item.name.startswith("test_"):
                yield _check(suite, file.stem.removeprefix("test_"), item)


def _check(suite: str, module: str, function: ast.FunctionDef) -> Check:
    nouns = tuple(argument.arg for argument in function.args.args)
    body = [node for statement in function.body for node in ast.walk(statement)]
    read = dict.fromkeys(part for node in body if (part := _attribute(node, nouns)))
    return Check(
        suite, module, function.name.removeprefix("test_"), ast.get_docstring(function) or "", nouns, tuple(read)
    )


def _attribute(node: ast.AST, nouns: tuple[str, ...]) -> tuple[str, str, str] | None:
    """Give noun, attribute and that one's own attribute ('' without), for `noun.attribute` and `noun.attribute.own`."""
    if not isinstance(node, ast.Attribute):
        return None
    if isinstance(node.value, ast.Name) and node.value.id in nouns:
        return node.value.id, node.attr, ""
    within = node.value
    if isinstance(within, ast.Attribute) and isinstance(within.value, ast.Name) and within.value.id in nouns:
        return within.value.id, within.attr, node.attr
    return None
