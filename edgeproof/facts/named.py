"""Which external commands and absolute paths a shell script names: what a node is asked, read from the question itself.

A lexer, no shell: a variable's value is known where the script sets it to literal text; else it counts as any text (`*`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product

from edgeproof.facts.shell_words import Token, Word, tokens

BUILT_IN = frozenset(
    {
        ".", ":", "[", "alias", "bg", "break", "cd", "command", "continue", "echo", "eval", "exec", "exit", "export", "false",
        "fg", "getopts", "hash", "jobs", "kill", "local", "printf", "pwd", "read", "readonly", "return", "set", "shift",
        "test", "times", "trap", "true", "type", "ulimit", "umask", "unalias", "unset", "wait",
    }
)  # fmt: skip
"""What dash runs itself."""

TAKE_ARGUMENTS = {
    "sudo": "ugphCrtTU", "timeout": "ks", "env": "uCS", "xargs": "nIPLdsaE", "nice": "n", "ionice": "cn", "exec": "a",
    "command": "", "nohup": "", "setsid": "", "stdbuf": "ioe", "time": "",
}  # fmt: skip
"""Commands that run another, and which of their options take a word of their own. `command -v` only looks."""

TAKE_A_WORD = frozenset({"timeout"})
"""Those that have a word between their options and the command."""

PROGRAM_FIRST = frozenset({"awk", "gawk", "mawk", "sed", "grep", "egrep", "fgrep", "zgrep", "tr"})
"""Commands whose first word is no file but a program or a pattern."""

PRINTING = frozenset({"echo", "printf"})
SHELLS = frozenset({"sh", "bash", "dash"})
MOST_VALUES = 64
IGNORED = re.compile(r"/dev/(null|(udp|tcp|fd)/.*|std(in|out|err)|tty)|/")
"""What every shell has, or opens itself."""


@dataclass(frozen=True)
class Named:
    """Commands by their names, paths with `*` where part of one is not literal, and commands that are a variable's value."""

    commands: frozenset[str]
    paths: frozenset[str]
    unknown: frozenset[str] = frozenset()

    def __or__(self, other: Named) -> Named:
        return Named(self.commands | other.commands, self.paths | other.paths, self.unknown | other.unknown)


NOTHING = Named(frozenset(), frozenset())


@lru_cache(maxsize=512)
def named_in(script: str) -> Named:
    """Read a script; raises ValueError where it has what this lexer does not read."""
    return _Reader().read(script)


