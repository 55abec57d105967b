"""The wheel alone, in an empty folder: what `pytest tests_node` does in the checkout, by its own command."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from edgeproof.explain import explain
from edgeproof.files import SUITES
from selftest.package.pythons import CHECKOUT, Environment
from selftest.package.runs import run, said
from selftest.plugin.pytest_run import PytestRun, run_pytest
from selftest.plugin.test_advice import PLACES, name_of

RECORD = "--run-record=run.json"


@pytest.fixture(scope="session")
def checkout(down: Path, tmp_path_factory: pytest.TempPathFactory) -> PytestRun:
    """What the checkout says of the cluster that refuses every connection, so that nothing is rebooted there: all suites."""
    folder = tmp_path_factory.mktemp("checkout")
    words = (*SUITES, "--edgeproof-reboot=all", "--edgeproof-despite-pods")
    return run_pytest(folder, *words, f"--inventory={down}", f"--run-record={folder / 'run.json'}")


def of_suite(run: PytestRun, suite: str, folder: Path) -> list[dict[str, object]]:
    """Give what a run said in one suite; its own home stands for itself."""
    return [finding for finding in said(run.record, [folder]) if finding["suite"] == suite]


OF_COMMAND: dict[str, tuple[str, ...]] = {"node": (), "cluster": (), "workload": (), "reboot": ("--yes", "--despite-pods")}


@pytest.mark.parametrize("command", OF_COMMAND)
def test_command(installed: Environment, checkout: PytestRun, down: Path, tmp_path: Path, command: str) -> None:
    """`edgeproof node`, `cluster`, `workload` and `reboot` say what the checkout says: same checks, nodes, verdicts, ids and words."""
    done = run([installed.bin / "edgeproof", command, *OF_COMMAND[command], "--inventory", down, RECORD], tmp_path)
    suite = f"tests_{command}"
    wanted = of_suite(checkout, suite, tmp_path)
    assert wanted
    assert of_suite(done, suite, tmp_path) == wanted, done.text
    assert done.status == 1


def test_pyargs(installed: Environment, checkout: PytestRun, down: Path, tmp_path: Path) -> None:
    """`pytest --pyargs` takes the suites by their package."""
    words = ["--pyargs", "edgeproof.suites.tests_node", f"--inventory={down}", RECORD]
    done = run([installed.bin / "pytest", *words], tmp_path)
    assert of_suite(done, "tests_node", tmp_path) == of_suite(checkout, "tests_node", tmp_path), done.text


def test_pyargs_of_all(installed: Environment, down: Path, tmp_path: Path) -> None:
    """`-m cluster` selects one suite of all, as in the checkout, and the other options pass through."""
    words = ["--pyargs", "edgeproof.suites", "-m", "cluster", "-k", "api or taint", f"--inventory={down}", RECORD]
    done = run([installed.bin / "pytest", *words], tmp_path)
    assert {finding["check"] for finding in done.record["findings"]} == {"api", "taint", "api_service"}, done.text


def test_under_xdist(installed: Environment, checkout: PytestRun, down: Path, tmp_path: Path) -> None:
    """Two processes find what one finds."""
    done = run([installed.bin / "edgeproof", "node", "--inventory", down, RECORD, "-n", "2"], tmp_path)
    assert of_suite(done, "tests_node", tmp_path) == of_suite(checkout, "tests_node", tmp_path), done.text


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["node", "-k", "no_such_check"], 5),
        (["cluster", "--inventory", "nowhere.yaml"], 4),
        (["workload", "--no-such-option"], 4),
        (["node", "--collect-only", "-q"], 0),
        (["node", "--help"], 0),
    ],
)
def test_exit_status(installed: Environment, down: Path, tmp_path: Path, words: list[str], status: int) -> None:
    """The commands end with pytest's own exit status."""
    done = run([installed.bin / "edgeproof", *words], tmp_path, EDGEPROOF_INVENTORY=str(down))
    assert done.status == status, done.text


def test_help_is_pytests(installed: Environment, tmp_path: Path) -> None:
    """`edgeproof node --help` shows pytest's options, edgeproof's among them."""
    text = run([installed.bin / "edgeproof", "node", "--help"], tmp_path).text
    assert "--edgeproof-inventory" in text
    assert "--junitxml" in text or "--junit-xml" in text


def test_another_projects_ini_file(installed: Environment, checkout: PytestRun, down: Path, tmp_path: Path) -> None:
    """Another project's settings do not hide a check: other names for tests, strict markers, another rootdir."""
    ini = "[pytest]\npython_files = check_*.py\npython_functions = check_*\naddopts = --strict-markers\ntestpaths = nowhere\n"
    tmp_path.joinpath("pytest.ini").write_text(ini)
    done = run([installed.bin / "edgeproof", "node", "--inventory", down, RECORD], tmp_path)
    assert of_suite(done, "tests_node", tmp_path) == of_suite(checkout, "tests_node", tmp_path), done.text


def test_example_is_an_inventory(installed: Environment, tmp_path: Path) -> None:
    """`edgeproof example` prints the checkout's example, as it is."""
    text = run([installed.bin / "edgeproof", "example"], tmp_path).text
    assert text == (CHECKOUT / "cluster.example.yaml").read_text(encoding="utf-8")


def test_manifests(installed: Environment, tmp_path: Path) -> None:
    """`edgeproof manifests` prints all, or those named; a name it does not know is answered with those it does."""
    printed = run([installed.bin / "edgeproof", "manifests"], tmp_path).text
    kinds = [item["kind"] for item in yaml.safe_load_all(printed)]
    assert kinds == ["DaemonSet", "PersistentVolume", "PersistentVolumeClaim", "Pod", "Job", "Job"]
    one = run([installed.bin / "edgeproof", "manifests", "21-nfs-images-pvc.yaml"], tmp_path).text
    assert one == (CHECKOUT / "manifests" / "21-nfs-images-pvc.yaml").read_text(encoding="utf-8")
    refused = run([installed.bin / "edgeproof", "manifests", "pvc"], tmp_path)
    assert (refused.status, "fix: name one of 10-gpu" in refused.text) == (2, True)


def test_worker_is_whole(installed: Environment) -> None:
    """The wheel has every file of worker/ and manifests/, those in sub-folders too."""
    (package,) = installed.folder.glob("lib/python*/site-packages/edgeproof/_files")
    for name in ("worker", "manifests"):
        carried = {file.relative_to(package / name) for file in (package / name).rglob("*") if file.suffix != ".pyc"}
        own = {file.relative_to(CHECKOUT / name) for file in (CHECKOUT / name).rglob("*") if file.suffix != ".pyc"}
        pycache = {path for path in own | carried if "__pycache__" in path.parts}
        assert carried - pycache == own - pycache


def test_no_check_is_left_out(checkout: PytestRun) -> None:
    """The comparison is of all suites."""
    known = {(suite, name_of(check)) for (suite, _), checks in PLACES.items() for check in checks}
    assert {(finding["suite"], finding["check"]) for finding in checkout.record["findings"]} == known


def test_explain(installed: Environment, tmp_path: Path) -> None:
    """`edgeproof explain` knows in the wheel what it knows in the checkout: sentences, snippets, rows and cases."""
    text = " ".join(run([installed.bin / "edgeproof", "explain", "swap"], tmp_path).text.split())
    assert text == " ".join(explain("swap").split())
    assert "/etc/fstab" in text
