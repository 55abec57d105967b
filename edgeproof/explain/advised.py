"""Which rows of the catalogue the advice on a check can come to: every row that its functions, and those they call, name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from importlib import resources

from edgeproof.diagnose import advised_checks, catalogue_rows
from edgeproof.diagnose.known_lines import known_line, known_lines, meaning_of
from edgeproof.explain.checks import Check

PACKAGE = "edgeproof.diagnose"

LOOKS_UP = (meaning_of.__name__, known_line.__name__)
"""The functions that look a program's words up among the known lines."""


def rows_of(check: Check) -> tuple[str, ...]:
    """Name the rows that the advice on a check may give, in the catalogue's order."""
    module = advised_checks()[check.suite, check.name]
    named = set(_named(module, _adviser(module, check.name), set()))
    return tuple(row for row in catalogue_rows() if row in named)


def _named(module: str, name: str, seen: set[tuple[str, str]]) -> Iterator[str]:
    """Give each text of a function or constant of a module, and of all in the package that it names."""
    if (module, name) in seen:
        return
    seen.add((module, name))
    defined, imported = _module(module)
    if name in imported:
        yield from _named(*imported[name], seen)
    for node in ast.walk(defined[name]) if name in defined else ():
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.Name):
            yield from _named(module, node.id, seen)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in LOOKS_UP:
            yield from _known_rows(node)


def _known_rows(call: ast.Call) -> Iterator[str]:
    """Give the rows of the lines that the program is known to print which a call names."""
    program = call.args[0] if call.args else None
    for line in known_lines():
        if isinstance(program, ast.Constant) and program.value in line.program:
            yield line.id


def _adviser(module: str, check: str) -> str:
    """Name the function that advises on a check; the decorator on it says so."""
    for name, statement in _module(module)[0].items():
        for decorator in statement.decorator_list if isinstance(statement, ast.FunctionDef) else ():
            named = decorator.args[0] if isinstance(decorator, ast.Call) and decorator.args else None
            if isinstance(named, ast.Constant) and named.value == check:
                return name
    raise LookupError(f"{module} advises on {check} by no function of its own")


@cache
def _module(name: str) -> tuple[dict[str, ast.stmt], dict[str, tuple[str, str]]]:
    """Read a module of the package: its functions and constants, and what it has from other modules of the package."""
    text = resources.files(PACKAGE).joinpath(f"{name}.py").read_text(encoding="utf-8")
    defined: dict[str, ast.stmt] = {}
    imported: dict[str, tuple[str, str]] = {}
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            defined[statement.name] = statement
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            for target in statement.targets if isinstance(statement, ast.Assign) else [statement.target]:
                defined |= {part.id: statement for part in ast.walk(target) if isinstance(part, ast.Name)}
        elif isinstance(statement, ast.ImportFrom) and (statement.module or "").startswith(f"{PACKAGE}."):
            place = str(statement.module).removeprefix(f"{PACKAGE}.")
            imported |= {alias.asname or alias.name: (place, alias.name) for alias in statement.names}
    return defined, imported
