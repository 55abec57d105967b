"""A bundle of a replayed cluster is that cluster: played again, it is judged alike; its secrets stay at home."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from selftest.replay.cluster_folder import BASES, Differs, differing, load_base
from selftest.replay.players import Player
from selftest.replay.verdict import Played

SUITES = ("tests_node", "tests_cluster")
SECRETS = ("9d1c7f3b5a2e4806c1f7", "PRIVATE KEY", "00:04:4b:00:00")
"""The tail of the nano base's join token; what keys and hardware addresses have."""


def ended(played: Played) -> set[tuple[str, str]]:
    """Give check and outcome of every finding; nodes go by any name."""
    return {(finding["check"], finding["outcome"]) for finding in played.findings}


@pytest.fixture(scope="module", params=["bundle", "bundle-hidden"])
def bundled(
    request: pytest.FixtureRequest, player: Player, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Played, Path]:
    """A run on the nano base that also writes a bundle, and the bundle, unpacked."""
    place = tmp_path_factory.mktemp("bundle")
    place.chmod(0o777)
    played = player.play(
        differing(load_base(BASES / "nano"), Differs()),
        (*SUITES, f"--edgeproof-{request.param}={place / 'bug.tar.gz'}"),
    )
    with tarfile.open(place / "bug.tar.gz") as archive:
        if hasattr(tarfile, "data_filter"):
            archive.extractall(place, filter="data")
        else:  # Debian 12's Python 3.11.2 has no filters; the archive is our own
            archive.extractall(place)
    return played, place / "bug"


def test_it_is_judged_alike(bundled: tuple[Played, Path], player: Player) -> None:
    """Played as a base, the bundle ends in the same findings, and nothing is asked that it does not describe."""
    played, folder = bundled
    again = player.play(differing(load_base(folder), Differs()), SUITES)
    assert (again.broke, again.undescribed) == ("", ())
    assert ended(again) == ended(played), again.text


def test_no_secret_is_in_it(bundled: tuple[Played, Path]) -> None:
    """No file of it holds the join token, a private key or a hardware address."""
    _, folder = bundled
    found = [(file.name, secret) for file in folder.rglob("*.*") for secret in SECRETS if secret in file.read_text()]
    assert found == []


def test_the_record_is_in_it(bundled: tuple[Played, Path]) -> None:
    """The run's own record goes with it."""
    assert "edgeproof.run/1" in (bundled[1] / "record.json").read_text()
