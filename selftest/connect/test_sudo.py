"""The sudo password: where it comes from, and that nothing shows it."""

from __future__ import annotations

import pytest

from edgeproof.connect.sudo import ENVIRONMENT, SudoPassword


def test_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's password is known at once, and nobody is asked."""
    monkeypatch.setenv(ENVIRONMENT, "right")
    password = SudoPassword(lambda prompt: pytest.fail("asked"))
    assert password.ask("…")
    assert password.secret.get_secret_value() == "right"


def test_asked_once() -> None:
    """A person is asked once in a run, whatever the answer."""
    prompts: list[str] = []

    def answer(prompt: str) -> str:
        prompts.append(prompt)
        return ""

    password = SudoPassword(answer)
    assert [password.ask("one: "), password.ask("two: "), password.is_known] == [False, False, False]
    assert prompts == ["one: "]


def test_answer_counts() -> None:
    """What the person answers is the password."""
    password = SudoPassword(lambda prompt: "right")
    assert password.command("user") == "sudo -n"
    assert password.ask("…")
    assert (password.command("user"), password.secret.get_secret_value()) == ("sudo -S -p ''", "right")


def test_nobody_to_ask() -> None:
    """Without anybody to ask there is none."""
    assert not SudoPassword().ask("…")


def test_root_needs_none() -> None:
    """Who logs in as root needs no sudo."""
    assert SudoPassword(given="right").command("root") == ""


def test_nothing_shows_it() -> None:
    """Neither its text nor its repr, nor that of what holds it, shows the password."""
    password = SudoPassword(given="right-one")
    assert "right-one" not in f"{password} {password!r} {password.secret} {password.secret!r} {vars(password)}"
