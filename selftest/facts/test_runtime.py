"""What the checks of Docker and of the GPU say of nodes put together from samples: who is accused, and with which words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pytest

from edgeproof.diagnose import Advice, advise
from edgeproof.facts.node import NodeFacts, parse_nodes
from edgeproof.facts.node.runtime.docker import parse_docker
from edgeproof.facts.observed import Blocked, NotApplicable, Unobserved
from edgeproof.facts.probe import Output
from edgeproof.inventory import Inventory
from selftest.facts.sample import SAMPLES, read_sample
from tests_cluster import test_6_images
from tests_node import test_5_runtime, test_6_gpu

NODE = "user-desktop"
CHECKS: dict[str, Callable[[NodeFacts], None]] = {
    name.removeprefix("test_"): check
    for module in (test_5_runtime, test_6_gpu, test_6_images)
    for name, check in vars(module).items()
    if name.startswith("test_") and name not in ("test_nfs_client", "test_containerd", "test_cdi", "test_gpu_as_user")
}
OF_GPU = {"daemon_json", "daemon_agrees", "device_query", "devices", "l4t_mount_lists"}
BY_DOCKER = {"docker", "docker_held", "daemon_json", "daemon_agrees", "docker_group", "device_query"}
HEALTHY = {
    "platform": "platform/nano",
    "docker": "docker/held",
    "daemon_json": "daemon_json/good",
    "docker_group": "docker_group/member",
    "device_query": "device_query/pass",
    "worker_image": "worker_image/there",
    "l4t_mount_lists": "l4t_mount_lists/nano",
    "versions": "versions/nano",
    "k3s": "k3s/config-agent",
}
PI = Output("arch aarch64\nkernel 6.6.31-rpi\nmodel Raspberry Pi 4 Model B\n")
PC = Output("arch x86_64\nkernel 6.8.0-45-generic\n")
FOR_PC = Output(f"sha256:{'c' * 64} amd64 null\n")


def raw_of(samples: dict[str, str | Output]) -> dict[str, Any]:
    """Give what a node prints, from samples (a name, or an output itself); the rest as on a healthy Nano."""
    raw = {"gpu_devices": Output("/dev/nvhost-ctrl\n/dev/nvhost-gpu\n/dev/nvmap\n")}
    for name, sample in {**HEALTHY, **samples}.items():
        raw[name] = sample if isinstance(sample, Output) else read_sample((SAMPLES / f"{sample}.txt").read_text(errors="replace"))  # fmt: skip
    return {"outputs": {name: asdict(output) for name, output in raw.items()}}


def facts_of(samples: dict[str, str | Output], declared: dict[str, Any] | None = None, **other: Any) -> NodeFacts:
    """Make the facts of the one node of a cluster that prints this."""
    node = {"address": "192.168.0.10", "role": "both", **(declared or {})}
    inventory = Inventory.model_validate({"nodes": {NODE: node}, **other})
    return parse_nodes({NODE: raw_of(samples)}, inventory)[NODE]


def verdict(facts: NodeFacts) -> dict[str, set[str]]:
    """Run the checks on a node, and give their names by how they ended."""
    ended: dict[str, set[str]] = {"failed": set(), "blocked": set(), "skipped": set(), "passed": set()}
    for name, check in CHECKS.items():
        try:
            check(facts)
            ended["passed"].add(name)
        except AssertionError:
            ended["failed"].add(name)
        except Blocked:
            ended["blocked"].add(name)
        except NotApplicable:
            ended["skipped"].add(name)
    return ended


def advice_on(check: str, facts: NodeFacts) -> Advice:
    """Explain one failure."""
    context = {"node": facts, "inventory": Inventory.model_validate({"nodes": {NODE: facts.declared.model_dump()}})}
    advice = advise("tests_node", check, context)
    assert advice is not None
    return advice


def test_a_healthy_node_passes() -> None:
    """The samples of a healthy Nano are no reason to complain."""
    assert verdict(facts_of({}))["passed"] == set(CHECKS)


DEAD: dict[str, str | Output] = {
    "docker": "docker/dead",
    "docker_group": Output("user docker\nsaid Cannot connect to the Docker daemon\n"),
    "device_query": "device_query/no-daemon",
    "worker_image": "worker_image/no-daemon",
}
ONE_CAUSE: list[tuple[str, dict[str, str | Output], set[str], set[str]]] = [
    ("dead", DEAD, {"docker"}, {"daemon_agrees", "docker_group", "device_query", "worker_image", "worker_image_kind"}),
    ("hosts-twice", DEAD | {"daemon_json": "daemon_json/hosts-twice"}, {"docker"}, {"daemon_agrees", "docker_group", "device_query", "worker_image", "worker_image_kind"}),
    ("dead-by-file", DEAD | {"daemon_json": "daemon_json/comment"}, {"daemon_json"}, {"docker", "daemon_agrees", "docker_group", "device_query", "worker_image", "worker_image_kind"}),
    ("dead-without-program", DEAD | {"daemon_json": "daemon_json/program-missing"}, {"daemon_json"}, {"docker", "daemon_agrees", "docker_group", "device_query", "worker_image", "worker_image_kind"}),
    ("hung", {"docker": "docker/hung", "docker_group": "docker_group/hung", "device_query": Output("", "", 124), "worker_image": Output("", "", 124)}, set(), {"docker", "daemon_agrees", "docker_group", "device_query", "worker_image", "worker_image_kind"}),
    ("not-installed", {"docker": "docker/absent", "daemon_json": "daemon_json/absent", "docker_group": Output("user\nsaid sh: docker: not found\n"), "device_query": Output("sh: docker: not found\n", "", 125), "worker_image": Output("sh: docker: not found\n", "", 127)}, {"docker"}, {"daemon_json", "daemon_agrees", "docker_group", "device_query", "worker_image", "worker_image_kind"}),
    ("invalid-but-running", {"daemon_json": "daemon_json/trailing-comma"}, {"daemon_json"}, {"device_query"}),
    ("no-default", {"daemon_json": "daemon_json/no-default", "docker": Output((SAMPLES / "docker/held.txt").read_text().replace('"DefaultRuntime":"nvidia"', '"DefaultRuntime":"runc"'))}, {"daemon_json"}, {"daemon_agrees", "device_query"}),
    ("program-missing", {"daemon_json": "daemon_json/program-missing", "device_query": "device_query/hook-failed"}, {"daemon_json"}, {"device_query"}),
    ("not-registered", {"docker": "docker/nvidia-not-registered", "device_query": "device_query/runtime-unknown"}, {"daemon_agrees"}, {"device_query"}),
    ("lists-missing", {"l4t_mount_lists": "l4t_mount_lists/none", "device_query": "device_query/code-35"}, {"l4t_mount_lists"}, {"device_query"}),
    ("no-devices", {"gpu_devices": Output(""), "device_query": "device_query/code-38"}, {"devices"}, {"device_query"}),
    ("mark-and-old-docker", {"daemon_json": "daemon_json/byte-order-mark"}, {"daemon_json"}, {"device_query"}),
    ("no-result", {"device_query": "device_query/cut"}, set(), {"device_query"}),
    ("too-long", {"device_query": "device_query/too-long"}, set(), {"device_query"}),
    ("no-image", {"device_query": "device_query/no-image"}, {"device_query"}, set()),
    ("outsider", {"docker_group": "docker_group/outsider"}, {"docker_group"}, set()),
    ("free-to-upgrade", {"docker": "docker/free-to-upgrade"}, {"docker_held"}, set()),
]  # fmt: skip


@pytest.mark.parametrize(("samples", "failed", "blocked"), [row[1:] for row in ONE_CAUSE], ids=[row[0] for row in ONE_CAUSE])  # fmt: skip
def test_one_cause_one_accusation(samples: dict[str, str | Output], failed: set[str], blocked: set[str]) -> None:
    """What is broken fails where it is broken; what rests on it is blocked, and the rest passes."""
    found = verdict(facts_of(samples))
    assert (found["failed"], found["blocked"]) == (failed, blocked)


NEW_DOCKER = Output((SAMPLES / "docker/held.txt").read_text().replace("20.10.7", "27.1.1"))
DIFFERENT: list[tuple[str, dict[str, str | Output], set[str], set[str]]] = [
    ("from-snap", {"docker": "docker/snap", "daemon_json": "daemon_json/elsewhere"}, set(), {"docker_held"}),
    ("snap-without-file", {"docker": "docker/snap", "daemon_json": "daemon_json/absent"}, set(), {"docker_held"}),
    ("no-unit-known", {"docker": "docker/answers-without-unit", "daemon_json": "daemon_json/absent"}, {"docker"}, {"docker_held"}),
    ("by-flags", {"daemon_json": "daemon_json/by-flags"}, set(), set()),
    ("no-file-daemon-decides", {"daemon_json": "daemon_json/absent"}, set(), set()),
    ("cdi-runtime", {"daemon_json": "daemon_json/cdi-runtime"}, set(), set()),
    ("wrapper-script", {"daemon_json": "daemon_json/wrapper-script"}, set(), set()),
    ("pinned", {"docker": "docker/pinned"}, set(), set()),
    ("by-its-socket", {"docker": "docker/by-its-socket"}, set(), set()),
    ("mark-and-new-docker", {"daemon_json": "daemon_json/byte-order-mark", "docker": NEW_DOCKER}, set(), set()),
    ("utf-16-and-new-docker", {"daemon_json": "daemon_json/utf-16", "docker": NEW_DOCKER}, set(), set()),
    ("cdi-in-place-of-lists", {"l4t_mount_lists": "l4t_mount_lists/by-cdi"}, set(), {"l4t_mount_lists"}),
    ("no-gpu", {"platform": PI, "docker": Output((SAMPLES / "docker/held.txt").read_text().replace('"DefaultRuntime":"nvidia"', '"DefaultRuntime":"runc"')), "daemon_json": "daemon_json/absent", "gpu_devices": Output(""), "l4t_mount_lists": Output(""), "device_query": "device_query/no-image"}, set(), OF_GPU | {"docker_held"}),
    ("a-card", {"platform": Output(f"{PC.stdout}nvidia\n"), "worker_image": FOR_PC, "gpu_devices": Output("/dev/nvidia0\n/dev/nvidiactl\n"), "l4t_mount_lists": Output("")}, set(), {"docker_held", "l4t_mount_lists"}),
]  # fmt: skip


@pytest.mark.parametrize(("samples", "blocked", "skipped"), [row[1:] for row in DIFFERENT], ids=[row[0] for row in DIFFERENT])  # fmt: skip
def test_different_is_not_broken(samples: dict[str, str | Output], blocked: set[str], skipped: set[str]) -> None:
    """A node that is healthy in another way than ours is not accused."""
    found = verdict(facts_of(samples))
    assert (found["failed"], found["blocked"], found["skipped"]) == (set(), blocked, skipped)


def test_a_broken_file_fails_without_a_gpu_too() -> None:
    """On a Pi, dockerd must take its file, whatever it says of nvidia."""
    assert verdict(facts_of({"platform": PI, "daemon_json": "daemon_json/comment"}))["failed"] == {"daemon_json"}


@pytest.mark.parametrize(("kind", "failed"), [("jetson", {"devices"}), ("nvidia", {"devices"}), ("other", set())])
def test_the_declared_kind_counts(kind: str, failed: set[str]) -> None:
    """A machine that shows no GPU fails where cluster.yaml says that it has one."""
    bare: dict[str, str | Output] = {
        "platform": PC,
        "worker_image": FOR_PC,
        "gpu_devices": Output(""),
        "device_query": "device_query/code-100",
    }
    assert verdict(facts_of(bare, {"kind": kind}))["failed"] == failed


def test_several_objects_by_version() -> None:
    """Docker 20 takes the first object and no more; Docker 23 and later do not start."""
    appended = Output((SAMPLES / "daemon_json/good.txt").read_text() + '{"debug": true}\n')
    assert verdict(facts_of({"daemon_json": appended}))["failed"] == set()
    assert verdict(facts_of({"daemon_json": appended, "docker": NEW_DOCKER}))["failed"] == {"daemon_json"}


def test_a_mark_is_no_plain_pass_where_the_version_is_unknown() -> None:
    """Without Docker's version, nobody knows whether it reads the mark."""
    hung = Output((SAMPLES / "docker/hung.txt").read_text().replace("package docker.io", "package other"), "", 124)
    assert "daemon_json" in verdict(facts_of({"docker": hung, "daemon_json": "daemon_json/byte-order-mark"}))["blocked"]


