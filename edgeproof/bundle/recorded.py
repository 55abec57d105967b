"""What a node's recording holds, taken apart: each command with what it printed, each file, as a cluster folder has them."""

from __future__ import annotations

import base64
import io
import re
import tarfile
from typing import Any

Commands = dict[str, list[dict[str, Any]] | None]
Files = dict[str, dict[str, Any] | None]

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
    if not command or not re.fullmatch(r"[0-9]{1,3}", status.strip()) or int(status) in CAUGHT_SIGNALS:
        return
    answer: dict[str, Any] = {"args": literal(words), "root": user == "0"}
    answer |= {key: text for key, text in (("stdout", out), ("stderr", err)) if text}
    if int(status):
        answer["status"] = int(status)
    answers = found.setdefault(command, [])
    if answers is not None and answer not in answers:
        answers.append(answer)


def literal(words: str) -> str:
    """Write a text as the shell pattern that fits it alone; what is another each time (our container's name, a temporary file) fits any."""
    pattern = re.sub(r"[*?[]", lambda found: f"[{found[0]}]", words)
    return re.sub(r"(?<=edgeproof-device-query-)[\d-]+|(?<=/tmp/tmp\.)\w+", "*", pattern)


KINDS: dict[str, dict[str, Any]] = {
    "character special file": {"device": "char"},
    "block special file": {"device": "block"},
    "directory": {"folder": True},
}


def files_of(text: str) -> Files:
    """Read the lines of files.sh; a file that is no text is kept in base64."""
    found: Files = {}
    blocks = re.split(r"^(?=file |program )", text, flags=re.M)
    for block in blocks:
        head, _, body = block.partition("\n")
        if program := re.fullmatch(r"program (/\S+)", head):
            found[program[1]] = {"program": True}
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


def mount_answers(printed: str) -> Commands:
    """Write what a mount by hand said as the answers of `mount` and `umount`: a mount that went well stands in /proc/mounts until its end."""
    line = next(
        (words for words in map(str.split, printed.splitlines()) if len(words) > 3 and words[2].startswith(NFS)), None
    )
    if line is None:
        said = "".join(f"{text}\n" for text in printed.splitlines() if not text.startswith("CONFIG_"))
        return {"mount": [{"args": "-t nfs*", "root": True, "stderr": said, "status": 32}]}
    source, _, kind, options = line[:4]
    put = f"while [ $# -gt 1 ]; do shift; done; echo '{source} '\"$1\"' {kind} {options} 0 0' >>/proc/mounts"
    take = 'while [ $# -gt 1 ]; do shift; done; grep -v " $1 " /proc/mounts >/tmp/mounts; cat /tmp/mounts >/proc/mounts'
    return {"mount": [{"args": "-t nfs*", "root": True, "sh": put}], "umount": [{"root": True, "sh": take}]}


NFS = ("nfs", "fuse.nfs")
