"""The add-ons' images are named after what go.mod builds, and the manifests deploy those images."""

from __future__ import annotations

import re

import yaml

from lab.images.addons import FILES, PROGRAMS
from lab.images.container_images import NAMES
from lab.places import SOURCE

MODULES = {
    "coredns": "github.com/coredns/coredns",
    "local-path-provisioner": "github.com/rancher/local-path-provisioner",
}


def deployed() -> set[str]:
    """Name every image in the manifests."""
    texts = [file.read_text() for file in (SOURCE / "node" / "manifests").glob("*.yaml")]
    return {name for text in texts for name in re.findall(r'image: "?([^\s",}]+)', text)}


def test_versions() -> None:
    """An image's tag is the module's version."""
    required = dict(re.findall(r"^\s*(?:require )?(\S+) (v\S+)", (FILES / "go.mod").read_text(), re.M))
    for program in PROGRAMS:
        assert program.image.rsplit(":", 1)[1].lstrip("v") == required[MODULES[program.name]].lstrip("v")
    assert all(program.linked.endswith(required[MODULES[program.name]]) for program in PROGRAMS if program.linked)


def test_images() -> None:
    """What is deployed is what nodes load: neither needs a registry."""
    assert deployed() == {program.image for program in PROGRAMS} | {NAMES["local_path_helper"]}


def test_manifests() -> None:
    """Every one is YAML, and its deployments tolerate a server's taint."""
    for file in (SOURCE / "node" / "manifests").glob("*.yaml"):
        objects = list(yaml.safe_load_all(file.read_text()))
        (deployment,) = [each for each in objects if each["kind"] == "Deployment"]
        tolerated = {each["key"] for each in deployment["spec"]["template"]["spec"]["tolerations"]}
        assert {"node-role.kubernetes.io/master", "node-role.kubernetes.io/control-plane"} <= tolerated
