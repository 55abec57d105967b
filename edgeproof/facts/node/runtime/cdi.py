"""The node's CDI files (Container Device Interface): of which version they are, and which devices they name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from edgeproof.facts.node.runtime.containerd import Containerd
from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Blocked, Facts, Unobserved, replaced
from edgeproof.facts.probe import Output, Probe
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory

GPU_KIND = "nvidia.com/gpu"
ALL = f"{GPU_KIND}=all"
"""What edgeproof's pods and containers ask for by CDI."""

NEWEST_OF_CONTAINERD_1 = (0, 6)
"""containerd 1.7 is built with version 0.6 of CDI's own library, which takes files up to 0.6.0 (containerd#9685); 2.0 with 0.8."""


@dataclass(frozen=True)
class CdiFile:
    """A CDI file: its version ('' where it tells none), its kind, and the names of its devices."""

    path: str
    version: str
    kind: str
    names: tuple[str, ...]

    @property
    def minor(self) -> tuple[int, int]:
        """Major and minor number of its version; 0.0 where it tells none."""
        found = re.match(r"v?([0-9]{1,4})\.([0-9]{1,4})", self.version)
        return (int(found[1]), int(found[2])) if found else (0, 0)

    @property
    def devices(self) -> tuple[str, ...]:
        """Its devices as pods ask for them."""
        return tuple(f"{self.kind}={name}" for name in self.names)


@dataclass(frozen=True, repr=False)
class Cdi(Facts):
    """The CDI files, and the mode of NVIDIA's runtime ('' where none is set).

    `refused` are the files that are too new for the containerd `reader`, which takes nothing of such a file. `wanted` is the device that pods
    ask for, '' where any of NVIDIA's will do.
    """

    files: tuple[CdiFile, ...]
    mode: str
    wanted: str = ""
    reader: str = ""
    refused: tuple[str, ...] = ()

    @property
    def fitting(self) -> tuple[str, ...]:
        """The devices that pods ask for, as far as a file has them that is not refused."""
        named = [device for file in self.files if file.path not in self.refused for device in file.devices]
        return tuple(name for name in dict.fromkeys(named) if name == self.wanted or (not self.wanted and name.startswith(f"{GPU_KIND}=")))  # fmt: skip


def parse_cdi(output: Output) -> Cdi | Unobserved:
    """A line `mode MODE`; sections `@@ file PATH` with lines of the file; `@@ end`."""
    head, *sections = re.split(r"^@@ ", output.stdout, flags=re.M)
    if not sections or not sections[-1].startswith("end"):
        return Unobserved("/etc/cdi and /var/run/cdi were not read to their end")
    mode = re.search(r"^mode ([a-z]{1,16})$", head, re.M)
    files = tuple(_file(text) for text in sections if text.startswith("file "))
    return Cdi(files, mode[1] if mode else "")


def _file(text: str) -> CdiFile:
    first, _, rest = text.partition("\n")
    version, kind = _value("cdiVersion", rest), _value("kind", rest)
    names = re.findall(r"""(?<![\w])["']?name["']? *: *["']?([\w.:-]{1,128})""", rest)
    return CdiFile(first.removeprefix("file ").strip(), version, kind, tuple(dict.fromkeys(names)))


def _value(key: str, text: str) -> str:
    found = re.search(rf"""(?<!\w)["']?{key}["']? *: *["']?([\w./-]{{1,128}})""", text)
    return found[1] if found else ""


def read_by(cdi: Cdi, containerd: Containerd | Unobserved, wanted: str) -> Cdi:
    """Settle what the files alone do not tell: which of them the containerd of the node refuses, and what pods ask for."""
    cdi = replaced(cdi, wanted=wanted)
    if isinstance(containerd, Unobserved):
        return cdi
    try:
        version, reads = containerd.version, containerd.reads_cdi
    except Blocked:
        return cdi
    if not reads or not version.startswith("1."):
        return cdi
    refused = tuple(file.path for file in cdi.files if file.minor > NEWEST_OF_CONTAINERD_1)
    return replaced(cdi, reader=f"containerd {version}", refused=refused)


def wanted_device(inventory: Inventory) -> str:
    """Name the device that pods ask for by CDI; '' where they do not, or not by that name."""
    return ALL if inventory.kubernetes.gpu == "cdi" else ""


CDI = Probe("cdi", snippet(SNIPPETS, "cdi"), parse_cdi)
