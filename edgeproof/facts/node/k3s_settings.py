"""What K3s runs with: its arguments, config.yaml with its drop-ins, K3S_* variables, in K3s's own order of precedence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import yaml

from edgeproof.facts.node.systemd_unit import words
from edgeproof.facts.observed import Unobserved

CONFIG = "/etc/rancher/k3s/config.yaml"
HIDDEN = "(hidden)"
"""What the node prints in place of a token (hide_secrets.sh), and of what it could not tell from one."""

SHORT = {"c": "config", "d": "data-dir", "s": "server", "t": "token"}
"""The short names of flags (k3s-io/k3s, pkg/cli/cmds)."""

VARIABLES = {
    "config": "K3S_CONFIG_FILE", "data-dir": "K3S_DATA_DIR", "server": "K3S_URL", "token": "K3S_TOKEN",
}  # fmt: skip
PROGRAM = re.compile(r"(?:.*/)?k3s(?:-server|-agent|-armhf|-arm64)?")


@dataclass(frozen=True)
class Source:
    """A value, and the file it stands in."""

    value: str
    file: str


@dataclass(frozen=True)
class Settings:
    """The role K3s was started in ('' where its command line does not tell), and every setting by its long name."""

    role: str
    given: Mapping[str, Source]
    gap: str = ""

    def value(self, name: str) -> str | Unobserved | None:
        """Give a setting; None where no source has it, unobserved where one could not be read."""
        found = self.given.get(name)
        if found is None:
            return Unobserved(self.gap) if self.gap else None
        value = found.value.replace(f"://{HIDDEN}@", "://")
        return (
            Unobserved(f"{name} in {found.file} could not be separated from a secret, so it was not read")
            if HIDDEN in value
            else value
        )

    def file(self, name: str) -> str:
        """Tell which file sets it; '' for none."""
        return self.given[name].file if name in self.given else ""


def read_settings(
    command: Sequence[str], unit_file: str, variables: Mapping[str, Source], files: Mapping[str, str | None]
) -> Settings:
    """Merge a command line, variables and the texts of config files by path (None: known to be absent).

    A flag beats config.yaml, which beats a variable: K3s turns the file into flags that stand before its own.
    """
    role, arguments = _arguments(command)
    flags = _flags(arguments, unit_file)
    chosen = variables.get("K3S_CONFIG_FILE") or flags.get("config") or Source(CONFIG, "")
    configured, gap = _configured(chosen.value, files)
    if not arguments:
        gap = gap or "the command line of K3s could not be read"
    named = {name: variables[variable] for name, variable in VARIABLES.items() if variable in variables}
    return Settings(role, {**named, **configured, **flags}, gap)


def role_of(command: Sequence[str]) -> str:
    """Tell whether a command line runs K3s as server or agent; '' where it does neither."""
    return _arguments(command)[0]


def _arguments(command: Sequence[str]) -> tuple[str, list[str]]:
    """Find K3s among the words, also within `sh -c '…'`: its role, and all its words from the program on; none without it."""
    flat = [part for word in command for part in (words(word) if "k3s" in word and " " in word else [word])]
    start = next((place for place, word in enumerate(flat) if PROGRAM.fullmatch(word)), None)
    if start is None:
        return "", []
    rest = flat[start:]
    role = next((word for word in rest[1:] if word in ("server", "agent")), "")
    return role or (rest[0].rpartition("-")[2] if rest[0].endswith(("-server", "-agent")) else ""), rest


def _flags(arguments: Sequence[str], file: str) -> dict[str, Source]:
    """`--name value`, `--name=value`, `-n value`, and `--name` alone, which is true; the last of a name counts."""
    flags = {}
    for place, word in enumerate(arguments):
        if match := re.fullmatch(r"--?([A-Za-z][\w.-]*)(?:=(.*))?", word, re.S):
            following = arguments[place + 1] if place + 1 < len(arguments) else ""
            value = (
                match[2]
                if match[2] is not None
                else "true"
                if following.startswith("-") or not following
                else following
            )
            flags[SHORT.get(match[1], match[1])] = Source(value, file)
    return flags


def _configured(path: str, files: Mapping[str, str | None]) -> tuple[dict[str, Source], str]:
    """The config file, then its drop-ins by name: a later value replaces, `key+` appends; and why one could not be read."""
    if path not in files:
        return {}, f"{path} was not read"
    merged: dict[str, Source] = {}
    drop_ins = sorted(name for name in files if name.startswith(f"{path}.d/"))
    for name in (path, *drop_ins):
        text = files[name]
        if text is None:
            continue
        try:
            found = yaml.safe_load(text)
        except (yaml.YAMLError, ValueError, RecursionError):
            return merged, f"{name} could not be read as YAML"
        if not isinstance(found, dict):
            if found is None:
                continue
            return merged, f"{name} is not a list of settings"
        for key, value in found.items():
            long = str(key).removesuffix("+").lstrip("-")
            merged[SHORT.get(long, long)] = Source(_plain(value), name)
    return merged, ""


def _plain(value: object) -> str:
    """As K3s makes a flag of it; of a list, which K3s gives one by one, the last."""
    if isinstance(value, list):
        return _plain(value[-1]) if value else ""
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
