"""What the API's objects say of a cluster: nodes, taints, versions, the way to the GPU."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from edgeproof.bundle.samples import plain
from edgeproof.facts.cluster.gpu_way import RuntimeClass, gpu_way
from edgeproof.facts.cluster.members import parse_member
from edgeproof.facts.cluster.pods import parse_pod
from edgeproof.facts.cluster.taints import Taint, Toleration, parse_taint
from edgeproof.facts.node import NodeFacts
from edgeproof.facts.node.identity import Platform
from edgeproof.facts.observed import Blocked, NotApplicable, blank, observed
from edgeproof.facts.reach import Reach
from edgeproof.inventory import Kind, Node
from selftest.facts.clusters import CLUSTERS, cluster_of, read_sample
from selftest.facts.sample import SAMPLES

MADE = [file.stem for file in sorted(CLUSTERS.glob("*.yaml"))]
NODE_OBJECTS = sorted((SAMPLES / "node_object").glob("*.json"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["metadata", "spec", "status", "conditions", "type", "addresses", "labels", "taints", "containers", "resources",
         "limits", "nvidia.com/gpu", "containerStatuses", "state", "terminated", "waiting", "exitCode", "tolerations",
         "ownerReferences", "creationTimestamp", "annotations", "name"]), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip
"""Anything that JSON can say, under the names that are looked for."""


@pytest.mark.parametrize("sample", NODE_OBJECTS, ids=lambda file: file.stem)
def test_node_object(sample: Path) -> None:
    """A Node object gives what stands beside it in YAML; only the fields named there are compared."""
    wanted = yaml.safe_load(sample.with_suffix(".yaml").read_text())
    member = parse_member(json.loads(sample.read_text()))
    found = {field.name: observed(member, field.name) for field in fields(member)}
    found["taints"] = [str(taint) for taint in member.taints]
    assert {name: plain(found[name]) for name in wanted} == wanted


def answer(ask: Callable[[], Any]) -> Any:
    """Give what a cluster answers, as YAML says it; or that it is blocked, or not applicable."""
    try:
        found = ask()
    except Blocked:
        return "blocked"
    except NotApplicable:
        return "not applicable"
    if isinstance(found, tuple):
        return [item if isinstance(item, int) else item if isinstance(item, str) else repr(item) for item in found]
    return found if isinstance(found, bool | int | str) else str(found)


@pytest.mark.parametrize(("name", "question"), [(name, key) for name in MADE for key in read_sample(name)["answers"]])
def test_answer(name: str, question: str, tmp_path: Path) -> None:
    """A cluster answers a check's question, by a property or by a method and a node's name, as its sample says."""
    cluster = cluster_of(name, tmp_path)
    asked, *arguments = question.split()
    found = answer(lambda: getattr(cluster, asked)(*arguments) if arguments else getattr(cluster, asked))
    assert found == read_sample(name)["answers"][question]


def test_registered_elsewhere(tmp_path: Path) -> None:
    """A board that is known by its hostname alone still shows the address under which it is registered."""
    assert cluster_of("other-names", tmp_path).member("user-newworker").addresses == ("10.0.0.9",)


def test_older_name_is_no_member(tmp_path: Path) -> None:
    """Of two Nodes with one board's address the Ready one is the board."""
    assert cluster_of("other-names", tmp_path).member("user-worker").name == "user-worker-1a2b3c4d"


@pytest.mark.parametrize(
    ("toleration", "taint", "covered"),
    [
        (Toleration("", "Exists", "", ""), "a=b:NoExecute", True),
        (Toleration("a", "Exists", "", ""), "a=b:NoSchedule", True),
        (Toleration("a", "", "b", ""), "a=b:NoSchedule", True),
        (Toleration("a", "Equal", "", "NoSchedule"), "a:NoSchedule", True),
        (Toleration("a", "Equal", "c", ""), "a=b:NoSchedule", False),
        (Toleration("a", "Exists", "", "NoSchedule"), "a=b:NoExecute", False),
        (Toleration("", "Equal", "", ""), "a:NoSchedule", False),
        (Toleration("a", "Gt", "1", ""), "a=2:NoSchedule", False),
    ],
)
def test_toleration(toleration: Toleration, taint: str, covered: bool) -> None:
    """A toleration covers what Kubernetes says it covers; an operator that is not known covers nothing."""
    assert toleration.covers(parse_taint(taint)) is covered


