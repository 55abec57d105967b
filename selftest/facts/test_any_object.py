"""Objects of the API with anything in place of any part of them, and words of pods, mounts and journals changed anywhere: no parser raises."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from edgeproof.facts.cluster import parse_cluster
from edgeproof.facts.cluster.claims import misfit, parse_claims
from edgeproof.facts.cluster.gpu_way import parse_runtime_class
from edgeproof.facts.cluster.members import parse_member
from edgeproof.facts.cluster.objects import parse_volume
from edgeproof.facts.cluster.pods import parse_pod
from edgeproof.facts.node.exports import parse_exports
from edgeproof.facts.node.journal import last_error
from edgeproof.inventory import load_inventory
from edgeproof.trial.claim_pods import parse_listing
from edgeproof.trial.mounts import parse_mount
from edgeproof.trial.verify_pods import parse_reached
from selftest.facts.clusters import ASKED_AT, CLUSTERS, NETWORK, read_sample
from selftest.facts.sample import SAMPLES
from selftest.facts.test_parsers import changed, derived

POD = json.loads((SAMPLES / "pod" / "running.json").read_text())
CLAIM = {
    "metadata": {"name": "nfs-images-pvc", "namespace": "default", "uid": "1"},
    "spec": {
        "accessModes": ["ReadWriteMany"],
        "storageClassName": "",
        "volumeName": "pv-1",
        "resources": {"requests": {"storage": "1Gi"}},
    },
    "status": {"phase": "Pending", "accessModes": ["ReadWriteMany"], "capacity": {"storage": "1Gi"}},
}
VOLUMES = [
    {
        "metadata": {"name": "pv-1"},
        "spec": {
            "nfs": {"server": "10.0.0.1", "path": "/a"},
            "mountOptions": ["hard"],
            "accessModes": ["ReadWriteMany"],
            "capacity": {"storage": "1Gi"},
            "claimRef": {"namespace": "default", "name": "nfs-images-pvc", "uid": "1"},
        },
        "status": {"phase": "Bound"},
    },
    {
        "metadata": {"name": "pv-2"},
        "spec": {"csi": {"driver": "nfs.csi.k8s.io", "volumeAttributes": {"server": "nas", "share": "/b"}}},
        "status": {"phase": "Bound"},
    },
]
EVENT = {
    "involvedObject": {"kind": "PersistentVolumeClaim", "namespace": "default", "name": "nfs-images-pvc"},
    "lastTimestamp": "2026-02-03T04:05:06Z",
    "message": "waiting for a volume to be created",
}
RUNTIME_CLASS = {"metadata": {"name": "nvidia"}, "handler": "nvidia"}
NODE = json.loads((SAMPLES / "node_object" / "nano.json").read_text())

OBJECTS: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    "node": (NODE, parse_member),
    "pod": (POD, parse_pod),
    "volume": (VOLUMES[0], parse_volume),
    "csi volume": (VOLUMES[1], parse_volume),
    "claim and event": (
        [CLAIM, EVENT],
        lambda pair: [misfit(claim, [parse_volume(VOLUMES[0])]) for claim in parse_claims([pair[0]], [pair[1]])],
    ),
    "volume of a claim": (VOLUMES[0], lambda volume: misfit(parse_volume(CLAIM), [parse_volume(volume)])),
    "runtime class": (RUNTIME_CLASS, parse_runtime_class),
}
"""Each kind of object as it is, and what reads it."""

ANYTHING: tuple[Any, ...] = (
    None, True, 0, -1, 10**300, 1.5, "", "²", "9" * 5000, "\0", "a\x1b[31mb", [], {}, [[]], [None], [1, "a"], {"a": None}, {"name": []},
)  # fmt: skip
"""What may stand where something else is documented."""


def places(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give the path to every part of an object."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield (*above, key)
        yield from places(part, (*above, key))


def with_part(value: Any, place: tuple[Any, ...], instead: Any) -> Any:
    """Give a copy of an object with another part at a place."""
    new = copy.deepcopy(value)
    at = new
    for key in place[:-1]:
        at = at[key]
    at[place[-1]] = instead
    return new


def stays_read(place: tuple[Any, ...], kind: str) -> bool:
    """Tell whether what stands there is an object still: the API's client passes over items that are none."""
    return not (kind == "claim and event" and len(place) == 1)


