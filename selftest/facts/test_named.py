"""The lexer that reads from a script's text which commands and paths it names."""

from __future__ import annotations

import pytest

from edgeproof.facts.named import named_in

COMMANDS = {
    "dmesg | grep -F 'OC ALARM' || dmesg >/dev/null": {"dmesg", "grep"},
    "[ -e x ] && echo yes; true # awk": set(),
    'u=$(id -u); echo "`hostname` $(uname -r | tr a b)"': {"id", "hostname", "uname", "tr"},
    "if cd x; then ls; else stat y; fi": {"ls", "stat"},
    "while read -r l; do cut -c1 <&3; done": {"cut"},
    "case $x in docker) ip a ;; k3s | kubectl) ss ;; esac; df": {"ip", "ss", "df"},
    "listing() { find . | sort; }\nlisting": {"find", "sort"},
    "sudo -n -u root timeout -k 1 5 sh -c 'nvpmodel -q | head -n 1'": {"sudo", "timeout", "sh", "nvpmodel", "head"},
    "LC_ALL=C sudo -S -p '' env A=b mount x": {"sudo", "env", "mount"},
    "find . -exec stat -c %n {} + | xargs -n 1 md5sum": {"find", "stat", "xargs", "md5sum"},
    "command -v nvidia-ctk >/dev/null && exec bash -c 'curl x'": {"nvidia-ctk", "bash", "curl"},
    "trap 'umount \"$d\"; rmdir x' EXIT": {"umount", "rmdir"},
    "for u in a b; do systemctl is-active $u & done; wait": {"systemctl"},
    'p=ip; "$p" route': {"ip"},
    "2>&1 dpkg -l 2>/dev/null": {"dpkg"},
    "a \\\n  b": {"a"},
    "x=$(case $y in a) ls ;; (b | c) stat z ;; esac); cut": {"ls", "stat", "cut"},
    "while read -r k; do tr a b; done <<E\n$(ls <<T\n`hostname` it's\nT\n)\nE\nsort": {"tr", "ls", "hostname", "sort"},
    "cat <<'E' | grep x\n$(ls)\nE\n": {"cat", "grep"},
    "while case $p in *'\\/'*) ;; *) false ;; esac; do p=${p%%'\\/'*}; done; ip": {"ip"},
    '[ $(($(date +%s) - ${n%%-*})) -gt 5 ] && echo "${x#*\\"}"; uname': {"date", "uname"},
}


@pytest.mark.parametrize(("script", "commands"), COMMANDS.items(), ids=COMMANDS)
def test_commands(script: str, commands: set[str]) -> None:
    """Names every external command that the script may run, and no built-in, function or argument."""
    assert named_in(script).commands == commands


PATHS = {
    "cat /etc/fstab 2>/dev/null": {"/etc/fstab"},
    "read -r x </proc/swaps; : >/tmp/x": {"/proc/swaps", "/tmp/x"},
    "d=/var/lib/x; sha256sum $d/a \"$d\"'/b'": {"/var/lib/x/a", "/var/lib/x/b"},
    "for d in /dev/a /dev/b; do [ -c $d ] && echo $d; done": {"/dev/a", "/dev/b"},
    'for z in /sys/z*; do read -r t <"$z/temp"; cat "$z"/t_*_x; done': {"/sys/z*/temp", "/sys/z*/t_*_x"},
    "cat /etc/systemd/system/$u.service.env": {"/etc/systemd/system/*.service.env"},
    'ls "${K3S_DATA_DIR:-/var/lib/k3s}/server"': {"/var/lib/k3s/server"},
    "f=/a; f=/b; cat $f": {"/a", "/b"},
    "pid=''; read -r pid </run/x.pid; tr a b <\"/proc/$pid/cmdline\"": {"/run/x.pid", "/proc/*/cmdline"},
    "sed -n '/x/p' /etc/hosts; awk '/y/ {print}' /etc/group; grep -e /z /etc/passwd": {
        "/etc/hosts",
        "/etc/group",
        "/etc/passwd",
    },
    "echo /etc/a; printf /etc/b": set(),
    "/usr/bin/jetson_clocks --show": {"/usr/bin/jetson_clocks"},
    "bash -c 'exec 3<>/dev/udp/$0/53'": set(),
}


@pytest.mark.parametrize(("script", "paths"), PATHS.items(), ids=PATHS)
def test_paths(script: str, paths: set[str]) -> None:
    """Names every absolute path that the script opens or hands on, `*` for what is not literal."""
    assert named_in(script).paths == paths


def test_unknown_command() -> None:
    """A command that only the node knows is told as unknown; looking for one is none."""
    assert named_in("$p --version; command -v $q").unknown == {"$p"}


@pytest.mark.parametrize("script", ["cat <<END\nx", "echo 'x", "echo $(ls", 'echo "x'])
def test_what_is_not_read(script: str) -> None:
    """What this lexer cannot read is an error, not half of a list."""
    with pytest.raises(ValueError, match=r"no \S+ ends"):
        named_in(script)
