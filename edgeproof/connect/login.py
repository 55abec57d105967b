"""How to log in to a node: the inventory first, then ssh's configuration, the agent, and ~/.ssh's own keys."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from paramiko.pkey import UnknownKeyType

from edgeproof.connect.agent import keys_of_agent
from edgeproof.connect.known_hosts import known_name
from edgeproof.connect.ssh_config import NOBODY, Settings, is_own_place, settings_for
from edgeproof.connect.way import Way, expanded, way_by_command, way_by_jump
from edgeproof.errors import KeyRefused
from edgeproof.inventory import Inventory, Node

DEFAULT_KEYS = ("id_ed25519", "id_ecdsa", "id_rsa")
DEFAULT_USER = "edgeproof's default: neither cluster.yaml nor ssh's configuration names one"
SYSTEM_WIDE_KNOWN_HOSTS = "/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2"


@dataclass(frozen=True)
class Login:
    """Where to connect, as whom, with which keys, by which way; `user_from` and `note` say what a person must know of it."""

    node: str
    host: str
    port: int
    user: str
    user_from: str
    way: Way | None
    key_files: tuple[Path, ...]
    key_is_given: bool
    agent: str
    identities_only: bool
    names: tuple[str, ...]
    alias: str
    known_hosts: tuple[Path, ...]
    options: tuple[str, ...]
    config: Path
    note: str

    @property
    def user_is_default(self) -> bool:
        """Whether nobody named the user."""
        return self.user_from == DEFAULT_USER

    @property
    def known_names(self) -> tuple[str, ...]:
        """The names it may have in known_hosts: its alias alone, or those it is called by, with the port."""
        return (self.alias,) if self.alias else tuple(known_name(name, self.port) for name in self.names)

    @property
    def plain_names(self) -> tuple[str, ...]:
        """The names it is called by, without the port."""
        return () if self.alias else self.names

    @property
    def ssh(self) -> str:
        """The command by which a person logs in there, the same way."""
        return shlex.join(["ssh", *self.options, *self._way, "-p", str(self.port), f"{self.user}@{self.host}"])

    @property
    def ssh_copy_id(self) -> str:
        """The command that puts a key of the person's there, the same way."""
        way = ["-o", f"ProxyJump={self._way[1]}"] if self._way[:1] == ("-J",) else self._way
        return shlex.join(["ssh-copy-id", *way, "-p", str(self.port), f"{self.user}@{self.host}"])

    @property
    def _way(self) -> tuple[str, ...]:
        return self.way.words if self.way else ()

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
            public = self._public_keys()
            for key in keys_of_agent(self.agent):
                if not self.identities_only or key.get_base64() in public:
                    yield f"agent: {key.get_name()}", key

    def _public_keys(self) -> str:
        """Give the public halves of the key files, for IdentitiesOnly: the agent's other keys are not offered."""
        files = [Path(f"{file}.pub") for file in self.key_files] if self.identities_only else []
        return "\n".join(file.read_text(encoding="utf-8", errors="replace") for file in files if file.is_file())

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
                f"{self.node}: {file} is not a readable private key ({error})", "name a private key in ssh.key"
            ) from error


def login_for(inventory: Inventory, node: Node) -> Login:
    """Put together how to log in to `node`; raises SshConfigInvalid where ssh cannot read its configuration."""
    ssh = inventory.ssh
    found = settings_for(ssh, node)
    user, user_from = _user(inventory, node, found)
    port = node.port or (ssh.port if "port" in ssh.model_fields_set else _port(found)) or ssh.port
    host = _first(found, "hostname", str(node.address))
    tokens = {"h": host, "p": str(port), "r": user, "n": node.name}
    return Login(
        node=node.name,
        host=host,
        port=port,
        user=user,
        user_from=user_from,
        way=_way(inventory, node, found, tokens),
        key_files=_key_files(inventory, found, tokens),
        key_is_given=ssh.key is not None,
        agent=_first(found, "identityagent", "SSH_AUTH_SOCK"),
        identities_only=_first(found, "identitiesonly", "no") == "yes",
        names=tuple(dict.fromkeys((host, str(node.address), node.name))),
        alias=_first(found, "hostkeyalias", ""),
        known_hosts=_known_hosts(inventory, found),
        options=_options(inventory),
        config=ssh.config,
        note=_note(ssh.config, node, host, found),
    )


def _note(config: Path, node: Node, host: str, found: Settings) -> str:
    notes = []
    if host != str(node.address):
        notes.append(f" ({host} is the HostName in ssh's configuration; cluster.yaml has {node.address})")
    if "passed-over" in found:
        words = "; ".join(found["passed-over"])
        notes.append(f" (there is no ssh program here, so in {config} this was passed over: {words})")
    return "".join(notes)


def _first(found: Settings, key: str, default: str) -> str:
    return next(iter(found.get(key, ())), default)


def _port(found: Settings) -> int | None:
    given = _first(found, "port", "")
    return int(given) if given.isascii() and given.isdigit() else None


def _user(inventory: Inventory, node: Node, found: Settings) -> tuple[str, str]:
    if node.user:
        return node.user, f"from nodes.{node.name}.user in cluster.yaml"
    if "user" in inventory.ssh.model_fields_set:
        return inventory.ssh.user, "from ssh.user in cluster.yaml"
    said = _first(found, "user", NOBODY)
    if said != NOBODY:
        return said, f"from ssh's configuration, {inventory.ssh.config}"
    return inventory.ssh.user, DEFAULT_USER


def _way(inventory: Inventory, node: Node, found: Settings, tokens: dict[str, str]) -> Way | None:
    """Give the way there: the inventory's jump hosts, the configuration's, or its ProxyCommand; None for a straight one."""
    declared = node.jump or inventory.ssh.jump
    jump = declared or _first(found, "proxyjump", "none")
    if jump != "none":
        return way_by_jump(jump, _options(inventory), tokens["h"], int(tokens["p"]))
    command = _first(found, "proxycommand", "none")
    return way_by_command(command, tokens) if command != "none" and not declared else None


def _options(inventory: Inventory) -> tuple[str, ...]:
    """Give the options that make ssh read the same configuration and known_hosts as edgeproof."""
    ssh, options = inventory.ssh, []
    if not is_own_place(ssh):
        options += ["-F", str(ssh.config if ssh.config.is_file() else "/dev/null")]
    if "known_hosts" in ssh.model_fields_set:
        options += ["-o", f"UserKnownHostsFile={ssh.known_hosts}"]
    return tuple(options)


def _key_files(inventory: Inventory, found: Settings, tokens: dict[str, str]) -> tuple[Path, ...]:
    if inventory.ssh.key:
        return (inventory.ssh.key,)
    named = [file for file in found.get("identityfile", ()) if file != NOBODY]
    if named:
        return tuple(_path(expanded(file, tokens)) for file in named if file != "none")
    return tuple(Path("~/.ssh").expanduser() / name for name in DEFAULT_KEYS)


def _path(file: str) -> Path:
    return Path(os.path.expandvars(file)).expanduser()


def _known_hosts(inventory: Inventory, found: Settings) -> tuple[Path, ...]:
    """Name the files of known hosts; a new key goes into the first."""
    own, said = inventory.ssh.known_hosts, _first(found, "userknownhostsfile", NOBODY)
    users = [own] if said == NOBODY or "known_hosts" in inventory.ssh.model_fields_set else map(_path, said.split())
    shared = _first(found, "globalknownhostsfile", SYSTEM_WIDE_KNOWN_HOSTS)
    return (*users, *map(Path, shared.split()))