def test_nothing_of_docker_is_asked_where_pods_run_on_containerd() -> None:
    """Where cluster.yaml says containerd, Docker may be there or not; lists and device nodes still count."""
    facts = facts_of(dict(DEAD), kubernetes={"runtime": "containerd"})
    found = verdict(facts)
    assert (found["skipped"], found["failed"]) == (BY_DOCKER, set())
    with pytest.raises(NotApplicable, match=r"cluster\.yaml says runtime: containerd"):
        _ = facts.docker


@pytest.mark.parametrize(("way", "skipped"), [("cdi", True), ("runtime-class", True), ("default-runtime", False)])
def test_a_default_runtime_is_asked_for_where_pods_do_not_ask(way: str, skipped: bool) -> None:
    """Pods that ask for the GPU themselves need no default runtime."""
    found = verdict(facts_of({"daemon_json": "daemon_json/no-default"}, kubernetes={"gpu": way}))
    assert ("daemon_json" in found["skipped"]) is skipped


WORDS: list[tuple[str, dict[str, str | Output], str, str, list[str]]] = [
    ("docker", DEAD | {"daemon_json": "daemon_json/hosts-twice"}, "hosts", "", ["no-driver"]),
    ("docker", DEAD, "Docker does not run", "", ["hosts"]),
    ("docker", {"docker": "docker/dead-with-journal"}, "iptables v1.8.7 (nf_tables)", "iptables-nft", ["not in the catalogue"]),
    ("docker", {"docker": "docker/rootless"}, "/run/user/1000/docker.sock", "", ["apt-get install"]),
    ("docker", {"docker": "docker/podman"}, "/run/podman/podman.sock", "", ["apt-get install"]),
    ("docker", {"docker": "docker/client-alone"}, "without a daemon", "", ["apt-get install"]),
    ("docker_held", {"docker": "docker/free-to-upgrade"}, "docker-ce", "docker-clone3", ["docker.io", "containerd"]),
    ("daemon_json", {"daemon_json": "daemon_json/zero-width-space"}, "U+200B ZERO WIDTH SPACE", "daemon-json-invalid", ["tee"]),
    ("daemon_json", {"daemon_json": "daemon_json/bool-in-quotes"}, "live-restore must be true or false", "daemon-json-invalid", ["tee"]),
    ("daemon_json", {"daemon_json": "daemon_json/default-unregistered"}, "does not start", "runtime-not-registered", ["tee", "containers get runc"]),
    ("daemon_json", {"daemon_json": "daemon_json/program-missing"}, "nvidia-container-runtime is not installed", "", ["tee"]),
    ("daemon_json", {"daemon_json": "daemon_json/no-default"}, "containers get runc", "", ["tee", "nvidia-ctk"]),
    ("daemon_json", {"daemon_json": "daemon_json/no-default", "docker": "docker/free-to-upgrade"}, "containers get runc", "", ["tee", "sudoedit"]),
    ("daemon_json", {"daemon_json": "daemon_json/repeated-key"}, "default-runtime twice", "", ["tee"]),
    ("daemon_agrees", {"docker": "docker/nvidia-not-registered"}, "not registered with the running daemon", "daemon-not-restarted", ["tee"]),
    ("docker_group", {"docker_group": "docker_group/outsider"}, "user is not in the group docker", "docker-group", []),
    ("device_query", {"device_query": "device_query/hook-failed"}, "device or resource busy", "runtime-hook-failed", ["no usable GPU", "--help", "image tag"]),
    ("device_query", {"device_query": "device_query/no-device-query"}, "has no ./deviceQuery", "", ["no usable GPU", "image tag"]),
    ("device_query", {"device_query": "device_query/runtime-unknown"}, "not registered with the daemon", "runtime-not-registered", ["no usable GPU", "image tag"]),
    ("device_query", {"device_query": "device_query/wrong-architecture"}, "another architecture", "wrong-arch-image", ["no usable GPU", "image --rebuild"]),
    ("device_query", {"device_query": "device_query/silent"}, "exit status 127", "", ["no usable GPU"]),
    ("device_query", {"device_query": "device_query/no-image"}, "is not on the node", "", ["no usable GPU"]),
]  # fmt: skip


