"""The API server of a replayed cluster: answers about a case's objects, and plays what becomes of those that are made.

Its language, a case's api.yaml (docs/replay-api.md says the same with more words; script.py reads it):

    version: v1.23.17+k3s1        what /version says
    objects: [{kind: Node, …}]    plain Kubernetes objects
    scripts:                      what becomes of a created object, the first whose kind, name and image match
    - kind: DaemonSet             or Pod, Job
      name: gpu-*
      image: "*tensorflow*"
      pods: {"*": running, user-worker: {state: waiting, reason: ImagePullBackOff}, user-other: none}
      indexes: {1: {state: failed, exitCode: 132}}          of a Job; goes before `pods`
    - {kind: PersistentVolumeClaim, phase: [Pending, Bound], events: [{reason: …, message: …}]}
    - {kind: Namespace, account: false, stays: true}
    - {kind: Pod, refuse: {status: 403, message: …}}
    exec:   [{pod, job, node, index, namespace, command, stdout, stderr, status | unreached | refuse}]
    logs:   [{pod, job, node, index, namespace, text | record | refuse}]
    events: [{kind, name, node, type, reason, message}]
    refuse: [{method, url, status, message | body}]
    forbidden: [{verbs: [list], resources: [nodes]}]        what the user may not do, and is told so when he asks
    tokens: [a bearer token that is let in]
    nfs: {files, listing_sha256, options}   gpus: {node: number}   dataset: {count, corrupt}   worker: {a record's values}

A pod's state is one of `script.STATES`, alone or as a mapping; a list of states goes on by one at each look. Who says nothing
has a healthy cluster. Names are patterns (fnmatch); the first rule that matches holds, of nodes the closest.
"""

from selftest.replay.api.server import FakeApi

__all__ = ["FakeApi"]
