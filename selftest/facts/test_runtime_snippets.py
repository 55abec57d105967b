"""The snippets that ask Docker and K3s's journal, run by a real shell with commands that play Docker and systemd."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from edgeproof.facts.node.k3s_log import K3sLog, parse_k3s_log
from edgeproof.facts.node.runtime.daemon_json import parse_daemon_json
from edgeproof.facts.node.runtime.device_query import parse_device_query
from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Unobserved
from edgeproof.facts.probe import Output
from edgeproof.facts.snippet import snippet

GOOD = '{"default-runtime": "nvidia", "runtimes": {"nvidia": {"path": "PROGRAM", "runtimeArgs": []}}}'


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder that stands first in PATH."""
    folder = tmp_path / "programs"
    folder.mkdir()
    return folder


def play(programs: Path, name: str, text: str) -> Path:
    """Make a program of shell text."""
    file = programs / name
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return file


def run(programs: Path, text: str) -> Output:
    """Run a snippet as the fact script does."""
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "LC_ALL": "C"}
    done = subprocess.run(
        ["sh", "-c", text], env=environment, capture_output=True, check=False, timeout=30, stdin=subprocess.DEVNULL
    )
    return Output(done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"), done.returncode)


def docker(programs: Path, on_run: str, left: str = "") -> Path:
    """Play a Docker that has the image, runs it as told, and lists what is left; give the file that notes each call."""
    calls = programs / "calls"
    calls.touch()
    play(programs, "docker", f'echo "$*" >>{calls}\ncase $1 in\nps) printf "{left}" ;;\nrun) {on_run} ;;\nesac')
    return calls


def device_query(ask: str = "") -> str:
    """Give the snippet with a limit of one second."""
    return snippet(SNIPPETS, "device_query", image="image", ask=ask, ask_s=1, limit_s=1, kill_s=1, stale_s=60)


def test_a_container_that_does_not_end_is_removed(programs: Path) -> None:
    """After its limit the container is removed by the name it was given."""
    calls = docker(programs, "exec sleep 20")
    output = run(programs, device_query())
    assert isinstance(parse_device_query(output), Unobserved)
    started = next(line for line in calls.read_text().splitlines() if line.startswith("run "))
    name = started.split("--name ")[1].split()[0]
    assert f"rm -f {name}" in calls.read_text().splitlines()


def test_a_container_that_ends_is_left_to_docker(programs: Path) -> None:
    """What ended is removed by --rm."""
    calls = docker(programs, "echo Result = PASS")
    found = parse_device_query(run(programs, device_query("--runtime nvidia")))
    assert not isinstance(found, Unobserved)
    assert found.result == "PASS"
    assert "--runtime nvidia image ./deviceQuery" in calls.read_text()
    assert "rm -f" not in calls.read_text()


def test_stale_containers_are_removed(programs: Path) -> None:
    """What an earlier run left is removed; what another run has just started is not."""
    now = int(time.time())
    left = f"old edgeproof-device-query-{now - 100}-7\\nnew edgeproof-device-query-{now}-8\\n"
    calls = docker(programs, "echo Result = PASS", left)
    run(programs, device_query())
    removed = [line for line in calls.read_text().splitlines() if line.startswith("rm")]
    assert removed == ["rm -f old"]


@pytest.mark.parametrize(("said", "result"), [("Error: No such image: image", "no image"), ("Cannot connect to the Docker daemon", "not started")])  # fmt: skip
def test_an_image_is_absent_where_docker_says_so(programs: Path, said: str, result: str) -> None:
    """A daemon that does not answer has not said that there is no image."""
    play(programs, "docker", f"echo '{said}' >&2; exit 1")
    found = parse_device_query(run(programs, device_query()))
    assert not isinstance(found, Unobserved)
    assert found.result == result


def test_a_docker_that_does_not_answer_is_left_after_its_limit(programs: Path) -> None:
    """It is asked for the image within a limit of its own, and no container is started."""
    calls = programs / "calls"
    play(programs, "docker", f'echo "$*" >>{calls}; exec sleep 20')
    found = parse_device_query(run(programs, device_query()))
    assert isinstance(found, Unobserved)
    assert "did not tell" in found.why
    assert [line.split()[0] for line in calls.read_text().splitlines()] == ["image"]


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("escaped", [True, False])
def test_the_program_is_looked_for_that_the_file_names(programs: Path, there: bool, escaped: bool) -> None:
    """Whatever its name: the path in the file that dockerd is told to read."""
    program = programs / "a-wrapper"
    if there:
        play(programs, "a-wrapper", "")
    file = programs / "other.json"
    file.write_text(GOOD.replace("PROGRAM", str(program).replace("/", r"\/" if escaped else "/")))
    play(programs, "systemctl", f"echo 'ExecStart={{ path=/usr/bin/dockerd ; argv[]=/usr/bin/dockerd -H fd:// --config-file {file} ; }}'")  # fmt: skip
    found = parse_daemon_json(run(programs, snippet(SNIPPETS, "daemon_json").replace("/var/", "/nowhere/")))
    assert not isinstance(found, Unobserved)
    assert (found.path, found.nvidia_path, found.nvidia_runs) == (str(file), str(program), there)
    assert found.default_runtime == "nvidia"


def test_flags_of_the_unit_count(programs: Path) -> None:
    """The default runtime may be a flag; what else is given, such as a token, is not told."""
    program = play(programs, "nv", "")
    words = f"dockerd --default-runtime nvidia --add-runtime nvidia={program} --log-opt splunk-token=SECRET --config-file=/nowhere/x.json"
    play(programs, "systemctl", f"echo 'ExecStart={{ argv[]={words} ; }}'")
    output = run(programs, snippet(SNIPPETS, "daemon_json").replace("/var/", "/nowhere/"))
    found = parse_daemon_json(output)
    assert not isinstance(found, Unobserved)
    assert (found.present, found.default_runtime, found.nvidia_path, found.nvidia_runs) == (False, "nvidia", str(program), True)  # fmt: skip
    assert "SECRET" not in output.stdout


@pytest.mark.parametrize("awk", ["awk", "busybox awk"])
def test_what_k3s_logged_over_an_hour_ago_counts_no_more(programs: Path, awk: str) -> None:
    """The newest error is told, and none of before, though the journal gives more than the hour (its lines as systemd 252 prints them)."""
    if awk != "awk":
        play(programs, "awk", f'exec {awk} "$@"')
    now = time.time()
    error = 'k3s[447]: time="2026-11-28T21:15:32Z" level=error msg='
    lines = [
        "-- Logs begin at Sat 2026-11-28 09:19:01 UTC. --",
        f'{now - 7200:.6f} board {error}"Slow SQL: an old one"',
        f'{now - 60:.6f} board {error}"token CA hash does not match: a != b"',
    ]
    play(programs, "journalctl", "cat <<'END'\n" + "\n".join(lines) + "\nEND")
    found = parse_k3s_log(run(programs, f"hide() {{ cat; }}\n{snippet(SNIPPETS, 'k3s_log', journal_s=5, lines=60)}"))
    assert found == K3sLog(0, 0, "token CA hash does not match: a != b")
