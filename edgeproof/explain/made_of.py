"""From what a field or a property of facts is made: read from the text of the functions that make it."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

OURS = "edgeproof."


@dataclass(frozen=True)
class Maker:
    """A function that calls the class `made`, with a keyword for each field; whether what it reads is named as an attribute, or by a text alone."""

    function: Callable[..., Any]
    made: str
    by_attribute: bool = True


def made_of(maker: Maker, field: str, names: frozenset[str]) -> tuple[str, ...]:
    """Name those of `names` that a field is made of: named in its expression, or in a function that it calls."""
    expression = _expressions(maker).get(field)
    if expression is None:
        return ()
    return tuple(dict.fromkeys(_named(expression, names, maker, maker.function.__module__, set())))


def asked_by(kind: type, name: str, names: frozenset[str]) -> tuple[str, ...]:
    """Name those of `names` that a method or property of a class reads of itself, in the end."""
    return tuple(dict.fromkeys(_asked(kind, name, names, set())))


def _asked(kind: type, name: str, names: frozenset[str], seen: set[str]) -> Iterator[str]:
    if name in names:
        yield name
    member = inspect.getattr_static(kind, name, None)
    function = member.fget if isinstance(member, property) else member
    if name in seen or name in names or not inspect.isfunction(function):
        return
    seen.add(name)
    for node in ast.walk(_tree(function)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
            yield from _asked(kind, node.attr, names, seen)


@lru_cache(maxsize=512)
def _tree(function: Callable[..., Any]) -> ast.AST:
    return ast.parse(textwrap.dedent(inspect.getsource(function)))


@lru_cache
def _expressions(maker: Maker) -> dict[str, ast.expr]:
    """Give the expression that each field is made of, with what is assigned to the local names in it."""
    tree = _tree(maker.function)
    assigned: dict[str, ast.expr] = {}
    for node in (node for node in ast.walk(tree) if isinstance(node, ast.Assign)):
        parts = (part for target in node.targets for part in ast.walk(target))
        assigned |= {part.id: node.value for part in parts if isinstance(part, ast.Name)}
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _name(node.func) == maker.made]
    return {str(word.arg): _with_assigned(word.value, assigned) for call in calls for word in call.keywords}


def _with_assigned(expression: ast.expr, assigned: dict[str, ast.expr]) -> ast.expr:
    """Put beside an expression what its local names, and theirs, were given."""
    parts, names = [expression], list[str]()
    for part in parts:
        for node in ast.walk(part):
            if _name(node) in assigned and _name(node) not in names:
                names.append(_name(node))
                parts.append(assigned[_name(node)])
    return ast.Tuple(parts, ast.Load())


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _named(tree: ast.AST, names: frozenset[str], maker: Maker, module: str, seen: set[object]) -> Iterator[str]:
    for node in ast.walk(tree):
        function = getattr(sys.modules[module], _name(node), None) if _name(node) else None
        if maker.by_attribute and isinstance(node, ast.Attribute) and node.attr in names:
            yield node.attr
        elif isinstance(node, ast.Constant) and node.value in names:
            yield str(node.value)
        elif inspect.isfunction(function) and function.__module__.startswith(OURS) and function not in seen:
            seen.add(function)
            yield from _named(_tree(function), names, maker, function.__module__, seen)
