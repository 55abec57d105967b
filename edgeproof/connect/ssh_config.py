"""What ssh's own configuration says of a node: the ssh program is asked, which knows Include, Match and patterns."""

from __future__ import annotations

import os
import pwd
import re
import subprocess
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import paramiko

from edgeproof import limits
from edgeproof.errors import SshConfigInvalid
from edgeproof.inventory import Node, Ssh

NOBODY = "edgeproof-nobody"
"""Stands for the user and the files that no configuration names: ssh's own defaults cannot be told from written ones."""

STRANGER = "edgeproof.invalid"
"""A host that no pattern means (RFC 2606): what it gets, any host gets."""

SYSTEM_WIDE = Path("/etc/ssh/ssh_config")
WAY = ("proxyjump", "proxycommand")

Settings = Mapping[str, tuple[str, ...]]
"""A host's settings by their names in small letters: the values of all its lines."""


def settings_for(ssh: Ssh, node: Node) -> Settings:
    """Give what the configuration says of a node's name; where that is what any host gets, of its address.

    Raises SshConfigInvalid where ssh cannot read its configuration.
    """
    user = node.user or (ssh.user if "user" in ssh.model_fields_set else "")
    hosts = (node.name, str(node.address), STRANGER)
    by_name, by_address, of_any = (_asked(_sources(ssh), user, host) for host in hosts)
    found: dict[str, tuple[str, ...]] = {}
    for key in {*by_name, *by_address, *of_any} - {*WAY, "hostname"}:
        found[key] = _more_special(by_name, by_address, of_any, (key,))[key]
    found |= _more_special(by_name, by_address, of_any, WAY)
    own_name = by_name.get("hostname", ())
    found["hostname"] = by_address.get("hostname", ()) if own_name in ((node.name,), ()) else own_name
    return {key: values for key, values in found.items() if values}


def _more_special(by_name: Settings, by_address: Settings, of_any: Settings, keys: tuple[str, ...]) -> Settings:
    named = {key: by_name.get(key, ()) for key in keys}
    if named != {key: of_any.get(key, ()) for key in keys}:
        return named
    return {key: by_address.get(key, ()) for key in keys}


def is_own_place(ssh: Ssh) -> bool:
    """Tell whether ssh by itself reads the same file: not where the inventory names one, or $HOME is another user's."""
    home = Path(pwd.getpwuid(os.getuid()).pw_dir)
    return "config" not in ssh.model_fields_set and ssh.config == home / ".ssh" / "config"


def _sources(ssh: Ssh) -> tuple[Path, ...]:
    if "config" not in ssh.model_fields_set:
        return (ssh.config, SYSTEM_WIDE)
    if ssh.config == Path(os.devnull):
        return ()
    if not ssh.config.is_file():
        raise SshConfigInvalid(f"{ssh.config}: no such file", "set ssh.config in cluster.yaml, or leave it out")
    return (ssh.config,)


@cache
def _asked(sources: tuple[Path, ...], user: str, host: str) -> Settings:
    text = "".join(f'Include "{source}"\n' for source in sources)
    defaults = "".join(f"  {key} {NOBODY}\n" for key in ("User", "IdentityFile", "UserKnownHostsFile"))
    with tempfile.NamedTemporaryFile("w", prefix="edgeproof-ssh-", encoding="utf-8") as config:
        config.write(f"{text}Host *\n{defaults}")
        config.flush()
        words = ["ssh", "-G", "-T", "-F", config.name, *(("-l", user) if user else ()), host]
        try:
            done = subprocess.run(
                words, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
                timeout=limits.SSH_CONFIG_S, check=False,
            )  # fmt: skip
        except FileNotFoundError:
            return _read_here(sources[0], host) if sources else {}
        except subprocess.TimeoutExpired as error:
            raise SshConfigInvalid(
                f"ssh -G {host}: no answer within {limits.SSH_CONFIG_S:.0f} s",
                f"is there a slow Match exec in {' or '.join(map(str, sources))}?",
            ) from error
    if done.returncode:
        said = " ".join(done.stderr.split())[-300:] or f"exit status {done.returncode}"
        raise SshConfigInvalid(f"ssh cannot read its configuration: {said}", f"ssh -G {host}")
    return _parse(done.stdout)


def _parse(stdout: str) -> Settings:
    found: dict[str, tuple[str, ...]] = {}
    for line in stdout.splitlines():
        key, _, value = line.partition(" ")
        found[key.lower()] = (*found.get(key.lower(), ()), value)
    return found


def _read_here(file: Path, host: str) -> Settings:
    """Read the file without ssh: what it includes is passed over, and that is noted under `passed-over`."""
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
        found = paramiko.SSHConfig.from_text(text).lookup(host)
    except (OSError, ImportError, paramiko.SSHException):  # ImportError: Match exec needs a package of its own
        text, found = "", paramiko.SSHConfigDict()
    settings = {key: tuple(value) if isinstance(value, list) else (str(value),) for key, value in found.items()}
    includes = re.findall(r"^\s*(include\b.*\S)", text, re.M | re.I)
    return settings | ({"passed-over": tuple(includes)} if includes else {})
