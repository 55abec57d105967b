"""Every time limit of the suite, in seconds, in one place."""

from __future__ import annotations

SSH_CONNECT_S = 8.0
"""TCP connection, key exchange and authentication, each."""

NODE_SCRIPT_S = 60.0
"""One node's whole fact script."""

SNIPPET_S = 5.0
"""One fact's snippet, where the fact sets no limit of its own."""

DEVICE_QUERY_S = 40.0
"""A deviceQuery container from start to exit; a Nano's SD card makes the first start slow."""

API_CALL_S = 10.0
"""One call to the API server."""

SCRIPT_GRACE_S = 3.0
"""What a script may take beside its longest snippet: login, sudo, collecting."""

PODS_READY_S = 120.0
"""From making pods to the last of them running; a Nano's kubelet needs seconds for each."""

POD_WARNED_S = 15.0
"""A pod that waits this long and is warned about waits in vain."""

POD_EXEC_S = 30.0
"""One command in a pod."""

NAMESPACE_GONE_S = 60.0
"""From deleting a namespace to its end."""

CLAIM_BOUND_S = 30.0
"""From making a volume and a claim on it to their being bound; the binder makes a round every 15 s."""

TRIAL_MOUNT_S = 20.0
"""One NFS mount by hand, looked at and unmounted."""

POLL_S = 0.5
"""Between two looks at something that is waited for."""

IMAGE_BUILD_S = 1800.0
"""Building the worker image on a board, its base image and weights included."""

IMAGE_SEND_S = 1800.0
"""Sending the worker image to one agent and loading it."""

JOB_START_S = 120.0
"""From making a job to its last pod running."""

NODE_LOST_S = 10.0
"""A node that is not Ready for this long, while it should work, is lost to the job (Kubernetes itself waits 40 s first)."""

JOB_S = 3600.0
"""A whole job."""

STALE_RUN_S = 7200.0
"""What a run left, and whose process cannot be asked, is stale after this long."""
