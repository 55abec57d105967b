"""What a node's recording holds, taken apart: each command with what it printed, each file, as a cluster folder has them."""

from __future__ import annotations

import base64
import io
import re
import tarfile
from typing import Any

Commands = dict[str, list[dict[str, Any]] | None]
Files = dict[str, dict[str, Any] | str]

CAUGHT_SIGNALS = (124, 137, 143)
"""Exit statuses of what a time limit ended (timeout(1)): what it had printed by then says nothing."""


def commands_of(archive: bytes) -> Commands:
    """Read the stand-ins' notes from a tar archive; a command that a time limit ended is left out, one asked twice is told once."""
    said: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
            for member in tar:
                content = tar.extractfile(member)
                if content is not None:
                    said[member.name] = content.read()
    except (tarfile.TarError, EOFError, OSError, ValueError):
        pass
    found: Commands = {}
    for name in sorted(said):
        stem, _, kind = name.rpartition(".")
        if kind == "status":
            _add(found, *(_text(said.get(f"{stem}.{part}", b"")) for part in ("args", "out", "err", "status")))
    return found


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")


def _add(found: Commands, args: str, out: str, err: str, status: str) -> None:
    command, _, rest = args.partition("\n")
    user, _, words = rest.partition("\n")
    if not command or not status.strip().isdigit() or int(status) in CAUGHT_SIGNALS:
        return
    answer: dict[str, Any] = {"args": literal(words), "root": user == "0"}
    answer |= {key: text for key, text in (("stdout", out), ("stderr", err)) if text}
    if int(status):
        answer["status"] = int(status)
    answers = found.setdefault(command, [])
    if answers is not None and answer not in answers:
        answers.append(answer)


def literal(words: str) -> str:
    """Write a text as the shell pattern that fits it alone."""
    return re.sub(r"[*?[]", lambda found: f"[{found[0]}]", words)


KINDS = {
    "character special file": {"device": "char"},
    "block special file": {"device": "block"},
    "directory": {"folder": True},
}


def files_of(text: str) -> Files:
    """Read the lines of files.sh; a file that is no text is kept in base64."""
    found: Files = {}
    blocks = re.split(r"^(?=file |link )", text, flags=re.M)
    for block in blocks:
        head, _, body = block.partition("\n")
        if link := re.fullmatch(r"link (/[^|]+)\|(.+)", head):
            found[link[1]] = {"link": link[2]}
        elif file := re.fullmatch(r"file ([^|]+)\|([0-7]{3,4})\|([^|]+)\|(/.+)", head):
            kind, mode, owner, path = file.groups()
            if path not in found:
                found[path] = {**KINDS.get(kind, _content(body)), "mode": mode, "owner": owner}
    return found


def _content(body: str) -> dict[str, Any]:
    encoded = "".join(re.findall(r"^data ([A-Za-z0-9+/=]+)$", body, re.M))
    try:
        content = base64.b64decode(encoded, validate=True)
        return {"text": content.decode("utf-8")}
    except UnicodeDecodeError:
        return {"base64": encoded}
    except ValueError:
        return {"text": ""}
