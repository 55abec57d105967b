"""The plugin beside others, and in runs that are not edgeproof's."""

from __future__ import annotations

from pathlib import Path

import pytest

from selftest.package.pythons import Environment
from selftest.package.runs import run, said
from selftest.plugin.pytest_run import PytestRun

RECORD = "--edgeproof-run-record=run.json"
RIVAL = """
def pytest_addoption(parser):
    parser.addoption("--inventory", dest="rival", default="")

def pytest_report_header(config):
    return f"rival's inventory: {config.getoption('rival')}"
"""
FOREIGN = """
import signal
import sys
import pytest

def test_fine(request):
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    for name in ("nodes", "cluster", "workloads"):
        with pytest.raises(pytest.FixtureLookupError):
            request.getfixturevalue(name)
    assert not {"kubernetes", "paramiko", "rich"} & set(sys.modules)

def test_wrong():
    assert [1] == [2]
"""


@pytest.fixture(scope="module")
def alone(down: Path, beside_plugins: Environment, tmp_path_factory: pytest.TempPathFactory) -> PytestRun:
    """A run of tests_node with the other plugins switched off."""
    others = ("pytest-ansible", "html", "html_fixtures", "randomly", "ctrf", "metadata")
    off = [word for name in others for word in ("-p", f"no:{name}")]
    return run(
        [beside_plugins.bin / "edgeproof", "node", "--inventory", down, RECORD, *off], tmp_path_factory.mktemp("a")
    )


def test_beside_other_plugins(beside_plugins: Environment, alone: PytestRun, down: Path, tmp_path: Path) -> None:
    """With pytest-ansible, -html, -randomly and -json-ctrf at work, a run says what it says without them."""
    reports = ["--html=report.html", "--self-contained-html", "--ctrf=ctrf.json"]
    done = run([beside_plugins.bin / "edgeproof", "node", "--inventory", down, RECORD, *reports], tmp_path)
    assert said(done.record) == said(alone.record), done.text
    assert done.status == alone.status == 1
    assert "Using --randomly-seed" in done.text
    assert "warning" not in done.text.splitlines()[-1]
    assert {"report.html", "ctrf.json"} <= {file.name for file in tmp_path.iterdir()}


def test_the_short_form_is_anothers(beside_plugins: Environment, down: Path, tmp_path: Path) -> None:
    """pytest-ansible has --inventory: there the long form is the one to use, and the other short ones are there still."""
    words = ["--pyargs", "edgeproof.suites.tests_node", "-k", "ssh", "-p", "no:randomly"]
    own = run(
        [beside_plugins.bin / "pytest", *words, f"--edgeproof-inventory={down}", "--run-record=run.json"], tmp_path
    )
    assert len(own.record["findings"]) == 2, own.text
    theirs = run([beside_plugins.bin / "pytest", *words, f"--inventory={down}"], tmp_path)
    assert theirs.status == 4, theirs.text
    assert "no inventory: there is no cluster.yaml here" in theirs.text


@pytest.mark.parametrize("order", [("rival", "edgeproof.plugin"), ("edgeproof.plugin", "rival")])
def test_either_is_loaded_first(installed: Environment, down: Path, tmp_path: Path, order: tuple[str, str]) -> None:
    """Whichever of two plugins with one option's name comes first, both work, and the other one has the name."""
    tmp_path.joinpath("rival.py").write_text(RIVAL)
    plugins = [word for name in order for word in ("-p", name)]
    words = [
        "--pyargs",
        "edgeproof.suites.tests_node",
        "-k",
        "ssh",
        "--inventory=theirs",
        f"--edgeproof-inventory={down}",
    ]
    done = run([installed.bin / "pytest", *plugins, *words, RECORD], tmp_path, PYTHONPATH=str(tmp_path))
    assert "rival's inventory: theirs" in done.text
    assert len(done.record["findings"]) == 2, done.text


@pytest.mark.parametrize("form", ["--inventory", "--edgeproof-inventory"])
def test_a_blank_is_as_good_as_an_equals_sign(installed: Environment, down: Path, tmp_path: Path, form: str) -> None:
    """A FILE that lies elsewhere, in a folder with an ini file of its own, is not taken for what to test."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    elsewhere.joinpath("pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    elsewhere.joinpath("cluster.yaml").write_text(down.read_text())
    here = tmp_path / "here"
    here.mkdir()
    here.joinpath("pytest.ini").write_text("[pytest]\naddopts = --pyargs\ntestpaths = edgeproof.suites.tests_node\n")
    done = run(
        [installed.bin / "pytest", form, elsewhere / "cluster.yaml", "-k", "ssh", "--run-record", "run.json"], here
    )
    assert f"rootdir: {here}" in done.text
    assert len(done.record["findings"]) == 2, done.text


def test_another_rootdir(installed: Environment, down: Path, tmp_path: Path) -> None:
    """`--rootdir` elsewhere changes nothing but where pytest keeps its cache."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = run(
        [
            installed.bin / "edgeproof",
            "node",
            "-k",
            "ssh or swap",
            f"--rootdir={elsewhere}",
            "--inventory",
            down,
            RECORD,
        ],
        tmp_path / "here",
    )
    outcomes = sorted((finding["check"], finding["outcome"]) for finding in done.record["findings"])
    assert outcomes == [("ssh", "failed")] * 2 + [("swap", "blocked")] * 2, done.text


@pytest.mark.parametrize("more", [[], ["--strict-markers", "-W", "error"]])
def test_other_peoples_runs_are_left_alone(installed: Environment, tmp_path: Path, more: list[str]) -> None:
    """In a run without suites there is no handler, no fixture and no folder of edgeproof's, and pytest reports as ever."""
    tmp_path.joinpath("test_theirs.py").write_text(FOREIGN)
    done = run([installed.bin / "pytest", "-p", "no:cacheprovider", *more], tmp_path)
    assert "1 failed, 1 passed" in done.text, done.text
    assert "FAILED test_theirs.py::test_wrong - assert [1] == [2]" in done.text
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_folder_of_the_same_name_is_not_a_suite(installed: Environment, tmp_path: Path) -> None:
    """Somebody's own tests_node is theirs."""
    theirs = tmp_path / "tests_node"
    theirs.mkdir()
    theirs.joinpath("test_1_reach.py").write_text("def test_ssh():\n    pass\n")
    done = run([installed.bin / "pytest", "tests_node"], tmp_path)
    assert "1 passed" in done.text, done.text
    assert "verdict" not in done.text