@pytest.mark.parametrize("words", ["a=b:NoSchedule", "node-role.kubernetes.io/master:NoExecute"])
def test_taint_reads_as_it_is_written(words: str) -> None:
    """A taint is shown as kubectl takes it."""
    assert str(parse_taint(words)) == words


def test_empty_value_is_no_value() -> None:
    """KEY=:EFFECT and KEY:EFFECT are one taint."""
    assert parse_taint("a=:NoSchedule") == Taint("a", "", "NoSchedule")


NVIDIA, CDI, OTHER = (
    RuntimeClass("nv", "nvidia"),
    RuntimeClass("nvidia-cdi", "nvidia-cdi"),
    RuntimeClass("wasm", "spin"),
)


def test_declared_cdi_names_its_runtime() -> None:
    """Where K3s has a runtime for CDI, pods name its class; else that of the nvidia runtime, and none where there is none."""
    found = [gpu_way("cdi", [], classes, []).runtime_class for classes in ([NVIDIA, CDI], [NVIDIA, OTHER], [OTHER])]
    assert found == ["nvidia-cdi", "nv", ""]


def test_declared_class_is_named_though_absent() -> None:
    """A declared RuntimeClass is asked for, so that its absence is said by the cluster."""
    assert gpu_way("runtime-class", [], [], []).runtime_class == "nvidia"


def test_plugin_alone() -> None:
    """A node that advertises a GPU, and no RuntimeClass: the device plugin."""
    node = {
        "status": {"allocatable": {"nvidia.com/gpu": "1"}, "nodeInfo": {"containerRuntimeVersion": "containerd://2.0"}}
    }
    assert str(gpu_way(None, [parse_member(node)], [OTHER], [])) == "device-plugin (found)"


def board(node: Node, **known: Any) -> NodeFacts:
    """Give the facts of a board that told nothing but this."""
    return blank(NodeFacts, "not asked", name=node.name, declared=node, reach=Reach(), **known)


PC = Platform("x86_64", "6.1", "other", "", "", "", "", "")
WITH_CARD = Platform("x86_64", "6.1", "nvidia", "", "", "", "", "")
NANO = Platform("aarch64", "4.9", "jetson", "tegra210", "NVIDIA Jetson Nano", "32.7.1", "", "4.6.1")


@pytest.mark.parametrize(
    ("known", "kind", "has_none"),
    [
        ({"platform": NANO}, None, False),
        ({"platform": PC}, None, True),
        ({"platform": WITH_CARD}, None, False),
        ({"platform": WITH_CARD}, "other", True),
        ({"platform": PC}, "nvidia", False),
        ({}, None, False),
    ],
)
def test_machine_without_gpu(known: dict[str, Any], kind: Kind | None, has_none: bool, tmp_path: Path) -> None:
    """A machine has no GPU as it is declared; else by what it is. One that told nothing may have one."""
    node = Node(name="user-worker", address="192.168.10.2", role="agent", kind=kind)  # type: ignore[arg-type]
    cluster = cluster_of("mission", tmp_path, {"user-worker": board(node, **known)})
    assert ("user-worker" in cluster.without_gpu) is has_none


def test_advertised_gpu_is_a_gpu(tmp_path: Path) -> None:
    """A machine that is no Jetson and advertises a GPU has one."""
    node = Node(name="one", address="192.168.10.1", role="both")  # type: ignore[arg-type]
    cluster = cluster_of("device-plugin", tmp_path, {"one": board(node, platform=PC)})
    assert cluster.without_gpu == frozenset()


@settings(max_examples=150, deadline=None)
@given(item=st.dictionaries(st.sampled_from(["metadata", "spec", "status"]), JSON, max_size=3))
def test_total(item: dict[str, Any]) -> None:
    """Whatever an object holds, it is parsed."""
    parse_member(item)
    parse_pod(item)
