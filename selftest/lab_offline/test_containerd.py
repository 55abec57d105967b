"""The pid of a containerd that is gone must not keep the lab's daemon from starting."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lab.docker import forget_dead_containerd


@pytest.mark.parametrize("text", ["999999999", "no number", ""])
def test_nobodys_pid_is_forgotten(tmp_path: Path, text: str) -> None:
    """No such process, or no pid at all."""
    (tmp_path / "containerd.pid").write_text(text)
    forget_dead_containerd(tmp_path / "containerd.pid")
    assert not (tmp_path / "containerd.pid").exists()


def test_another_programs_pid_is_forgotten(tmp_path: Path) -> None:
    """The kernel has given the number to somebody else since."""
    (tmp_path / "containerd.pid").write_text(str(os.getpid()))
    forget_dead_containerd(tmp_path / "containerd.pid")
    assert not (tmp_path / "containerd.pid").exists()


def test_a_living_containerd_is_kept(tmp_path: Path) -> None:
    """One that outlived dockerd is taken over by the next dockerd."""
    program = tmp_path / "containerd"
    program.symlink_to("/bin/cat")
    living = subprocess.Popen([str(program)], stdin=subprocess.PIPE, stdout=sys.stderr)
    try:
        (tmp_path / "containerd.pid").write_text(str(living.pid))
        forget_dead_containerd(tmp_path / "containerd.pid")
        assert (tmp_path / "containerd.pid").exists()
    finally:
        living.kill()
        living.communicate()


def test_no_pidfile(tmp_path: Path) -> None:
    """The first start of all."""
    forget_dead_containerd(tmp_path / "containerd.pid")
    assert list(tmp_path.iterdir()) == []
