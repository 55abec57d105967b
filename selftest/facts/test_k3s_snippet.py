"""The K3s snippet's real shell: nothing of a token leaves the node, whatever place and form it stands in."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from edgeproof.facts.node.k3s import K3s, parse_k3s
from edgeproof.facts.observed import observed
from edgeproof.facts.probe import Output
from selftest.facts.k3s_board import run_snippet

SECRET = "s3cr3tWord"
SHOWN = "Id=k3s.service\nLoadState=loaded\nActiveState=failed\nEnvironmentFiles=/etc/systemd/system/k3s.service.env (ignore_errors=yes)\n"
UNIT = "# /etc/systemd/system/k3s.service\n[Service]\nEnvironmentFile=-/etc/systemd/system/k3s.service.env\n"
ENVIRONMENT = "/etc/systemd/system/k3s.service.env"
CONFIG = "/etc/rancher/k3s/config.yaml"

FLAGS = (
    "--token {0}", "--token={0}", "-t {0}", "-t={0}", "'--token' '{0}'", "'--token={0}'", '"--token" "{0}"', "--agent-token {0}",
    "--token '{0} -{0} {0}=1'", '--token "a\\" {0}"', "'--token' \\\n\t'{0}' \\\n", "--token \\\n  {0}", "-token {0}", "--TOKEN={0}",
    "--datastore-endpoint=postgres://k3s:{0}@10.0.0.9:5432/k3s", "--datastore-endpoint 'mysql://k3s:{0}@tcp(10.0.0.9:3306)/k3s'",
    "--vpn-auth name=tailscale,joinKey={0}", "--etcd-s3-secret-key {0}", "--etcd-s3-access-key={0}", "--cluster-secret {0}",
    "--x=http://user:{0}@proxy:3128", "K10abcdef::server:{0}",
)  # fmt: skip
LINES = (
    "K3S_TOKEN={0}", "K3S_TOKEN='{0}'", 'K3S_TOKEN="{0} {0}"', "K3S_TOKEN={0} {0}", "K3S_TOKEN='{0}\n{0}\n{0}'", "export K3S_TOKEN={0}",
    "K3S_AGENT_TOKEN={0}", "K3S_DATASTORE_ENDPOINT='postgres://k3s:{0}@10.0.0.9/k3s'", 'K3S_ARGS="--docker --token {0} --debug"',
    "K3S_ARGS=--docker -t {0}", "# K3S_TOKEN={0}", "HTTPS_PROXY=http://user:{0}@proxy:3128", "K3S_TOKEN=\\\n{0}",
)  # fmt: skip
SETTINGS = (
    "token: {0}", "token: '{0}'", '"token": "{0}"', "token : {0}", "--token: {0}", "t: {0}", "token: |\n  {0}\n  {0}", "token:\n  {0}",
    "token: 'a\n  {0}'", "token:\n- {0}\n- {0}", "agent-token: {0}", "# token: {0}", "token: x # {0}", "token+: {0}",
    "{{token: {0}, docker: true}}", "datastore-endpoint: postgres://k3s:{0}@10.0.0.9/k3s", "kubelet-arg:\n- 'token={0}'\n- {0}",
    '{{\n  "docker": true,\n  "token": "{0}"\n}}', "token: &anchor {0}", "vpn-auth: joinKey={0}",
)  # fmt: skip
JOURNAL = (
    'time="x" level=fatal msg="cannot use token: {0}"', "started with --token {0}", 'level=fatal msg="postgres://k3s:{0}@db: refused"',
    "bad K10abcdef0::server:{0}", 'msg="token=\\"{0}\\""',
)  # fmt: skip


def shells() -> list[tuple[str, ...]]:
    """Give the shells that boards have, as far as they are here."""
    return [shell for shell in (("dash",), ("busybox", "sh")) if shutil.which(shell[0])]


@pytest.fixture(params=shells(), ids=lambda shell: shell[0])
def shell(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """Each of them; busybox with its own awk and sed."""
    found: tuple[str, ...] = request.param
    if found[0] == "busybox":
        (tmp_path / "busybox").mkdir()
        for name in ("awk", "sed", "grep", "tr"):
            (tmp_path / "busybox" / name).symlink_to(shutil.which("busybox") or "")
        monkeypatch.setenv("PATH", str(tmp_path / "busybox"), prepend=":")
    return found


def printed(folder: Path, shell: tuple[str, ...], form: str, place: str) -> str:
    """Run the snippet over a board that has a token in this form in this place, with a setting behind it."""
    text = form.format(SECRET)
    files, unit, process = {}, UNIT + "ExecStart=/usr/local/bin/k3s server --debug\n", ["/usr/local/bin/k3s", "server"]
    if place == "unit":
        unit = f"{UNIT}ExecStart=-/usr/local/bin/k3s server {text} --data-dir=/mnt/after\nRestart=always\n"
    elif place == "within sh":
        unit = f"{UNIT}ExecStart=/bin/sh -c 'exec k3s server --token {SECRET} --data-dir=/mnt/after'\n"
    elif place == "Environment=":
        unit = f'{UNIT}Environment={text} "K3S_DATA_DIR=/mnt/after"\nEnvironment="{text.replace(chr(34), "")}"\nExecStart=/usr/bin/k3s server\n'
    elif place == "file":
        files[ENVIRONMENT] = f"{text}\nK3S_DATA_DIR=/mnt/after\n"
    elif place == "config":
        files[CONFIG] = f"{text}\ndata-dir: /mnt/after\n"
    elif place == "drop-in":
        files[f"{CONFIG}.d/10-token.yaml"] = f"{text}\ndata-dir: /mnt/after\n"
    elif place == "process":
        process += text.split(" ", 1)
    files |= {
        "/proc/7/comm": "k3s-server\n",
        "/proc/7/cmdline": "\0".join(process) + "\0",
        "/proc/7/cgroup": "0::/system.slice/k3s.service\n",
    }
    files["/proc/7/environ"] = f"K3S_TOKEN={SECRET}\0K3S_URL=https://u:{SECRET}@h:6443\0"
    journal = text if place == "journal" else ""
    return run_snippet(folder, files, shell, systemctl_show=SHOWN, systemctl_cat=unit, journalctl_b=journal)


@pytest.mark.parametrize("key", ["EnvironmentFiles", "EnvironmentFile"])
def test_every_environment_file_is_read(shell: tuple[str, ...], tmp_path: Path, key: str) -> None:
    """Each has a line of its own in `systemctl show`, by either name (systemd/systemd#14723), where the unit's file says %N alone."""
    names = ("/etc/default/k3s", "/etc/sysconfig/k3s", ENVIRONMENT)
    shown = SHOWN.splitlines()[:-1] + [f"{key}={name} (ignore_errors=yes)" for name in names]
    unit = "# /etc/systemd/system/k3s.service\n[Service]\nEnvironmentFile=-/etc/default/%N\nEnvironmentFile=-/etc/sysconfig/%N\n"
    files = {"/etc/sysconfig/k3s": "K3S_DATA_DIR=/mnt/second\n", ENVIRONMENT: ""}
    text = run_snippet(
        tmp_path, files, shell, systemctl_show="\n".join(shown) + "\n",
        systemctl_cat=f"{unit}EnvironmentFile=-{ENVIRONMENT}\nExecStart=/usr/local/bin/k3s server\n",
    )  # fmt: skip
    told = [line for line in text.splitlines() if line.startswith(("@@ file", "@@ absent"))]
    assert told[:3] == [f"@@ absent {names[0]}", f"@@ file {names[1]}", f"@@ file {names[2]}"]
    k3s = parse_k3s(Output(text))
    assert isinstance(k3s, K3s)
    assert observed(k3s, "data_dir") == "/mnt/second"


CASES = [
    *(("unit", form) for form in FLAGS),
    ("within sh", ""),
    *(("Environment=", form) for form in LINES if form.startswith("K3S") and "\n" not in form),
    *(("file", form) for form in LINES),
    *(("config", form) for form in SETTINGS),
    *(("drop-in", form) for form in SETTINGS),
    *(
        ("process", form)
        for form in ("--token {0}", "--token={0}", "-t {0}", "--token {0} -{0} {0}", "--datastore-endpoint a:{0}@b")
    ),
    *(("journal", form) for form in JOURNAL),
]
BEHIND = {"unit", "within sh", "Environment=", "file", "config", "drop-in"}


def test_no_token_leaves_the_node(shell: tuple[str, ...], tmp_path: Path) -> None:
    """In each place and form the token is blanked, and the setting behind it is read, or known to be unread: never taken for absent."""
    leaks, lost = [], []
    for number, (place, form) in enumerate(CASES):
        text = printed(tmp_path / str(number), shell, form, place)
        k3s = parse_k3s(Output(text))
        assert isinstance(k3s, K3s)
        leaks += [(place, form, line) for line in text.splitlines() if SECRET in line]
        leaks += [(place, form, repr(k3s))] if SECRET in repr(k3s) else []
        behind = observed(k3s, "data_dir")
        lost += [(place, form, text)] if place in BEHIND and behind == "/var/lib/rancher/k3s" else []
    assert leaks == []
    assert lost == []


@pytest.mark.parametrize(
    ("file", "read"), [("server-ca.crt", False), ("client.crt", True)], ids=["joined", "never joined"]
)
def test_the_journal_of_an_agent_that_never_joined(
    file: str, read: bool, tmp_path: Path, shell: tuple[str, ...]
) -> None:
    """It runs, and only its journal tells why it has no cluster CA; one that has joined is not asked for it."""
    shown = SHOWN.replace("k3s.service", "k3s-agent.service").replace("failed", "active")
    unit = UNIT.replace("k3s.service", "k3s-agent.service") + "ExecStart=/usr/local/bin/k3s agent --debug\n"
    files = {f"/var/lib/rancher/k3s/agent/{file}": "x\n"}
    said = 'level=error msg="failed to get CA certs: x"\n'
    text = run_snippet(tmp_path, files, shell, systemctl_show=shown, systemctl_cat=unit, journalctl_b=said)
    found = parse_k3s(Output(text))
    assert isinstance(found, K3s)
    assert (found.never_joined, found.said) == ((True, "failed to get CA certs: x") if read else (False, ""))
