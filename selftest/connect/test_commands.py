"""A command on a node: its streams and status, and the bounds of its output and its time."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from time import monotonic

import pytest
from pydantic import SecretStr

from edgeproof.connect import ssh
from edgeproof.connect.ssh import Answer, SshNode, open_node
from edgeproof.errors import NodeUnreachable
from edgeproof.inventory import Inventory

SLOW_S = 3
"""A slow command's time; its caller's limit is a tenth of that."""
LIMIT_S = 0.3


@pytest.fixture
def node(known: Inventory) -> Iterator[SshNode]:
    """An open connection to the board."""
    with open_node(known, known.server) as node:
        yield node


def test_streams_and_status(node: SshNode) -> None:
    """What a command prints, on either stream, and its exit status come back."""
    assert node.run("echo out; echo err >&2; exit 3", 10) == Answer(b"out\n", b"err\n", 3)


def test_quotes_survive(node: SshNode) -> None:
    """A command may hold any quotes."""
    assert node.run("""echo "it's" '"so"'""", 10).stdout == b"""it's "so"\n"""


def test_standard_input(node: SshNode) -> None:
    """A secret goes by standard input, on no command line."""
    assert node.run("cat", 10, SecretStr("secret")).stdout == b"secret\n"


def test_several_commands(node: SshNode) -> None:
    """One connection carries one command after another."""
    assert [node.run(f"echo {number}", 10).stdout for number in range(3)] == [b"0\n", b"1\n", b"2\n"]


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_output_is_bounded(node: SshNode, stream: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a flood on either stream only the first bytes are kept."""
    monkeypatch.setattr(ssh, "OUTPUT_BYTES", 1000)
    answer = node.run(f"head -c 400000 /dev/zero | tr '\\0' x >/dev/{stream}", 10)
    assert len(getattr(answer, stream)) == 1000


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(f"sleep {SLOW_S}", id="silent"),
        pytest.param(f"for n in $(seq {SLOW_S}0); do echo $n; sleep 0.1; done", id="prints on and on"),
        pytest.param(f"exec >&- 2>&-; sleep {SLOW_S}", id="closes its streams"),
    ],
)
def test_a_command_that_takes_too_long(node: SshNode, command: str) -> None:
    """A command over its limit is given up, whatever it prints, and the fix is to look at the node."""
    started = monotonic()
    with pytest.raises(NodeUnreachable, match="no answer within") as caught:
        node.run(command, LIMIT_S)
    assert monotonic() - started < SLOW_S / 2
    assert caught.value.fix == "log in and look at its load"


def test_feed(node: SshNode) -> None:
    """A stream reaches the command's standard input whole, and its progress is told."""
    told: list[int] = []
    assert node.feed("wc -c", BytesIO(b"x" * 1_000_000), 10, told.append).stdout.strip() == b"1000000"
    assert told[-1] == 1_000_000


def test_fetch_is_not_bounded(node: SshNode, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is fetched to a file comes whole."""
    monkeypatch.setattr(ssh, "OUTPUT_BYTES", 1000)
    target = BytesIO()
    assert node.fetch("head -c 400000 /dev/zero", target, 10).status == 0
    assert len(target.getvalue()) == 400_000


def test_lost_connection(node: SshNode) -> None:
    """A command on a connection that has ended is an error of ours."""
    node.close()
    with pytest.raises(NodeUnreachable, match="no session on the open connection"):
        node.run("true", 10)
