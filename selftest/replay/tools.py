"""The real tools that every replayed machine has: shells, coreutils and their like, in a folder that lies under each root."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from edgeproof.bundle.tools import TOOLS

BECOME = "setpriv"
"""What the fake sudo becomes root by; its copy gets the set-user-ID bit in a replayed machine's root, not in this folder."""

BY_NAME = "libnss_[cf][oi]*.so.2"
"""What the C library loads by a name in /etc/nsswitch.conf, compat and files: ldd does not see it."""

FOLDERS = (
    "dev", "etc", "home", "media", "mnt", "opt", "proc", "root", "run", "srv", "sys", "tmp", "var/tmp", "usr/bin", "usr/lib",
    "usr/lib64", "usr/local/bin", "usr/local/sbin", "usr/sbin", "var/lib", "var/log", ".replay",
)  # fmt: skip
MERGED = ("bin", "lib", "lib64", "sbin")
"""Links into /usr, as in Debian and Ubuntu."""


def make_tools(folder: Path) -> Path:
    """Copy the tools and the libraries they load into a folder that has the shape of a root."""
    for name in FOLDERS:
        (folder / name).mkdir(parents=True)
    for name in ("tmp", "var/tmp"):
        (folder / name).chmod(0o1777)
    for name in MERGED:
        (folder / name).symlink_to(f"usr/{name}")
    (folder / "var/run").symlink_to("../run")
    found = {name: Path(place).resolve() for name in (*TOOLS, BECOME) if (place := shutil.which(name))}
    for name, file in found.items():
        shutil.copy(file, folder / "usr/bin" / name)
    (folder / "usr/bin" / BECOME).rename(folder / ".replay" / "become")
    libraries = _libraries(found.values())
    for library in {*libraries, *(found for each in libraries for found in each.parent.glob(BY_NAME))}:
        target = folder / "usr" / library.relative_to("/").as_posix().removeprefix("usr/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(library, target)
    return folder


def _libraries(programs: object) -> set[Path]:
    """Give every file that ldd(1) names; scripts among the programs have none."""
    done = subprocess.run(["ldd", *map(str, programs)], capture_output=True, text=True, check=False)  # type: ignore[call-overload]
    return {Path(place) for place in re.findall(r"(/\S+) \(0x[0-9a-f]+\)", done.stdout)}
