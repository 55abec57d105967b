"""Faults of the user's account on a board: what sudo refuses, and in which words."""

from __future__ import annotations

from lab.faults.fault import Fault, ShellFault
from lab.login import SUDOERS

FILE = "/etc/sudoers.d/user"
PUT_BACK = f"echo '{SUDOERS[False].strip()}' > {FILE}"
NEEDS_ROOT = frozenset(
    {
        "clocks",
        "daemon_agrees",
        "daemon_json",
        "device_query",
        "disk_health",
        "docker",
        "docker_held",
        "gpu_as_user",
        "kernel",
        "power_mode",
        "power_supply",
        "versions_fit",
    }
)
"""Checks of tests_node, on Docker, that rest on what root alone may ask."""


def _refused(name: str, sentence: str, catalogue_id: str, breaks: str, mends: str = PUT_BACK) -> ShellFault:
    """Make the fault of a sudo that does not do as it is told."""
    return ShellFault(
        name=name,
        is_daily=False,
        sentence=sentence,
        suite="tests_node",
        check="sudo",
        catalogue_id=catalogue_id,
        breaks={"docker": breaks},
        mends=mends,
        blocks=NEEDS_ROOT,
    )


SUDO_FAULTS: tuple[Fault, ...] = (
    _refused(
        "sudo-asks",
        "sudo asks the user for a password",
        "sudo-asks-for-password",
        f"echo 'user ALL=(ALL) ALL' > {FILE}",
    ),
    _refused(
        "sudo-no-rights",
        "sudo asks for no password, and the user may do nothing by it",
        "sudo-no-rights",
        f"echo 'Defaults:user !authenticate' > {FILE}; gpasswd -d user sudo",
        f"usermod -aG sudo user; {PUT_BACK}",
    ),
    _refused(
        "sudo-requires-tty",
        "sudo wants a terminal, as Red Hat's releases set it once",
        "sudo-requires-tty",
        f"echo 'Defaults:user requiretty' >> {FILE}",
    ),
    _refused(
        "sudo-not-installed",
        "sudo is not installed",
        "sudo-not-installed",
        "mv /usr/bin/sudo /usr/bin/sudo.kept",
        "[ ! -e /usr/bin/sudo.kept ] || mv /usr/bin/sudo.kept /usr/bin/sudo",
    ),
)
