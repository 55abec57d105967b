"""What tests_cluster makes in a cluster, against the fake API server: the healthy defaults, and each scripted failure as edgeproof reads it."""

from __future__ import annotations

import json

import pytest

from edgeproof.errors import ConnectError, WorkloadError
from edgeproof.facts.observed import reason
from edgeproof.trial.claim_pods import ClaimPods
from edgeproof.trial.manifests import manifest
from edgeproof.trial.namespace import URLS
from selftest.replay.api.conftest import AGENTS, NODES, Start
from selftest.replay.api.trial_parts import NFS, Own, pod_without_claim, verified

DIALLED = "dial tcp 10.0.0.2:10250: i/o timeout"


def test_healthy_pods(start: Start, own: Own) -> None:
    """A base that says nothing is healthy: a pod on each node, which sees a GPU and reaches all."""
    found = verified(start(), own)
    assert [(pod.complaint, pod.gpus, pod.unreached, pod.api_answers) for pod in found.values()] == [
        ("", 1, (), True)
    ] * 3


def test_all_is_removed(start: Start) -> None:
    """Nothing is left of a namespace, its pods and its volume."""
    served = start(NFS)
    with served.own_namespace() as own:
        ClaimPods(served.inventory, own).start(AGENTS)
        assert own.api.items("/api/v1/pods") != []
    for kind in ("Pod", "PersistentVolumeClaim"):
        assert own.api.items(f"/api/v1/{kind.lower()}s") == []
    assert own.api.items(URLS["PersistentVolume"]) == []
    assert f"edgeproof-{own.run_id}" not in [item["metadata"]["name"] for item in own.api.items(URLS["Namespace"])]


def test_script_by_node(start: Start, own: Own) -> None:
    """A pod waits with the reason and the message of its node's script; another runs; a third is not made."""
    text = """
    scripts:
    - kind: DaemonSet
      name: gpu-*
      pods: {"*": running, user-worker: {state: waiting, reason: ErrImagePull, message: no match for platform}, user-desktop: none}
    """
    found = verified(start(text), own)
    assert "on user-worker: ErrImagePull: no match for platform" in found["user-worker"].complaint
    assert found["user-desktop"].complaint == "the DaemonSet made no pod on user-desktop"
    assert found["user-newworker"].complaint == ""


def test_default_words(start: Start, own: Own) -> None:
    """A kubelet's usual message is filled in with the pod's own image."""
    found = verified(start("scripts: [{kind: DaemonSet, pods: {state: waiting, reason: ImagePullBackOff}}]"), own)
    assert 'Back-off pulling image "nvcr.io/nvidia/l4t-tensorflow' in found["user-worker"].complaint


def test_crash(start: Start, own: Own) -> None:
    """A container that crashes again and again."""
    found = verified(start("scripts: [{kind: DaemonSet, pods: {user-worker: {state: crash, exitCode: 1}}}]"), own)
    assert "CrashLoopBackOff: back-off 5m0s restarting failed container=tf-gpu" in found["user-worker"].complaint


def test_start_error(start: Start, own: Own) -> None:
    """A container that could not be started tells its status, and what it printed."""
    text = """
    scripts:
    - kind: DaemonSet
      pods: {user-worker: {state: terminated, exitCode: 128, reason: StartError, message: hook failed, logs: "no such file\\n"}}
    """
    found = verified(start(text), own)
    assert "exit status 128: StartError" in found["user-worker"].complaint
    assert "  | no such file" in found["user-worker"].complaint


def test_events(start: Start, own: Own) -> None:
    """What the case's events warn of is read, of that node's pod alone."""
    text = """
    scripts: [{kind: DaemonSet, pods: {"user-*worker": {state: waiting}}}]
    events: [{kind: Pod, node: user-worker, reason: FailedMount, message: access denied by server}]
    """
    found = verified(start(text), own)
    assert "FailedMount: access denied by server" in found["user-worker"].complaint
    assert "FailedMount" not in found["user-newworker"].complaint


def test_states_follow_looks(start: Start, own: Own) -> None:
    """A list of states goes on by one at each look."""
    served = start("scripts: [{kind: Pod, pods: [{state: waiting}, running, {state: failed, reason: Evicted}, gone]}]")
    space = own(served)
    space.create(pod_without_claim())
    url = URLS["Pod"].format(space.name)
    looks = [space.api.items(url) for _ in range(4)]
    assert [[pod["status"]["phase"] for pod in pods] for pods in looks] == [["Pending"], ["Running"], ["Failed"], []]


