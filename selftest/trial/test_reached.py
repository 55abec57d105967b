"""Which targets a pod said that it reaches."""

from __future__ import annotations

import json
import socket
import subprocess
import sys

from edgeproof.facts.observed import Unobserved
from edgeproof.trial.verify_pods import API, parse_reached, program, read_gpus, read_unreached

TARGETS = ["user-worker", "user-worker-2", API]


def test_lines_are_read_whole() -> None:
    """`unreached X` is not `reached X`, and one name is not the beginning of another."""
    told = "reached user-worker-2\nunreached kubernetes API: timed out\nunreached user-worker: [Errno 111] Connection refused"
    assert parse_reached(told, TARGETS) == {
        "user-worker-2": None,
        API: "timed out",
        "user-worker": "[Errno 111] Connection refused",
    }


def test_what_is_not_named_is_not_known() -> None:
    """Output that was cut says nothing of the rest."""
    reached = parse_reached("reached user-worker\nunreached kubern", TARGETS)
    assert reached == {"user-worker": None}
    assert isinstance(read_unreached("pod", "", reached, ["user-worker", "user-worker-2"]), Unobserved)


def test_one_that_is_known_to_be_silent_is_told() -> None:
    """A target that is known not to be reached is a finding, whatever else is not known."""
    reached = parse_reached("unreached user-worker: timed out", TARGETS)
    assert read_unreached("pod", "", reached, ["user-worker", "user-worker-2"]) == ("user-worker",)


def test_no_other_node() -> None:
    """On a cluster of one node there is nobody to reach."""
    assert read_unreached("pod", "", {}, []) == ()


def test_program_tells_what_is_parsed() -> None:
    """The program that runs in the pod prints what is read, for an open port and for a closed one."""
    with socket.create_server(("127.0.0.1", 0)) as open_port, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        targets = [["a", "127.0.0.1", open_port.getsockname()[1]], [API, "127.0.0.1", closed.getsockname()[1]]]
        asked = json.dumps({"timeout_s": 1, "targets": targets})
        done = subprocess.run(
            [sys.executable, "-c", program("reach_in_pod"), asked], capture_output=True, text=True, check=True
        )
    found = parse_reached(done.stdout, ["a", API])
    assert found["a"] is None
    assert found[API]


def test_program_without_targets() -> None:
    """Asked for nothing, it says nothing."""
    command = [sys.executable, "-c", program("reach_in_pod"), json.dumps({"timeout_s": 1, "targets": []})]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == ""


def test_gpus() -> None:
    """A number is a number; a framework that fails sees none; one that did not end is not known."""
    assert read_gpus("pod", "I tensorflow …\nNum GPUs Available: 1\n", 0, "") == 1
    assert read_gpus("pod", "Illegal instruction (core dumped)", 132, "") == 0
    assert isinstance(read_gpus("pod", "", -1, ""), Unobserved)
    assert read_gpus("pod", "Num GPUs Available: 0", 0, "Docker is dead") == Unobserved("Docker is dead")