@pytest.mark.parametrize(("check", "samples", "cause", "row", "never"), WORDS, ids=lambda value: value if isinstance(value, str) else "")  # fmt: skip
def test_cause_and_fix(check: str, samples: dict[str, str | Output], cause: str, row: str, never: list[str]) -> None:
    """The cause is said in the program's own words, under the id that is for it alone; no fix does harm."""
    advice = advice_on(check, facts_of(samples))
    assert cause in advice.cause
    assert advice.id == row
    assert [words for words in never if words in advice.cause + advice.fix] == []


@pytest.mark.parametrize("code", [2, 3, 30, 34, 35, 38, 46, 100, 801, 803, 804, 999])
def test_codes_of_cuda(code: int) -> None:
    """Each code has a meaning; only those that speak of the driver's files bring the id of the image's tag, and that of memory its own."""
    advice = advice_on("device_query", facts_of({"device_query": f"device_query/code-{code}"}))
    assert f"(code {code})" in advice.cause
    rows = {2: "unified-memory-oom", **dict.fromkeys((34, 35, 801, 803, 804), "l4t-image-mismatch")}
    assert advice.id == rows.get(code, "")


def test_worker_images_are_compared_within_one_l4t() -> None:
    """A Nano and an Orin cannot have one image; two Nanos must."""
    other = Output(f"sha256:{'b' * 64} arm64\n")
    orin = Output("arch aarch64\nkernel 5.15.148-tegra\n# R36 (release), REVISION: 4.3, GCID: 1, BOARD: generic\n")
    nodes = {name: {"address": f"192.168.0.{last}", "role": role} for last, (name, role) in enumerate((("a", "both"), ("b", "agent"), ("c", "agent")), 1)}  # fmt: skip
    raw = {
        "a": raw_of({}),
        "b": raw_of({"worker_image": other}),
        "c": raw_of({"platform": orin, "worker_image": other}),
    }
    found = parse_nodes(raw, Inventory.model_validate({"nodes": nodes}))
    assert [verdict(found[name])["failed"] for name in "abc"] == [set(), {"worker_image"}, set()]