def test_tainted_node_gets_no_pod(start: Start, own: Own) -> None:
    """The DaemonSet controller leaves a node out whose taint its pods do not bear."""
    served = start()
    space = own(served)
    item = manifest("10-gpu-cluster-verify.yaml")
    del item["spec"]["template"]["spec"]["tolerations"]
    space.create(item)
    nodes = [pod["spec"]["nodeName"] for pod in space.api.items(URLS["Pod"].format(space.name))]
    assert sorted(nodes) == sorted(AGENTS)


def test_unscheduled_pod(start: Start, own: Own) -> None:
    """A pod that fits nowhere stays Pending, in the scheduler's words."""
    space = own(start())
    item = pod_without_claim()
    item["spec"]["nodeSelector"] = {"node-type": "gpu"}
    space.create(item)
    words = (
        "0/3 nodes are available: 1 node(s) had taint {node-role.kubernetes.io/master: true}, that the pod didn't tolerate, "
        "2 node(s) didn't match Pod's node affinity/selector."
    )
    (pod,) = space.api.items(URLS["Pod"].format(space.name))
    assert pod["status"]["conditions"][0]["message"] == words
    assert space.warnings("nfs-test-pod") == [f"FailedScheduling: {words}"]


def test_resource_that_no_node_has(start: Start, own: Own) -> None:
    """So does one that asks for a GPU that no node advertises."""
    space = own(start())
    item = pod_without_claim()
    item["spec"]["containers"][0]["resources"] = {"limits": {"nvidia.com/gpu": 1}}
    space.create(item)
    assert "2 Insufficient nvidia.com/gpu" in space.warnings("nfs-test-pod")[0]


def test_runtime_class_that_is_not_there(start: Start, own: Own) -> None:
    """A pod of a RuntimeClass that the cluster does not have is not let in; a DaemonSet of it makes none, and an event says why."""
    space = own(start())
    item = manifest("10-gpu-cluster-verify.yaml")
    item["spec"]["template"]["spec"]["runtimeClassName"] = "nvidia"
    space.create(item)
    assert space.api.items(URLS["Pod"].format(space.name)) == []
    assert 'pod rejected: RuntimeClass "nvidia" not found' in space.warnings("gpu-cluster-verify")[0]


def test_no_gpu(start: Start, own: Own) -> None:
    """A framework that sees no GPU on one node."""
    found = verified(start("gpus: {user-worker: 0}"), own)
    assert (found["user-worker"].gpus, found["user-newworker"].gpus) == (0, 1)


def test_unreached(start: Start, own: Own) -> None:
    """Pods of one node that do not reach others."""
    found = verified(start('exec: [{node: user-worker, unreached: [user-desktop, "kubernetes*"]}]'), own)
    assert found["user-worker"].unreached == ("user-desktop",)
    assert found["user-worker"].api_answers is False
    assert found["user-worker"].gpus == 1


@pytest.mark.parametrize(
    ("program", "wanted"),
    [
        ('print("unreached", name)', "reached a\nunreached b\n"),
        ('"unreached {}: {}".format(name, error)', "reached a\nunreached b: [Errno 113] No route to host\n"),
    ],
)
def test_reasons(start: Start, own: Own, program: str, wanted: str) -> None:
    """Why an address is not reached is told where the program in the pod tells it."""
    space = own(start('exec: [{unreached: {b: "[Errno 113] No route to host"}}]'))
    space.create(pod_without_claim())
    asked = ["python3", "-c", program, json.dumps({"targets": [["a", "10.0.0.1", 80], ["b", "10.0.0.2", 80]]})]
    assert space.api.execute(space.name, "nfs-test-pod", asked) == (wanted, 0)


def test_exec(start: Start, own: Own) -> None:
    """What a command prints is the case's; a long text comes whole, with stderr and its status."""
    served = start(
        f'exec: [{{command: "python3*", stdout: "{"x" * 70000}", stderr: "Illegal instruction", status: 132}}]'
    )
    space = own(served)
    space.create(pod_without_claim())
    text, status = space.api.execute(space.name, "nfs-test-pod", ["python3", "-c", "import numpy"])
    assert (text, status) == ("x" * 70000 + "Illegal instruction", 132)
    assert space.api.execute(space.name, "nfs-test-pod", ["nvidia-smi"])[1] == 127
    assert served.api.undescribed == ["exec: nfs-test-pod on user-worker: nvidia-smi"]


