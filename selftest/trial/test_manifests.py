"""The manifests hold what the mission's held, and are patched without loss."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from edgeproof.inventory import Inventory, load_inventory
from edgeproof.trial.manifests import FOLDER, NFS_JOB, SYNTHETIC_JOB, TEST_POD, manifest, pod_spec, set_environment
from edgeproof.workload.jobs import nfs_job, synthetic_job

SAMPLES = Path(__file__).parents[1] / "samples"
MISSION: dict[str, Any] = yaml.safe_load((SAMPLES / "manifests" / "mission.yaml").read_text())


def differences(wanted: Any, found: Any, place: str = "") -> list[str]:
    """Say where `found` lacks what is wanted; it may hold more keys, lists are of equal length."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        return [line for key in wanted for line in differences(wanted[key], found.get(key), f"{place}.{key}")]
    if isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        return [line for i, item in enumerate(wanted) for line in differences(item, found[i], f"{place}[{i}]")]
    return [] if wanted == found else [f"{place}: {found!r}, not {wanted!r}"]


def environment(job: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the first container's environment."""
    found: list[dict[str, Any]] = pod_spec(job)["containers"][0]["env"]
    return found


@pytest.fixture
def inventory() -> Inventory:
    """The smallest inventory: the mission's values."""
    return load_inventory(SAMPLES / "inventory" / "smallest.yaml")


@pytest.mark.parametrize("name", MISSION)
def test_mission(name: str) -> None:
    """The manifest has the mission's names and values."""
    assert differences(MISSION[name], manifest(name)) == []


def test_every_manifest_is_known() -> None:
    """No manifest goes without its mission's values."""
    assert sorted(file.name for file in FOLDER.iterdir()) == sorted(MISSION)


def test_a_file_is_one_object() -> None:
    """Each file is YAML of exactly one object: nothing behind a `---` is lost on reading."""
    assert {len(list(yaml.safe_load_all(file.read_text()))) for file in FOLDER.iterdir()} == {1}


@pytest.mark.parametrize("name", [SYNTHETIC_JOB, NFS_JOB, TEST_POD])
def test_patching_leaves_the_file(name: str) -> None:
    """What is done to a manifest is not there when it is read anew."""
    patched = manifest(name)
    patched["metadata"]["name"] = "patched"
    set_environment(patched, TOTAL_JOBS="9")
    assert manifest(name) == yaml.safe_load((FOLDER / name).read_text())


def test_environment_is_replaced() -> None:
    """A variable that is there already gets the new value, and stands once."""
    job = manifest(SYNTHETIC_JOB)
    set_environment(job, TOTAL_JOBS="9")
    assert [entry for entry in environment(job) if entry["name"] == "TOTAL_JOBS"] == [
        {"name": "TOTAL_JOBS", "value": "9"}
    ]


def test_other_environment_stays() -> None:
    """Variables that are not set stay, those taken from a field too."""
    job = manifest(SYNTHETIC_JOB)
    others = [entry for entry in environment(job) if entry["name"] != "TOTAL_JOBS"]
    set_environment(job, TOTAL_JOBS="9")
    assert [entry for entry in others if entry not in environment(job)] == []


def test_environment_of_a_pod_without_any() -> None:
    """A container without variables gets the new ones."""
    pod = manifest(TEST_POD)
    set_environment(pod, ANSWER="42")
    assert environment(pod) == [{"name": "ANSWER", "value": "42"}]


def test_synthetic_job_has_a_shard_for_each_agent(inventory: Inventory) -> None:
    """Completions, parallelism and the shards' own count agree."""
    job = synthetic_job(inventory, 3)
    assert (job["spec"]["completions"], job["spec"]["parallelism"]) == (3, 3)
    assert {"name": "TOTAL_JOBS", "value": "3"} in environment(job)


def test_nfs_job_runs_on_the_agents_named(inventory: Inventory) -> None:
    """The pods may go to those nodes only."""
    required = pod_spec(nfs_job(inventory, ["user-worker"], "single"))["affinity"]["nodeAffinity"]
    (term,) = required["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    assert term["matchExpressions"] == [{"key": "kubernetes.io/hostname", "operator": "In", "values": ["user-worker"]}]


def test_nfs_job_keeps_its_pods_apart(inventory: Inventory) -> None:
    """Under a name of its own, the job's pods still shun the label that they carry."""
    job = nfs_job(inventory, ["user-worker"], "single")
    (apart,) = pod_spec(job)["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert apart["labelSelector"]["matchLabels"] == job["spec"]["template"]["metadata"]["labels"] == {"app": "single"}