@pytest.mark.parametrize("sample", ["dead", "dead-as-json", "dead-docker-28", "rootless", "client-alone"])
def test_docker_s_own_words(sample: str) -> None:
    """What docker says in place of an answer is said, in whichever form it says it."""
    found = parse_docker(read_sample((SAMPLES / "docker" / f"{sample}.txt").read_text()))
    assert not isinstance(found, Unobserved)
    with pytest.raises(Blocked, match=r"docker info says: .*Cannot connect to the Docker daemon at unix:///var/run"):
        _ = found.version


def test_what_restarts_docker_says_so() -> None:
    """On a cluster whose pods run on Docker, restarting it restarts them all."""
    for check, samples in (("daemon_json", {"daemon_json": "daemon_json/no-default"}), ("daemon_agrees", {})):
        advice = advice_on(check, facts_of(dict(samples)))
        assert advice.does == "restarts"
        assert "restarts the containers of every pod" in advice.fix


@pytest.mark.parametrize(
    ("image", "row"),
    [
        ("amd64", "wrong-arch-image"),
        ('arm64 {"edgeproof.l4t":"36","edgeproof.worker":"by-hand"}', "image-for-another-l4t"),
        ('arm64 {"edgeproof.l4t":"32","edgeproof.worker":"by-hand"}', ""),
        ("arm64 null", ""),
    ],
)
def test_worker_image_is_for_this_machine(image: str, row: str) -> None:
    """Its architecture must be the board's, and its L4T, where it says which; a Nano's here."""
    facts = facts_of({"worker_image": Output(f"sha256:{'a' * 64} {image}\n")})
    wanted = facts.worker_image.kind_on(facts.platform.l4t_major) == facts.platform.image_kind
    assert wanted is (row == "")
    advice = advise("tests_cluster", "worker_image_kind", {"agent": facts})
    assert advice is not None
    assert not row or advice.id == row
