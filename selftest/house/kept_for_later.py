"""Names that vulture is to take for used, in two parts: what frameworks call, and what open work will read."""

from __future__ import annotations


class _Names:
    """Gives each attribute's name; to vulture, reading the attribute is a use of that name."""

    def __getattr__(self, name: str) -> str:
        return name


name = _Names()

CALLED_BY_FRAMEWORKS: tuple[str, ...] = (
    name.model_config, name.distribution,  # pydantic; a key of cluster.yaml that users may have written
    name.gname,  # tarfile.TarInfo
    name.auth_timeout, name.banner_timeout,  # paramiko.Transport
    name.get_allowed_auths,  # paramiko.ServerInterface
    name.retries,  # the Kubernetes client's Configuration
    name.log_message,  # http.server
    name.allow_tf32, name.momentum,  # torch
    name._split_scope,  # xdist's LoadScopeScheduling
    name.list_physical_devices,  # the lab's stand-in for tensorflow
    name.duration_s, name.schema,  # written to the run record as JSON
    name.images_per_s_with_start_up, name.peak_device_bytes, name.probability_bound,  # written to a shard's record as JSON
    name.machine_id,  # read by its name, as a text
)  # fmt: skip
"""Names that are read or called from outside: an option of vulture's (pyproject.toml) is better where a pattern fits."""

KEPT_FOR_LATER: tuple[str, ...] = ()
"""Names that nothing reads yet, each with the check or the catalogue's row that needs it. The list may only shrink."""

UNUSED_CATALOGUE_ROWS: frozenset[str] = frozenset()
"""Rows of edgeproof/diagnose/catalogue.yaml that no advice names yet. The list may only shrink."""
