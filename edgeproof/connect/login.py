"""How to log in to a node: the inventory first, then ~/.ssh/config, the agent, and ~/.ssh's own keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from paramiko.pkey import UnknownKeyType

from edgeproof.connect.known_hosts import known_name
from edgeproof.errors import KeyRefused
from edgeproof.inventory import Inventory, Node

DEFAULT_KEYS = ("id_ed25519", "id_ecdsa", "id_rsa")


@dataclass(frozen=True)
class Login:
    """Where to connect, as whom, with which keys."""

    node: str
    host: str
    port: int
    user: str
    jump: str
    key_files: tuple[Path, ...]
    key_is_given: bool

    @property
    def known_name(self) -> str:
        """The host's name in known_hosts."""
        return known_name(self.host, self.port)

    def offered_keys(self) -> Iterator[tuple[str, paramiko.PKey | None]]:
        """Give each key to offer, with a label; a key given by name is the only one offered.

        None stands for a key nobody named and that cannot be used: the label says why. The agent may hold it.
        """
        for file in self.key_files:
            if self.key_is_given:
                yield str(file), self._load(file)
            elif file.exists():
                yield self._tried(file)
        if not self.key_is_given:
            for key in paramiko.Agent().get_keys():
                yield f"agent: {key.get_name()}", key

    def _tried(self, file: Path) -> tuple[str, paramiko.PKey | None]:
        try:
            return str(file), self._load(file)
        except KeyRefused as error:
            return str(error).removeprefix(f"{self.node}: "), None

    def _load(self, file: Path) -> paramiko.PKey:
        try:
            return paramiko.PKey.from_path(file)
        except FileNotFoundError as error:
            raise KeyRefused(
                f"{self.node}: the key {file} does not exist", "set ssh.key in cluster.yaml, or leave it out"
            ) from error
        except (paramiko.PasswordRequiredException, TypeError) as error:  # cryptography raises TypeError
            raise KeyRefused(
                f"{self.node}: the key {file} has a passphrase", f"ssh-add {file}, and leave ssh.key out"
            ) from error
        except (OSError, ValueError, paramiko.SSHException, UnknownKeyType, UnsupportedAlgorithm) as error:
            raise KeyRefused(
                f"{self.node}: {file} is no private key that can be read ({error})", "name a private key in ssh.key"
            ) from error


def login_for(inventory: Inventory, node: Node) -> Login:
    """Put together how to log in to `node`."""
    ssh = inventory.ssh
    found = _config(ssh.config).lookup(node.name) if ssh.config.exists() else {}
    own_port = (
        int(found["port"]) if str(found.get("port", "")).isdigit() and "port" not in ssh.model_fields_set else ssh.port
    )
    hostname = str(found.get("hostname", node.name))
    files = [ssh.key] if ssh.key else [Path(file).expanduser() for file in found.get("identityfile", [])]
    return Login(
        node=node.name,
        host=str(node.address) if hostname == node.name else hostname,
        port=node.port or own_port,
        user=str(found["user"]) if "user" in found and "user" not in ssh.model_fields_set else ssh.user,
        jump=ssh.jump or str(found.get("proxyjump", "")).replace("none", ""),
        key_files=tuple(files or [Path("~/.ssh").expanduser() / name for name in DEFAULT_KEYS]),
        key_is_given=ssh.key is not None,
    )


def _config(path: Path) -> paramiko.SSHConfig:
    try:
        return paramiko.SSHConfig.from_path(str(path))
    except (OSError, UnicodeDecodeError, paramiko.ConfigParseError):
        return paramiko.SSHConfig()
