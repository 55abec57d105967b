"""The containerd that runs the pods: which runtimes it has, and which one a pod gets that asks for none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from edgeproof import limits
from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Facts, Unobserved, unobserved
from edgeproof.facts.probe import Output, Probe
from edgeproof.facts.snippet import snippet
from edgeproof.quoted import shortened

NVIDIA = "nvidia"
NVIDIA_PROGRAM = "nvidia-container-runtime"
RUNC = "runc"
"""What pods get where containerd's configuration names no default (CRI Plugin Config Guide of containerd)."""

TABLE = re.compile(r"""^ *\[plugins\..*\.containerd\.runtimes\.["']?([\w.-]{1,64}?)["']?(\.options)?\] *$""")
"""A runtime's table in any version of the file: [plugins.cri…], [plugins."io.containerd.grpc.v1.cri"…], [plugins.'io.containerd.cri.v1.runtime'…]."""


@dataclass(frozen=True)
class Runtime:
    """A runtime of containerd: the name that a RuntimeClass's handler gives, and its program ('' where it is not told)."""

    name: str
    program: str = ""

    @property
    def is_nvidias(self) -> bool:
        """Whether it brings the GPU: by its program, or, where that is not told, by its name."""
        program = self.program.rpartition("/")[2]
        return program.startswith(NVIDIA_PROGRAM) if program else self.name.startswith(NVIDIA)


@dataclass(frozen=True, repr=False)
class Containerd(Facts):
    """Its version, its runtimes, the default one, and whether it reads CDI files itself, as it runs; else by the file `told_by`.

    `templates` are the files from which K3s makes that file where somebody wrote one; `way` is how pods get the GPU, as declared.
    """

    version: str
    runtimes: tuple[Runtime, ...]
    default_runtime: str
    reads_cdi: bool
    told_by: str
    templates: tuple[str, ...]
    way: str | None = None

    @property
    def nvidias(self) -> tuple[str, ...]:
        """The names of NVIDIA's runtimes."""
        return tuple(runtime.name for runtime in self.runtimes if runtime.is_nvidias)

    @property
    def gpu_runtimes(self) -> tuple[str, ...]:
        """The runtimes by which a pod gets the GPU: the default one alone, where pods are to get it unasked."""
        unasked = self.way == "default-runtime"
        return tuple(name for name in self.nvidias if name == self.default_runtime or not unasked)


def parse_containerd(output: Output) -> Containerd | Unobserved:
    """Sections `@@ version`, `@@ info` (lines `default NAME`, `runtime NAME PROGRAM`, `cdi true`), `@@ template FILE`, `@@ file FILE`."""
    sections = _sections(output.stdout)
    info = "\n".join(sections.get("info", []))
    version = re.search(r"^RuntimeVersion: +v?(\S{1,64})$", "\n".join(sections.get("version", [])), re.M)
    cdi = re.search(r"^cdi (true|false)$", info, re.M)
    runtimes, default, told_by = _running(info), _default(info), "crictl info"
    if not runtimes:
        told_by = next((name.removeprefix("file ") for name in sections if name.startswith("file ")), "")
        runtimes, default = _configured(sections.get(f"file {told_by}", []))
    if not runtimes:
        return Unobserved(f"containerd did not list its runtimes: {_last(sections.get('info', []))}")
    silent = unobserved(f"containerd does not answer: {_last(sections.get('info', []))}")
    return Containerd(
        version=version[1] if version else silent,
        runtimes=runtimes,
        default_runtime=default,
        reads_cdi=_reads_cdi(cdi, silent),
        told_by=told_by,
        templates=tuple(name.removeprefix("template ") for name in sections if name.startswith("template ")),
    )


def _reads_cdi(told: re.Match[str] | None, silent: Any) -> Any:
    return told[1] == "true" if told else silent


def _sections(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith("@@ "):
            lines = found.setdefault(line.removeprefix("@@ ").strip(), [])
        else:
            lines.append(line)
    return found


def _running(info: str) -> tuple[Runtime, ...]:
    told = re.findall(r"^runtime ([\w.-]{1,64}) ?(.{0,4096})$", info, re.M)
    return tuple(Runtime(name, program if program.startswith("/") else "") for name, program in told)


def _default(info: str) -> str:
    told = re.search(r"^default ([\w.-]{1,64})$", info, re.M)
    return told[1] if told else RUNC


def _configured(lines: list[str]) -> tuple[tuple[Runtime, ...], str]:
    """Read the tables of the runtimes, their programs, and the default runtime's name."""
    programs: dict[str, str] = {}
    name, default = "", RUNC
    for line in lines:
        if line.lstrip().startswith("["):
            table = TABLE.match(line)
            name = table[1] if table else ""
            if name:
                programs.setdefault(name, "")
        elif value := re.match(r"""^ *(default_runtime_name|BinaryName) *= *["']([^"']{0,4096})["']""", line):
            if value[1] == "default_runtime_name":
                default = value[2] or RUNC
            elif name:
                programs[name] = value[2]
    return tuple(Runtime(*pair) for pair in programs.items()), default


def _last(lines: list[str]) -> str:
    said = [line.strip() for line in lines if line.strip()]
    return shortened(said[-1]) if said else "crictl said nothing"


CONTAINERD = Probe(
    "containerd", snippet(SNIPPETS, "containerd"), parse_containerd, root=True, timeout_s=limits.DOCKER_ASK_S
)
