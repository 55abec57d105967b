"""Builds the root that a machine's commands see: tools below, the described files and fake commands above."""

from __future__ import annotations

import base64
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from selftest.replay.fake_commands import scripts_of
from selftest.replay.machine import File, Machine

FIRST_UID, NOBODY = 1000, 65534
ACCOUNT_FILES = ("/etc/passwd", "/etc/group")
PLAIN_DEVICES = {"null": 3, "zero": 5, "random": 8, "urandom": 9}
"""Minor numbers of the memory devices (Linux, devices.txt), whose major number is 1."""

PROGRAM_FOLDERS = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
SUB_STATES = {"active": "running", "activating": "auto-restart", "failed": "failed"}


@dataclass(frozen=True)
class Account:
    """One user of a machine."""

    name: str
    user_id: int
    group_id: int
    groups: tuple[int, ...]
    home: str


def build_root(root: Path, machine: Machine) -> None:
    """Write all that is described of a machine into `root`, which has the tools already."""
    for name, minor in PLAIN_DEVICES.items():
        _make_device(root / "dev" / name, stat.S_IFCHR, minor)
    for path, text in account_files(machine).items():
        _write(root, path, File(text=text))
    for account in accounts(machine).values():
        home = root / account.home.lstrip("/")
        home.mkdir(parents=True, exist_ok=True)
        os.chown(home, account.user_id, account.group_id)
    scripts = scripts_of(machine)
    for path, file in machine.files.items():
        if file is not None and path not in ACCOUNT_FILES:
            _write(root, path, file.model_copy(update={"text": scripts.get(Path(path).name)}) if file.program else file)
    for name in (name for name, answers in machine.commands.items() if answers is None):
        for folder in PROGRAM_FOLDERS:
            (root / folder.lstrip("/") / name).unlink(missing_ok=True)
    placed = {
        Path(path).name for path, file in machine.files.items() if file and str(Path(path).parent) in PROGRAM_FOLDERS
    }
    for name in set(scripts) - placed:
        _write(root, f"/usr/local/bin/{name}", File(text=scripts[name], program=True))
    _describe(root / ".replay", machine)


def account_files(machine: Machine) -> dict[str, str]:
    """Give /etc/passwd and /etc/group: as described, with every login that they lack."""
    passwd = (
        machine.file_text("/etc/passwd")
        or "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/nonexistent:/bin/false\n"
    )
    group = machine.file_text("/etc/group") or "root:x:0:\nnogroup:x:65534:\n"
    known = {line.split(":")[0]: int(line.split(":")[2]) for line in passwd.splitlines() if line.count(":") == 6}
    number = max([FIRST_UID - 1, *(taken for taken in known.values() if taken < NOBODY)])
    for name, login in machine.users().items():
        if name not in known:
            number += 1
            passwd += f"{name}:x:{number}:{number}::/home/{name}:/bin/sh\n"
            group += f"{name}:x:{number}:\n"
        group = "".join(_with_member(line, name, login.groups) for line in group.splitlines(keepends=True))
    return {"/etc/passwd": passwd, "/etc/group": group}


def _with_member(line: str, name: str, groups: tuple[str, ...]) -> str:
    """Give a line of /etc/group with one more member, where it is of one of these groups."""
    if line.split(":")[0] not in groups:
        return line
    return line.rstrip() + ("" if line.rstrip().endswith(":") else ",") + f"{name}\n"


def accounts(machine: Machine) -> dict[str, Account]:
    """Give who may log in, by /etc/passwd and /etc/group of the machine."""
    passwd, group = account_files(machine).values()
    lines = [line.split(":") for line in group.splitlines() if line.count(":") == 3]
    found = {}
    for name, _, user, group_id, _, home, _ in (
        line.split(":") for line in passwd.splitlines() if line.count(":") == 6
    ):
        if name in machine.users():
            more = tuple(int(number) for _, _, number, members in lines if name in members.split(","))
            found[name] = Account(name, int(user), int(group_id), (int(group_id), *more), home)
    return found