@dataclass
class _Reader:
    """Reads one script: its variables' values so far, the functions it defines, what it names."""

    values: dict[str, set[str]] = field(default_factory=dict)
    functions: set[str] = field(default_factory=set)
    commands: set[str] = field(default_factory=set)
    paths: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    inner: Named = NOTHING

    def read(self, script: str) -> Named:
        self._script(script)
        return (
            Named(frozenset(self.commands - self.functions), frozenset(self.paths), frozenset(self.unknown))
            | self.inner
        )

    def _script(self, script: str) -> None:
        for line in _simple_commands(tokens(script)):
            for word in (*line.words, *line.targets):
                for text in word.substitutions:
                    self._script(text)
            self._simple(line)

    def _simple(self, line: _Line) -> None:
        for target in line.targets:
            self._path(target)
        if line.loop:
            self._set(line.loop, line.words)
            return
        if line.function:
            self.functions.add(line.function)
            return
        words = list(line.words)
        while words and (found := re.match(r"([A-Za-z_]\w*)=", words[0].raw)):
            word = words.pop(0)
            self._set(found[1], [Word(word.raw[found.end() :])])
        if words:
            self._command(words)

    def _command(self, words: list[Word]) -> None:
        names, rest = self._values(words[0]), words[1:]
        for name in names:
            self._add_command(name, words[0].raw)
        name = min(names)
        if name == "command" and rest and rest[0].raw.startswith("-"):
            looked_up = [value for word in rest[1:] for value in self._values(word) if "*" not in value]
            for value in looked_up:
                self._add_command(value, value)
            return
        if name in TAKE_ARGUMENTS:
            self._wrapped(name, rest)
            return
        if name == "read":
            for word in rest:
                self.values.setdefault(word.raw, set()).add("*")
        if name in SHELLS and (text := _after(rest, "-c")) is not None:
            self.inner |= named_in(text)
        if name in ("trap", "eval") and rest and (text := rest[0].literal()) is not None:
            self._script(text)
        self._run_by_find(rest)
        for word in rest if name not in PRINTING else ():
            if not (name in PROGRAM_FIRST and word is _program(rest)):
                self._path(word)

    def _add_command(self, name: str, raw: str) -> None:
        if "*" in name:
            self.unknown.add(raw)
        elif name.startswith("/"):
            self._add_path(name)
        elif name not in BUILT_IN:
            self.commands.add(name)

    def _wrapped(self, name: str, words: list[Word]) -> None:
        """Read the command that another one runs: after its options, and their words, and NAME=VALUE."""
        left, rest = name in TAKE_A_WORD, list(words)
        while rest:
            raw = rest[0].literal() or ""
            if raw.startswith("-") and raw != "--":
                takes = len(raw) == 2 and raw[1] in TAKE_ARGUMENTS[name]
                del rest[: 2 if takes else 1]
            elif left or raw == "--" or (name in ("env", "sudo") and re.match(r"\w+=", raw)):
                left = left and raw == "--"
                del rest[0]
            else:
                self._command(rest)
                return

    def _run_by_find(self, words: list[Word]) -> None:
        for place, word in enumerate(words[:-1]):
            if word.raw in ("-exec", "-execdir", "-ok"):
                self._command([words[place + 1]])

    def _set(self, name: str, words: Iterable[Word]) -> None:
        known = self.values.setdefault(name, set())
        for word in words:
            known |= set(self._values(word))

    def _path(self, word: Word) -> None:
        for value in self._values(word):
            self._add_path(value)

    def _add_path(self, value: str) -> None:
        if value.startswith("/") and not re.search(r"\s", value) and "//" not in value and not IGNORED.fullmatch(value):
            self.paths.add(re.sub(r"\*+", "*", value).rstrip("/"))

    def _values(self, word: Word) -> list[str]:
        """Give the texts that a word may stand for, `*` for what is not known."""
        parts = [[part] if isinstance(part, str) else self._of_variable(part) for part in word.parts()]
        return ["".join(chosen) for _, chosen in zip(range(MOST_VALUES), product(*parts), strict=False)]

    def _of_variable(self, part: tuple[str, str]) -> list[str]:
        name, rest = part
        if rest.startswith((":-", "-")):
            return [*sorted(self.values.get(name, {"*"})), *self._values(Word(rest.lstrip(":-")))]
        if rest and not rest.startswith((":?", "?")):
            return ["*"]
        return sorted(self.values.get(name, {"*"}))


@dataclass
class _Line:
    """A simple command: its words and the targets of its redirections; or a loop's variable with its words; or a function."""

    words: list[Word] = field(default_factory=list)
    targets: list[Word] = field(default_factory=list)
    loop: str = ""
    function: str = ""


def _simple_commands(given: Iterable[Token]) -> Iterator[_Line]:
    """Cut a script's tokens into simple commands."""
    line, is_target = _Line(), False
    for token in given:
        if isinstance(token, Word):
            (line.targets if is_target else line.words).append(token)
            is_target = False
        elif token in ("<", ">"):
            is_target = True
        else:
            yield from _ended(line, token)
            line = _Line()
    yield from _ended(line, "\n")


def _ended(line: _Line, by: str) -> Iterator[_Line]:
    words = [word.raw for word in line.words]
    if by == "(" and len(words) == 1:
        yield _Line(function=words[0])
    elif words[:1] == ["for"] and len(words) > 1:
        yield _Line(line.words[3:], loop=words[1])
    elif words or line.targets:
        yield line


def _after(words: list[Word], option: str) -> str | None:
    """Give the literal text of the word after an option."""
    places = [place for place, word in enumerate(words[:-1]) if word.raw == option]
    return words[places[0] + 1].literal() if places else None


def _program(words: list[Word]) -> Word | None:
    """Find the word that is a program: after -e, else the first that is no option (and no word of -F, -v, -m)."""
    skip = False
    for place, word in enumerate(words):
        if word.raw in ("-e", "-f"):
            return words[place + 1] if word.raw == "-e" and place + 1 < len(words) else None
        if skip or word.raw.startswith("-"):
            skip = not skip and word.raw in ("-F", "-v", "-m")
            continue
        return word
    return None
