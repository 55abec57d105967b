"""Whether an agent has room for one pod of each workload, told before any job is made, where a job would wait until its time limit."""

from __future__ import annotations

from edgeproof.facts.cluster import ClusterFacts
from edgeproof.facts.cluster.members import GPU
from edgeproof.facts.node import NodeFacts
from edgeproof.facts.observed import Blocked, NotApplicable, reason
from edgeproof.trial.manifests import pod_spec
from edgeproof.workload.jobs import nfs_job, synthetic_job


def lacking_for_workers(cluster: ClusterFacts, agent: NodeFacts) -> tuple[str, ...]:
    """Say what an agent lacks for one pod of each workload, as the jobs are made; nothing where it has room.

    Blocked where another check tells why it takes none; not applicable on one that is to get none. That the images can be mounted is
    the storage checks' to tell.
    """
    name = agent.name
    if why := cluster.takes_no_work(name) or _no_image(agent):
        raise Blocked(why)
    if name in cluster.without_gpu and cluster.gpu_way.is_asked_for:
        raise NotApplicable(f"{name} has no GPU, and pods ask for one ({cluster.gpu_way})")
    if cluster.gpu_way.name == "device-plugin" and name not in cluster.giving_no_gpu and not cluster.member(name).gpus:
        raise Blocked(f"{name} advertises no {GPU} (see the check gpu_advertised)")
    jobs = [synthetic_job(cluster, [name])]
    if not cluster.declared.storage.absent:
        jobs.append(nfs_job(cluster, [name], "inference-nfs"))
    return tuple(dict.fromkeys(lack for job in jobs for lack in cluster.lacks(name, pod_spec(job))))


def _no_image(agent: NodeFacts) -> str:
    """Say that the worker image is known not to be there: imagePullPolicy Never fetches none."""
    known = not reason(agent, "worker_image") and not reason(agent.worker_image, "id")
    return (
        f"{agent.name} has no worker image (see the check worker_image)" if known and not agent.worker_image.id else ""
    )
