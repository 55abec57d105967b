"""What dockerd is told when it starts: by its file, daemon.json, and by its flags."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

from edgeproof.facts.node.runtime.option_types import wrong_type
from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Facts, Unobserved, unobserved
from edgeproof.facts.probe import Output, Probe
from edgeproof.facts.snippet import snippet

USUAL_PATH = "/etc/docker/daemon.json"
SHORT_FLAGS = {"-H": "hosts", "--host": "hosts", "-D": "debug", "-l": "log-level", "-G": "group", "-g": "graph", "-b": "bridge", "-p": "pidfile"}  # fmt: skip
"""Flags of dockerd whose key in the file has another name (dockerd(8)); of others it is theirs, or its plural."""


@dataclass(frozen=True)
class Oddity:
    """What only some versions of Docker take: refused before version `since`, or from version `until` on."""

    what: str
    since: int = 0
    until: int = 0

    def refused_by(self, major: int) -> bool:
        """Tell whether dockerd of this major version refuses the file for it."""
        return major < self.since or 0 < self.until <= major


BYTE_ORDER_MARK = Oddity("it begins with a byte order mark, which Docker reads from 23 on", since=23)  # moby#44777
EMPTY = Oddity("it is empty, which Docker takes from 20 on", since=20)  # moby#41268
SEVERAL = Oddity("it holds more after its first object, which Docker refuses from 23 on", until=23)  # moby#44905


@dataclass(frozen=True, repr=False)
class DaemonJson(Facts):
    """The file that dockerd reads, and its flags: why dockerd refuses the file ('' if it does not), what both say of nvidia.

    `clashes` are keys of the file that are flags as well, with which dockerd does not start; `unregistered` is a default runtime that the
    file names and does not register, for which dockerd refuses it ('' where it does).
    """

    path: str
    present: bool
    error: str
    default_runtime: str
    nvidia_path: str
    nvidia_runs: bool
    repeated: tuple[str, ...] = ()
    clashes: tuple[str, ...] = ()
    oddities: tuple[Oddity, ...] = ()
    unregistered: str = ""


@dataclass
class _Text:
    """The file's text, read: its keys and values, and what is odd or wrong about it."""

    found: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    unregistered: str = ""
    oddities: list[Oddity] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)


def parse_daemon_json(output: Output) -> DaemonJson | Unobserved:
    """Lines `flag …`, `file PATH`, `missing`, `runs PROGRAM`, `lacks PROGRAM`; after `--file--` the file's text."""
    head, mark, text = output.stdout.partition("--file--\n")
    if not mark:
        return Unobserved(f"{USUAL_PATH} could not be read")
    missing = re.search(r"^missing$", head, re.M) is not None
    path = re.search(r"^file (.+)$", head, re.M)
    read = _Text() if missing else _read(text)
    flags = re.findall(r"^flag (\S+)$", head, re.M)
    given = dict(flag.split("=", 1) for flag in flags if flag.startswith("--default-runtime="))
    added = [flag.split("=", 2)[2] for flag in flags if flag.startswith("--add-runtime=nvidia=")]
    nvidia = _nvidia_path(read.found) or (added[-1] if added else "")
    default = read.found.get("default-runtime")
    default = default if isinstance(default, str) else given.get("--default-runtime", "")
    return DaemonJson(
        path=path[1] if path else USUAL_PATH,
        present=not missing,
        error=read.error,
        default_runtime=default or _unread_flags(flags, missing),
        nvidia_path=nvidia or _unread_flags(flags, missing),
        nvidia_runs=_runs(nvidia, head),
        repeated=tuple(dict.fromkeys(read.repeated)),
        clashes=tuple(key for key in read.found if key != "runtimes" and key in _keys_of(flags)),
        oddities=tuple(read.oddities),
        unregistered=read.unregistered,
    )