def test_exec_by_runtime_class(start: Start, own: Own) -> None:
    """A rule may be about the pods that name no RuntimeClass: these see no GPU where the default runtime is runc."""
    rule = 'exec: [{runtime_class: "", stdout: "Num GPUs Available: 0"}]'
    space = own(start(f"objects:{NODES}- {{kind: RuntimeClass, metadata: {{name: nvidia}}, handler: nvidia}}\n{rule}"))
    asking = pod_without_claim("asking")
    asking["spec"]["runtimeClassName"] = "nvidia"
    space.create(asking)
    space.create(pod_without_claim("plain"))
    question = ["python3", "-c", "tf.config.list_physical_devices('GPU')"]
    told = [space.api.execute(space.name, pod, question)[0].strip() for pod in ("asking", "plain")]
    assert told == ["Num GPUs Available: 1", "Num GPUs Available: 0"]


@pytest.mark.parametrize(
    ("late", "words", "told"),
    [
        ("false", f"error dialing backend: {DIALLED}", f"error dialing backend: {DIALLED}"),
        (
            "true",
            f'error sending request: Post "https://10.0.0.2:10250/exec/a/b/c?command={"x" * 400}": {DIALLED}',
            f'Internal error occurred: error sending request: Post "https://10.0.0.2:10250/exec/a/b/c": {DIALLED}',
        ),
    ],
    ids=["1.23", "1.34"],
)
def test_exec_that_the_kubelet_does_not_answer(start: Start, own: Own, late: str, words: str, told: str) -> None:
    """A kubelet whose port is shut is an error of edgeproof's, with the API server's words: at once, or as the stream ends."""
    rule = f"{{node: user-worker, refuse: {{status: 500, late: {late}, message: '{words}'}}}}"
    found = verified(start(f"exec: [{rule}]"), own)
    assert found["user-newworker"].gpus == 1
    assert found["user-worker"].refused.endswith(f"answered 500: {told}")
    assert "exec_in_pod" in (reason(found["user-worker"], "gpus") or "")


def test_logs(start: Start, own: Own) -> None:
    """A pod's log is the case's, its last lines on request; of one that waits there is none."""
    served = start(
        'logs: [{pod: nfs-*, text: "one\\ntwo\\nthree\\n"}]\nscripts: [{kind: Pod, name: wait*, pods: {state: waiting}}]'
    )
    space = own(served)
    for name in ("nfs-test-pod", "waiting"):
        space.create(pod_without_claim(name))
    assert space.api.logs(space.name, "nfs-test-pod") == "one\ntwo\nthree\n"
    assert space.api.logs(space.name, "nfs-test-pod", 2) == "two\nthree\n"
    with pytest.raises(ConnectError, match="is waiting to start: ContainerCreating"):
        space.api.logs(space.name, "waiting")


def test_refused_object(start: Start, own: Own) -> None:
    """An object that the cluster refuses is refused in the case's words."""
    served = start("scripts: [{kind: DaemonSet, refuse: {status: 403, message: 'exceeded quota'}}]")
    with pytest.raises(ConnectError):
        verified(served, own)


def test_namespace_without_account(start: Start, own: Own) -> None:
    """A namespace that gets no service account can have no pods, and edgeproof says so."""
    with pytest.raises(WorkloadError, match="got no service account"):
        own(start("scripts: [{kind: Namespace, account: false}]"))


def test_namespace_that_stays(start: Start) -> None:
    """A namespace that hangs in Terminating is told, with the pod that holds it."""
    served = start("scripts: [{kind: Pod, stays: true}]")
    own = served.own_namespace()
    with pytest.raises(WorkloadError, match=r"does not go away .*: namespace .*, pod .* on user-worker"), own:
        own.create(manifest("10-gpu-cluster-verify.yaml"))


def test_pod_made_anew_in_a_namespace_that_ends(start: Start) -> None:
    """A pod that waits for its node for good, whose first delete did nothing, is deleted again."""
    served = start("scripts: [{kind: Pod, stays: once}]")
    with served.own_namespace() as own:
        own.create(manifest("10-gpu-cluster-verify.yaml"))
    assert own.name not in [item["metadata"]["name"] for item in own.api.items(URLS["Namespace"])]


def test_node_that_is_not_ready(start: Start, own: Own) -> None:
    """A DaemonSet's pod on a node whose kubelet is silent stays Pending, and other pods do not go there."""
    objects = (
        "objects: [{kind: Node, metadata: {name: user-worker}, status: {conditions: [{type: Ready, status: Unknown}]}}]"
    )
    space = own(start(objects))
    space.create(manifest("10-gpu-cluster-verify.yaml"))
    item = pod_without_claim()
    item["spec"]["nodeSelector"] = {}
    space.create(item)
    daemon, other = space.api.items(URLS["Pod"].format(space.name))
    assert (daemon["status"]["phase"], daemon["spec"]["nodeName"]) == ("Pending", "user-worker")
    assert "containerStatuses" not in daemon["status"]
    assert "had taint {node.kubernetes.io/unreachable: }" in other["status"]["conditions"][0]["message"]
