"""The manifests hold what the mission's held, and are patched without loss."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from edgeproof.facts.cluster import ClusterFacts
from edgeproof.facts.cluster.gpu_way import Way
from edgeproof.trial.gpu import ask_for_gpu
from edgeproof.trial.manifests import (
    FOLDER,
    GPU_VERIFY,
    NFS_JOB,
    SYNTHETIC_JOB,
    TEST_POD,
    manifest,
    pod_spec,
    set_environment,
)
from edgeproof.trial.placement import dns_label
from edgeproof.workload.jobs import nfs_job, synthetic_job
from selftest.facts.clusters import cluster_of

SAMPLES = Path(__file__).parents[1] / "samples"
RIGHTS = "rbac.yaml"
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


@pytest.mark.parametrize("name", MISSION)
def test_mission(name: str) -> None:
    """The manifest has the mission's names and values."""
    assert differences(MISSION[name], manifest(name)) == []


def test_every_manifest_is_known() -> None:
    """No manifest of what the suites make goes without its mission's values; rbac.yaml, which a user applies, has none."""
    assert sorted(file.name for file in FOLDER.iterdir()) == sorted([*MISSION, RIGHTS])


def test_a_file_is_one_object() -> None:
    """Each file that the suites read is YAML of exactly one object: nothing behind a `---` is lost on reading."""
    read = [file for file in FOLDER.iterdir() if file.name != RIGHTS]
    assert {len(list(yaml.safe_load_all(file.read_text()))) for file in read} == {1}


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


def affinity(job: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the node affinity that is required."""
    required = pod_spec(job)["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    (term,) = required["nodeSelectorTerms"]
    found: list[dict[str, Any]] = term["matchExpressions"]
    return found


@pytest.fixture
def mission(tmp_path: Path) -> ClusterFacts:
    """The mission's cluster."""
    return cluster_of("mission", tmp_path)


def test_synthetic_job_has_a_shard_for_each_agent(mission: ClusterFacts) -> None:
    """Completions, parallelism and the shards' own count agree."""
    job = synthetic_job(mission, ["user-worker", "b", "c"])
    assert (job["spec"]["completions"], job["spec"]["parallelism"]) == (3, 3)
    assert {"name": "TOTAL_JOBS", "value": "3"} in environment(job)


def test_mission_asks_for_nothing(mission: ClusterFacts) -> None:
    """Under Docker with the default runtime a job is placed by the mission's label, and asks for no GPU and no toleration."""
    spec = pod_spec(synthetic_job(mission, ["user-worker"]))
    assert spec["nodeSelector"] == {"node-type": "worker"}
    assert spec["containers"][0].get("resources") is None
    assert {"tolerations", "runtimeClassName"}.isdisjoint(spec)


def test_nfs_job_runs_on_the_agents_named(mission: ClusterFacts) -> None:
    """The pods may go to those nodes only."""
    job = nfs_job(mission, ["user-worker"], "single")
    assert affinity(job) == [{"key": "kubernetes.io/hostname", "operator": "In", "values": ["user-worker"]}]


def test_nfs_job_keeps_its_pods_apart(mission: ClusterFacts) -> None:
    """Under a name of its own, the job's pods still shun the label that they carry."""
    job = nfs_job(mission, ["user-worker"], "single")
    (apart,) = pod_spec(job)["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert apart["labelSelector"]["matchLabels"] == job["spec"]["template"]["metadata"]["labels"] == {"app": "single"}


def test_without_a_label_hostnames_place_a_job(tmp_path: Path) -> None:
    """Where no label is required, the agents are named as Kubernetes knows them."""
    job = synthetic_job(cluster_of("other-names", tmp_path), ["user-worker", "user-newworker"])
    assert affinity(job)[0]["values"] == ["user-worker-1a2b3c4d", "user-newworker"]
    assert "nodeSelector" not in pod_spec(job)


def test_agents_taints_are_tolerated(tmp_path: Path) -> None:
    """A taint that somebody has set on agents is tolerated; the server's is not."""
    spec = pod_spec(synthetic_job(cluster_of("orin-runtime-class", tmp_path), ["edge-b.lab"]))
    assert spec["tolerations"] == [
        {"key": "nvidia.com/gpu", "operator": "Equal", "value": "present", "effect": "NoSchedule"}
    ]


def test_runtime_class_is_named(tmp_path: Path) -> None:
    """Where a RuntimeClass is the way, pods name it."""
    job = synthetic_job(cluster_of("orin-runtime-class", tmp_path), ["edge-b.lab"])
    assert pod_spec(job)["runtimeClassName"] == "nvidia"


def test_device_plugin_is_asked(tmp_path: Path) -> None:
    """Where the device plugin is the way, each pod asks for one GPU, under the class that the plugin itself uses."""
    spec = pod_spec(synthetic_job(cluster_of("device-plugin", tmp_path), ["one", "two"]))
    assert spec["containers"][0]["resources"] == {"limits": {"nvidia.com/gpu": 1}}
    assert spec["runtimeClassName"] == "nv"


@pytest.mark.parametrize("name", [GPU_VERIFY, SYNTHETIC_JOB, TEST_POD])
def test_cdi_is_asked_of_the_pods(name: str) -> None:
    """The annotation stands at the pods, not at what makes them; the variable in the container."""
    item = manifest(name)
    ask_for_gpu(item, Way("cdi", runtime_class="nvidia-cdi"))
    metadata = item["metadata"] if item["kind"] == "Pod" else item["spec"]["template"]["metadata"]
    assert metadata["annotations"] == {"cdi.k8s.io/edgeproof": "nvidia.com/gpu=all"}
    assert {"name": "NVIDIA_VISIBLE_DEVICES", "value": "nvidia.com/gpu=all"} in environment(item)
    assert pod_spec(item)["runtimeClassName"] == "nvidia-cdi"


NAMES = ("user-worker", "edge-a.lab", "edge-a-lab", "a" * 63, "a" * 62 + "b", "x." * 60 + "y")


@pytest.mark.parametrize("name", NAMES)
def test_object_names_are_dns_labels(name: str) -> None:
    """A node's name, with dots or long, makes a name that a pod may have as its hostname."""
    assert re.fullmatch(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", dns_label("nfs-test-pod", name))


def test_object_names_differ() -> None:
    """Two nodes never get one name; the mission's nodes get the mission's."""
    assert len({dns_label("nfs-test-pod", name) for name in NAMES}) == len(NAMES)
    assert dns_label("nfs-test-pod", "user-worker") == "nfs-test-pod-user-worker"