@pytest.mark.parametrize("kind", OBJECTS)
def test_anything_in_any_place(kind: str) -> None:
    """Whatever stands in the place of any part of an object, it is parsed, and what is derived of it has an answer."""
    value, parse = OBJECTS[kind]
    for place in places(value):
        for instead in ANYTHING if stays_read(place, kind) else ():
            derived(parse(with_part(value, place, instead)))


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_cluster_with_anything(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A whole cluster of which three parts are something else is parsed, and answers for all that it is asked."""
    name = data.draw(st.sampled_from(sorted(file.stem for file in CLUSTERS.glob("*.yaml"))))
    sample = read_sample(name)
    told = {
        "nodes": sample["nodes"],
        "pods": sample.get("pods", []),
        "persistent_volumes": VOLUMES,
        "claims": [CLAIM],
        "claim_events": [EVENT],
    }
    for _ in range(3):
        inner = [place for place in places(told) if len(place) > 2]
        told = with_part(told, data.draw(st.sampled_from(inner)), data.draw(st.sampled_from(ANYTHING)))
    raw = {
        "reach": {},
        "forbidden": {},
        "asked_at": ASKED_AT,
        "version": {"gitVersion": sample["version"]},
        "runtime_classes": {"found": {"items": [RUNTIME_CLASS]}, "refused": 0, "said": ""},
        "service": {"found": {"spec": {"clusterIP": "10.43.0.1", "ports": [{"port": 443}]}}, "refused": 0, "said": ""},
        "dns": {"found": {"spec": {"clusterIP": "10.43.0.10"}}, "refused": 0, "said": ""},
        "network_policies": {
            "found": {"items": [{"metadata": {"namespace": "default", "name": "deny-all"}}]},
            "refused": 0, "said": "",
        },
        **told,
    }
    file = tmp_path_factory.mktemp("cluster") / "cluster.yaml"
    file.write_text(yaml.safe_dump({"network": NETWORK, **sample["inventory"]}, sort_keys=False))
    derived(parse_cluster(raw, {}, load_inventory(file)))


LISTING = f"12\n{'ab' * 32}\n"
REACHED = "reached user-worker\nunreached user-newworker: timed out\n"
JOURNAL = (
    'time="2026-01-05T08:59:52+01:00" level=fatal msg="no \\"docker\\""\nE0105 08:59:52.1 1 kubelet.go:1] failed\n'
)
EXPORTS = "/nfs/images 192.168.10.0/24(rw,sync,no_root_squash) \\\n  10.0.0.1(ro)\n"
MOUNTS = [file.read_text() for file in sorted((SAMPLES / "trial_mount").glob("*.txt"))]
WORDS: dict[str, tuple[list[str], Callable[[str], Any]]] = {
    "listing": ([LISTING], parse_listing),
    "reached": ([REACHED], lambda text: parse_reached(text, ["user-worker", "user-newworker"])),
    "journal": ([JOURNAL], lambda text: last_error(text.splitlines())),
    "exports": ([EXPORTS], parse_exports),
    "mount": (MOUNTS, lambda text: parse_mount(text, 32)),
}
"""Texts that no parser of a node's facts reads as a whole, and what reads them."""


@pytest.mark.parametrize("kind", WORDS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_words_changed(kind: str, data: st.DataObject) -> None:
    """Cut anywhere, changed anywhere, in another language or with colours: something is read, and nothing raises."""
    texts, parse = WORDS[kind]
    text = data.draw(st.sampled_from(texts))
    text = text[: data.draw(st.integers(0, len(text)))] if data.draw(st.booleans()) else text
    for _ in range(data.draw(st.integers(1, 3))):
        text = changed(text, data.draw)
    derived(parse(text))


@pytest.mark.parametrize("kind", WORDS)
def test_words_without_end(kind: str) -> None:
    """Ten million characters, with and without line ends, are read in bounded time."""
    texts, parse = WORDS[kind]
    for text in (texts[0], texts[0].replace("\n", " ")):
        parse(text * (10_000_000 // len(text)))


def test_samples_are_there() -> None:
    """What is changed is what the samples hold."""
    assert Path(SAMPLES / "pod").is_dir()
    assert len(MOUNTS) > 5
    assert len(list(places(NODE))) > 20
