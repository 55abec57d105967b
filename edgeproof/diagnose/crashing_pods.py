"""What is known of pods that are ready at the moment, and crash again and again."""

from __future__ import annotations

from edgeproof.diagnose.advice import Advice
from edgeproof.facts.cluster import ClusterFacts


def crashing(cluster: ClusterFacts) -> Advice:
    """Tell how often each was started again, and when it last crashed; its log of before says why."""
    pods = cluster.crashing_system_pods
    said = "; ".join(
        f"{pod!r} on {cluster.board(pod.node)}: {pod.restarts} restarts, the last crash at {pod.crashed_at:%H:%M} UTC"
        for pod in pods
    )
    first = f"-n {pods[0].namespace}"
    return Advice(
        f"pods of the system are ready at the moment, and crash again and again: {said}",
        f"kubectl {first} logs {pods[0].name} --previous --tail=30; kubectl {first} describe pod {pods[0].name}",
        does="reads",
    )
