"""Which type dockerd takes for each key of daemon.json; it does not start with another one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_texts_by_name(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())


def _is_objects_by_name(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(item, dict) for item in value.values())


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


Type = tuple[str, Callable[[Any], bool]]
BOOL: Type = ("true or false, without quotes", lambda value: isinstance(value, bool))
NUMBER: Type = ("a whole number, without quotes", _is_number)
TEXT: Type = ("a text in quotes", lambda value: isinstance(value, str))
TEXTS: Type = ("a list of texts", _is_texts)
TEXTS_BY_NAME: Type = ("an object whose values are texts in quotes", _is_texts_by_name)
OBJECTS_BY_NAME: Type = ("an object whose values are objects", _is_objects_by_name)

_KEYS: tuple[tuple[Type, str], ...] = (
    (BOOL, "debug experimental icc init ip-forward ip-masq ip6tables iptables ipv6 live-restore no-new-privileges raw-logs "
           "selinux-enabled tls tlsverify userland-proxy"),
    (NUMBER, "max-concurrent-downloads max-concurrent-uploads max-download-attempts mtu shutdown-timeout"),
    (TEXT, "bip bridge cgroup-parent containerd containerd-namespace containerd-plugins-namespace data-root default-cgroupns-mode "
           "default-gateway default-gateway-v6 default-runtime exec-root fixed-cidr fixed-cidr-v6 group init-path ip log-driver log-level "
           "pidfile seccomp-profile storage-driver swarm-default-advertise-addr tlscacert tlscert tlskey userland-proxy-path userns-remap"),
    (TEXTS, "authorization-plugins dns dns-opts dns-search exec-opts hosts insecure-registries labels node-generic-resources "
            "registry-mirrors storage-opts"),
    (TEXTS_BY_NAME, "log-opts"),
    (OBJECTS_BY_NAME, "runtimes default-ulimits"),
)  # fmt: skip
"""By docs.docker.com/reference/cli/dockerd, "Daemon configuration file". A key that is not here may hold anything."""

TYPES = {key: kind for kind, keys in _KEYS for key in keys.split()}


def wrong_type(found: dict[str, Any]) -> str:
    """Name the first key whose value dockerd does not take, and what it takes; '' when there is none. null is no value."""
    for key, value in found.items():
        words, fits = TYPES.get(key, ("", None))
        if fits and value is not None and not fits(_without_null(value)):
            return f"{key} must be {words}, not {str(value)[:60]!r}"
    return ""


def _without_null(value: Any) -> Any:
    return {name: item for name, item in value.items() if item is not None} if isinstance(value, dict) else value