def _write(root: Path, path: str, file: File) -> None:
    place = root / path.lstrip("/")
    if file.folder:
        place.mkdir(parents=True, exist_ok=True)
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
    if file.link is not None:
        place.symlink_to(file.link)
        return
    if file.device is not None:
        _make_device(place, stat.S_IFCHR if file.device == "char" else stat.S_IFBLK, PLAIN_DEVICES["null"])
    elif not file.folder:
        place.write_bytes(base64.b64decode(file.base64) if file.base64 is not None else (file.text or "").encode())
    place.chmod(int(file.mode, 8) if file.mode else 0o755 if file.program or file.folder else 0o644)
    if file.owner:
        os.chown(place, *_numbers(root, file.owner))


def _make_device(place: Path, kind: int, minor: int) -> None:
    os.mknod(place, kind | 0o666, os.makedev(1, minor))
    place.chmod(0o666)


def _numbers(root: Path, owner: str) -> tuple[int, int]:
    """Give the numbers of USER:GROUP by the machine's own files; raises KeyError where they do not know one."""
    user, _, group = owner.partition(":")
    return _number(root / "etc/passwd", user), _number(root / "etc/group", group or user)


def _number(file: Path, name: str) -> int:
    known = {
        line.split(":")[0]: int(line.split(":")[2]) for line in file.read_text().splitlines() if line.count(":") > 2
    }
    return int(name) if name.isdigit() else known[name]


def _describe(folder: Path, machine: Machine) -> None:
    """Write what the fakes of sudo and systemctl read, and the empty list of what was undescribed."""
    (folder / "become").chmod(0o4755)
    (folder / "logins").mkdir()
    (folder / "units").mkdir()
    for name, login in machine.users().items():
        password = login.password.replace("'", "'\\''")
        (folder / "logins" / name).write_text(f"sudo={login.sudo} password='{password}'\n")
    for name, given in machine.units.items():
        full = name if "." in name else f"{name}.service"
        (folder / "units" / full).write_text("" if given is None else unit_text(full, given))
        if given is not None and (text := unit_file(machine, given)):
            (folder / "units" / f"{full}.cat").write_text(text)
    if machine.boot_target:
        (folder / "boot_target").write_text(machine.boot_target + "\n")
    undescribed = folder / "undescribed"
    undescribed.touch()
    undescribed.chmod(0o666)


def unit_text(name: str, given: dict[str, str]) -> str:
    """Write a unit's properties, a line each or one for each of their parts: those described, over what systemd says of any loaded unit."""
    active = given.get("ActiveState", "inactive")
    usual = {
        "Id": name, "Names": name, "Description": name, "LoadState": "loaded", "ActiveState": active,
        "SubState": SUB_STATES.get(active, "dead"), "UnitFileState": "disabled", "FragmentPath": "", "DropInPaths": "",
        "Result": "exit-code" if active == "failed" else "success", "MainPID": "0", "NRestarts": "0",
        "ActiveEnterTimestampMonotonic": "0" if active == "inactive" else "52114402",
        "InactiveExitTimestampMonotonic": "0" if active == "inactive" else "41020187",
    }  # fmt: skip
    lines = {key: value.splitlines() or [""] for key, value in {**usual, **given}.items() if key != "cat"}
    return "".join(f"{key}={line}\n" for key, each in lines.items() for line in each)


def unit_file(machine: Machine, given: dict[str, str]) -> str:
    """Give what `systemctl cat` prints: the described files of the unit and its drop-ins, or the unit's own `cat:`."""
    if "cat" in given:
        return given["cat"]
    paths = [given.get("FragmentPath", ""), *given.get("DropInPaths", "").split()]
    return "\n".join(f"# {path}\n{machine.file_text(path)}" for path in paths if machine.files.get(path))
