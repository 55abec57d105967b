"""Plays a case and judges it: what is described, what edgeproof answered, what it should have."""

from __future__ import annotations

from selftest.replay.case import Case
from selftest.replay.described import undescribed
from selftest.replay.players import Player
from selftest.replay.secret_words import secrets_told
from selftest.replay.verdict import Played, differences


def judge(case: Case, player: Player) -> tuple[Played, list[str]]:
    """Give how the case ended, and every difference from its verdict, a line each."""
    cluster = case.cluster()
    played = player.play(cluster, case.run)
    lines = [f"undescribed: {line}" for line in undescribed(cluster)]
    return played, lines + differences(case.verdict, cluster.skipped, played, case.near) + secrets_told(cluster, played)
