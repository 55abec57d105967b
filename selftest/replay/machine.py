"""One machine of a replayed cluster: what nodes/NAME.yaml may say, as models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Text = dict[str, Any]


class Form(BaseModel):
    """Frozen; a key it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Login(Form):
    """Who may log in: by the runner's key, by a password; what sudo answers; more groups than /etc/group gives."""

    sudo: Literal["free", "password", "no"] = "free"
    password: str = ""
    keys: bool = True
    groups: tuple[str, ...] = ()


class File(Form):
    """What lies at a path. `owner` is USER:GROUP of the machine's own /etc/passwd; only one kind of content is given."""

    text: str | None = None
    base64: str | None = None
    device: Literal["char", "block"] | None = None
    program: bool = False
    folder: bool = False
    link: str | None = None
    mode: str = Field(default="", pattern=r"^([0-7]{3,4})?$")
    owner: str = ""


class Answer(Form):
    """What a command prints when its arguments match `args` (shell patterns, any of them) and it runs as `root` says."""

    args: str | tuple[str, ...] | None = None
    stdout: str = ""
    stderr: str = ""
    status: int = 0
    root: bool | None = None
    sh: str | None = None
    delay_s: float = 0.0


class Machine(Form):
    """A node, a NAS, a jump host. `behind` names the machine through which alone it is reached.

    `known` is whether its host key stands in the known_hosts of whoever runs pytest.
    """

    name: str = ""
    address: str = ""
    port: int = 22
    behind: str = ""
    known: bool = True
    boot_target: str = ""
    logins: dict[str, Login | None] | None = {"user": Login()}
    files: dict[str, File | None] = {}
    unobserved: tuple[str, ...] = ()
    commands: dict[str, tuple[Answer, ...] | None] = {}
    units: dict[str, dict[str, str] | None] = {}

    @model_validator(mode="after")
    def _paths_are_absolute(self) -> Machine:
        wrong = [path for path in (*self.files, *self.unobserved) if not path.startswith("/")]
        if wrong:
            raise ValueError(f"no absolute paths: {', '.join(wrong)}")
        return self

    def users(self) -> dict[str, Login]:
        """Give who may log in."""
        return {name: login for name, login in (self.logins or {}).items() if login is not None}

    def file_text(self, path: str) -> str:
        """Give the text of a described file, '' where there is none."""
        file = self.files.get(path)
        return (file.text or "") if file else ""


CONTENTS = ("text", "base64", "device", "program", "folder", "link")


def merged_machine(base: Text, over: Text) -> Text:
    """Merge a machine's description over another: mapping by mapping; a command's answers go before the base's.

    A file that is null takes with it what the base has below that path.
    """
    base, over = _in_full(base), _in_full(over)
    result: Text = merged(base, over)
    for name, answers in (over.get("commands") or {}).items():
        known = (base.get("commands") or {}).get(name)
        if answers and known:
            result["commands"][name] = [*answers, *known]
    gone = tuple(f"{path}/" for path, file in over["files"].items() if file is None)
    below = [path for path in base["files"] if path.startswith(gone) and path not in over["files"]]
    anew = {path: file for path, file in over["files"].items() if file and any(kind in file for kind in CONTENTS)}
    return {**result, "files": {path: file for path, file in (result["files"] | anew).items() if path not in below}}


def _in_full(machine: Text) -> Text:
    files = {
        path: {"text": file} if isinstance(file, str) else file for path, file in (machine.get("files") or {}).items()
    }
    return {**machine, "files": files}


def merged(base: Any, over: Any) -> Any:
    """Merge mapping by mapping; whatever is no mapping takes the base's place."""
    if not isinstance(base, Mapping) or not isinstance(over, Mapping):
        return over
    return {**base, **{key: merged(base.get(key), value) for key, value in over.items()}}


def without_nulls(value: Any) -> Any:
    """Leave out the keys whose value is null, at any depth of mappings."""
    if not isinstance(value, Mapping):
        return value
    return {key: without_nulls(inner) for key, inner in value.items() if inner is not None}


def machine_of(name: str, given: Text) -> Machine:
    """Make the model of a whole description; raises pydantic.ValidationError, which names the key."""
    units = {
        unit: None if values is None else {key: _word(value) for key, value in values.items()}
        for unit, values in (given.get("units") or {}).items()
    }
    return Machine.model_validate({**_in_full(given), "units": units, "name": name})


def _word(value: object) -> str:
    """Write a property as text; a list has a line for each part, as systemctl prints EnvironmentFiles= and ExecStart=."""
    if isinstance(value, list | tuple):
        return "\n".join(map(_word, value))
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
