"""Docker's configuration, judged by the Docker that is there: its version, and what its daemon says."""

from __future__ import annotations

from edgeproof.facts.node.runtime.daemon_json import DaemonJson
from edgeproof.facts.node.runtime.docker import Docker
from edgeproof.facts.observed import observed, reason, replaced, unobserved


def configured(file: DaemonJson, docker: Docker) -> DaemonJson:
    """Settle what the file alone does not tell: which oddity this Docker refuses, and where there is no file, what counts."""
    return _without_file(_judged(file, docker.major), docker)


def _judged(file: DaemonJson, major: int | None) -> DaemonJson:
    if not file.oddities or file.error:
        return file
    if major is None:
        return replaced(file, error=unobserved(f"{file.path}: {file.oddities[0].what}; Docker's version is not known"))
    refused = [oddity.what for oddity in file.oddities if oddity.refused_by(major)]
    return replaced(file, error=refused[0] if refused else "")


def _without_file(file: DaemonJson, docker: Docker) -> DaemonJson:
    """Take the running daemon's word where there is no file and no flag makes nvidia the default: it was told elsewhere."""
    if file.present or reason(docker, "default_runtime") is not None or observed(file, "default_runtime") == "nvidia":
        return file
    registered = docker.nvidia_path or ("nvidia" if "nvidia" in docker.runtimes else "")
    return replaced(
        file, default_runtime=docker.default_runtime, nvidia_path=registered, nvidia_runs=not docker.nvidia_lacks
    )
