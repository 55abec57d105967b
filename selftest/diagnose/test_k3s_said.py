"""What mends K3s, by its own last words."""

from __future__ import annotations

import pytest

from edgeproof.diagnose.k3s_said import SaidBy, remedy

BY = SaidBy("three", "k3s.service")
NO_MEMBER = (
    "Failed to test data store connection: this server is a not a member of the etcd cluster. Found [{}], expect: {}"
)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("flag provided but not defined: -docker", "remove --docker from"),
        (
            NO_MEMBER.format("one-1a=https://10.1.1.1:2380 three-3c=https://10.1.1.3:2380", "three-3c=https://10.1.1.30:2380"),
            "give three its address 10.1.1.3 back, as a static one",
        ),
        (NO_MEMBER.format("one-1a=https://10.1.1.1:2380", "three-3c=https://10.1.1.30:2380"), "give three the address it joined with back"),
        ("this server is a not a member of the etcd cluster", "give three the address it joined with back"),
        (
            "Failed to start networking: unable to initialize network policy controller: error getting node subnet: failed to find interface "
            "with specified node ip",
            "no interface has",
        ),
    ],
    ids=["flag", "member", "member of another name", "cut", "node-ip"],
)  # fmt: skip
def test_known_words(said: str, words: str) -> None:
    """The fix says what is to be changed, and starts K3s again."""
    found = remedy(said, BY)
    assert found is not None
    assert words in found.fix
    assert "sudo systemctl restart k3s.service" in found.fix
    assert found.does == "restarts"


@pytest.mark.parametrize("said", ["", "starting kubernetes: preparing server: x"])
def test_unknown_words(said: str) -> None:
    """Nothing is advised on them."""
    assert remedy(said, BY) is None