def _read(text: str) -> _Text:
    """Read the file strictly, as Go does: a key that stands twice counts as it stands last, but objects are joined."""
    read = _Text()
    # A UTF-16 mark arrives as two replacement characters, and the shell drops that encoding's zero bytes.
    bare = re.sub("^(\ufeff|\ufffd\ufffd)", "", text)
    if bare != text:
        read.oddities.append(BYTE_ORDER_MARK)
    bare = bare.strip(" \t\r\n")
    if not bare:
        read.oddities.append(EMPTY)
        return read
    lines = text.count("\n", 0, text.find(bare))
    try:
        found, end = json.JSONDecoder(object_pairs_hook=lambda pairs: _joined(pairs, read), parse_constant=_refuse).raw_decode(bare)  # fmt: skip
    except json.JSONDecodeError as error:
        place = f"line {error.lineno + lines} column {error.colno}"
        read.error = f"not valid JSON: {error.msg}: {place}{_character(bare, error.pos)}"
        return read
    except (ValueError, RecursionError) as error:
        read.error = f"not valid JSON: {error}"
        return read
    if bare[end:].strip():
        read.oddities.append(SEVERAL)
    if not isinstance(found, dict):
        read.error = "not a JSON object"
        return read
    read.found = found
    read.error = _hidden_in_key(found) or wrong_type(found)
    read.unregistered = "" if read.error else _unregistered(found)
    if read.unregistered:
        read.error = f"default-runtime is {read.unregistered}, and its runtimes have none of that name"
    return read


def _joined(pairs: list[tuple[str, Any]], read: _Text) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            read.repeated.append(key)
        before = found.get(key)
        found[key] = before | value if isinstance(before, dict) and isinstance(value, dict) else value
    return found


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a JSON value")


def _character(text: str, place: int) -> str:
    """Name the character there by its Unicode name, if it is one that nobody sees, or takes for another."""
    if place >= len(text) or (text[place].isascii() and text[place].isprintable()):
        return ""
    return f", where {_named(text[place])} stands"


def _named(character: str) -> str:
    return f"U+{ord(character):04X} {unicodedata.name(character, 'a control character')}"


def _hidden_in_key(found: dict[str, Any]) -> str:
    """Tell of a key with a character that nobody sees: to dockerd it is another key, which it does not know."""
    for key in found:
        hidden = next((sign for sign in key if not sign.isprintable() or unicodedata.category(sign) == "Cf"), "")
        if hidden:
            bare = "".join(sign for sign in key if sign != hidden)
            return f"the key {bare} holds {_named(hidden)}, so dockerd does not know this key"
    return ""


def _unregistered(found: dict[str, Any]) -> str:
    """Name the default runtime that is not among the file's runtimes; dockerd judges the file before its flags (nvidia-docker#1002).

    runc is always there, and a shim of containerd's has a dot in its name, or is a path.
    """
    name, runtimes = found.get("default-runtime") or "runc", found.get("runtimes") or {}
    return "" if name == "runc" or name in runtimes or "." in name or "/" in name else str(name)


def _nvidia_path(found: dict[str, Any]) -> str:
    """Give the program of the runtime that is called nvidia, by its path or by its shim's options."""
    runtimes = found.get("runtimes")
    nvidia = runtimes.get("nvidia") if isinstance(runtimes, dict) else None
    if not isinstance(nvidia, dict):
        return ""
    options = nvidia.get("options")
    binary = options.get("BinaryName") if isinstance(options, dict) else None
    return str(nvidia.get("path") or binary or nvidia.get("runtimeType") or "")


def _runs(path: str, head: str) -> Any:
    lines = head.splitlines()
    if f"runs {path}" in lines or f"lacks {path}" in lines:
        return f"runs {path}" in lines
    return unobserved(f"whether {path} can be run is not known" if path else "no nvidia runtime is named")


def _unread_flags(flags: list[str], missing: bool) -> Any:
    """Give '' for what neither file nor flags say; a gap where there is no file, and the unit takes flags from elsewhere."""
    unread = next((flag for flag in flags if flag.startswith("$")), "")
    return unobserved(f"dockerd takes flags from {unread}, which was not read") if missing and unread else ""


def _keys_of(flags: list[str]) -> set[str]:
    """Name the keys of the file that these flags stand for."""
    keys = set()
    for flag in flags:
        name = flag.split("=", 1)[0]
        short = SHORT_FLAGS.get(name if name.startswith("--") else name[:2])
        bare = name.lstrip("-")
        keys |= {short} if short else {bare, f"{bare}s", f"{bare[:-1]}ies"}
    return keys


DAEMON_JSON = Probe("daemon_json", snippet(SNIPPETS, "daemon_json"), parse_daemon_json, root=True)
