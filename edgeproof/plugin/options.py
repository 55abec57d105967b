"""The command line's options: each as --edgeproof-NAME, and as --NAME where no other plugin has taken that.

PYTEST_DONT_REWRITE: as in edgeproof/__init__.py.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

PREFIX = "--edgeproof-"


@dataclass(frozen=True)
class Option:
    """One option, by its name without dashes."""

    name: str
    metavar: str
    help: str
    is_path: bool = True
    is_flag: bool = False

    @property
    def dest(self) -> str:
        """Where its value stands: what `config.getoption` is asked for."""
        return f"edgeproof_{self.name.replace('-', '_')}"

    @property
    def long(self) -> str:
        """The form that is always there."""
        return f"{PREFIX}{self.name}"

    @property
    def short(self) -> str:
        """The form that is there where no other plugin has it."""
        return f"--{self.name}"

    def attributes(self) -> dict[str, Any]:
        """Give what argparse is told of it."""
        if self.is_flag:
            return {"dest": self.dest, "help": self.help, "action": "store_true"}
        kind: dict[str, Any] = {"type": Path} if self.is_path else {}
        return {"dest": self.dest, "metavar": self.metavar, "help": self.help, "default": None, **kind}


OPTIONS = (
    Option("inventory", "FILE", "the cluster's inventory (default: $EDGEPROOF_INVENTORY, else ./cluster.yaml)"),
    Option(
        "kubeconfig",
        "FILE",
        "kubeconfig to use (default: the inventory's, $KUBECONFIG, ~/.kube/config, /etc/rancher/k3s/k3s.yaml)",
    ),
    Option("context", "NAME", "the kubeconfig's context to use (default: its current one)", is_path=False),
    Option("run-record", "FILE", "write the run record (JSON) here, besides pytest's cache"),
    Option("fix-plan", "FILE", "write all fixes here as one script for a person to review"),
    Option(
        "bundle", "FILE", "write the cluster as it is found, with this run's record, into one archive for a bug report"
    ),
    Option("bundle-hidden", "FILE", "the same, with names and addresses replaced"),
    Option(
        "reboot",
        "NODE,…",
        "tests_reboot alone: reboot these nodes (or all), one after the other, and compare",
        is_path=False,
    ),
    Option("despite-pods", "", "tests_reboot alone: reboot nodes on which pods run", is_path=False, is_flag=True),
)


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Add the long forms; the short ones wait until every other plugin has added its own."""
    for option in OPTIONS:
        _group(parser).addoption(option.long, **option.attributes())
    if _comes_with_a_conftest(pluginmanager):
        _add_short_forms(parser)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(parser: pytest.Parser) -> Generator[None, object, object]:
    """Add the short forms: all plugins, and the first conftest files, have come by now."""
    result = yield
    _add_short_forms(parser)
    return result


def _group(parser: pytest.Parser) -> pytest.OptionGroup:
    return parser.getgroup("edgeproof", "edgeproof: proof that an edge GPU cluster works")


def _comes_with_a_conftest(pluginmanager: pytest.PytestPluginManager) -> bool:
    """Tell whether this plugin is loaded by a conftest file (as in a checkout), when all installed plugins are there."""
    return any(
        Path(getattr(plugin, "__file__", None) or "").name == "conftest.py" for plugin in pluginmanager.get_plugins()
    )


def _add_short_forms(parser: pytest.Parser) -> None:
    for option in OPTIONS:
        if _is_free(parser, option.short):
            _group(parser).addoption(option.short, **option.attributes() | {"help": f"the same as {option.long}"})


def _is_free(parser: pytest.Parser, name: str) -> bool:
    """Tell whether no option of that name is known; one that is known takes the value given here, or refuses it."""
    given = f"{name}=edgeproof"  # of a flag, too: a plugin's own of that name would refuse the value
    try:
        _, unknown = parser.parse_known_and_unknown_args([given])
    except (pytest.UsageError, SystemExit):
        return False
    return given in unknown


def joined(arguments: list[str]) -> list[str]:
    """Write `--NAME VALUE` of edgeproof's own options as `--NAME=VALUE`, which pytest cannot take for a path to test."""
    names = {form for option in OPTIONS if not option.is_flag for form in (option.long, option.short)}
    words, result = iter(arguments), []
    for word in words:
        value = next(words, None) if word in names else None
        result.append(word if value is None else f"{word}={value}")
    return result


def in_long_form(arguments: list[str]) -> list[str]:
    """Write the short forms as the long ones, which no other plugin can have taken."""
    forms = {option.short: option.long for option in OPTIONS}
    parts = [(word, *word.partition("=")) for word in joined(arguments)]
    return [forms[name] + sign + value if name in forms else word for word, name, sign, value in parts]
