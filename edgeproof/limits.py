"""Every time limit of the suite, in seconds, in one place; and how many connections are open at once."""

from __future__ import annotations

import os

MOST_SCALE = 10.0


def waiting_scale(text: str) -> float:
    """Read what the limits of waiting are multiplied by; ends the program, with a line, where that is no such number."""
    try:
        scale = float(text)
    except ValueError:
        scale = 0.0
    if not 0 < scale <= MOST_SCALE:
        raise SystemExit(f"edgeproof: EDGEPROOF_LIMITS_SCALE={text}: not a number over 0 and at most {MOST_SCALE:g}")
    return scale


SCALE = waiting_scale(os.environ.get("EDGEPROOF_LIMITS_SCALE") or "1")
"""Of waiting for what the cluster makes: selftests on replayed clusters, which make it at once, wait less."""

SSH_CONNECT_S = 8.0
"""TCP connection, key exchange and authentication, each."""

SSH_CONFIG_S = 8.0
"""ssh -G, one host's settings; a configuration may run programs for it (Match exec)."""

SHORT_COMMAND_S = 16.0
"""One quick command on a node, over a connection that stands: `df`, `cat`, `docker image inspect`."""

NODE_SCRIPT_S = 60.0
"""One node's whole fact script."""

SNIPPET_S = 5.0
"""One fact's snippet, where the fact sets no limit of its own."""

SLOW_SNIPPET_S = 5.0
"""A snippet that may take longer than this runs beside the others."""

KILL_S = 1.0
"""From a snippet's SIGTERM to its SIGKILL (timeout(1), -k)."""

OVER_CURRENT_PAUSE_S = SCALE * 1.0
"""Between two readings of the over-current counters: a supply that is too weak at rest raises them several times a second."""

OVER_CURRENT_S = 6.0
"""Both readings; longer than a slow snippet, so that the pause runs beside the others."""

K3S_VERSION_S = 3.0
"""`k3s --version`: a program of 60 MB that a slow card reads first."""

K3S_SETTLED_S = 60.0
"""A K3s that systemd has started again several times counts as running once it has run for this long."""

K3S_STARTS_S = 300.0
"""A K3s that has been starting for longer than this waits for something: it is not up within a minute."""

IPTABLES_S = 2.0
"""All rules of one backend of iptables: some thousands in a large cluster."""

DOCKER_ASK_S = 10.0
"""One question to a node's Docker daemon: `docker info`, `docker version`, `docker image inspect`."""

CLOCKS_APART_S = 1.0
"""Clocks that are surely further apart than this do not have one time: well above what NTP leaves over a LAN, well below what TLS minds."""

CLOCK_ASK_S = 1.0
"""One question to the program that keeps a node's clock; it asks no other machine for its answer."""

CLOCK_SETTLES_S = 600.0
"""After its boot a node's clock may still be unsynchronised: systemd-timesyncd tries for half a minute a server, and again (timesyncd.conf(5))."""

PING_S = 2.0
"""From a ping to its answer."""

NEIGHBOUR_S = 4.0
"""After a silent ping, until the kernel has asked the neighbour itself (delay_first_probe_time is 5 s, arp(7))."""

ANSWERS_S = 8.0
"""Both pings one after the other, and some air."""

DNS_S = 2.0
"""From a name server's question to its answer."""

PORT_S = 3.0
"""From asking for a TCP connection to its being there."""

PORTS_S = 9.0
"""A port asked in two ways, one after the other, and some air."""

JOURNAL_S = 4.0
"""The last lines of a service's journal since boot."""

SENSORS_S = 3.0
"""The first line of tegrastats, which prints one each half second."""

DEVICE_QUERY_S = 40.0
"""A deviceQuery container from start to exit; a Nano's SD card makes the first start slow."""

BUNDLE_FILES_S = 30.0
"""Reading the files of a node for a bundle."""

API_CALL_S = 10.0
"""One call to the API server."""

API_LOGIN_S = 30.0
"""A program that a kubeconfig names to log in (exec), which may ask a server far away."""

PODS_READY_S = SCALE * 120.0
"""From making pods to the last of them running; a Nano's kubelet needs seconds for each."""

POD_WARNED_S = SCALE * 15.0
"""A pod that waits this long and is warned about waits in vain."""

YOUNG_POD_S = 120.0
"""A system's pod that is younger than this may not be ready yet without being sick."""

LATELY_S = 3600.0
"""A crash of a system's pod within this time is a recent one."""

POD_EXEC_S = 30.0
"""One command in a pod."""

POD_REACH_S = 3.0
"""A TCP connection from one pod to another, or to the API's service."""

ACCOUNT_S = SCALE * 60.0
"""From making a namespace to its service account, without which no pod can be made."""

NAMESPACE_GONE_S = SCALE * 60.0
"""From deleting a namespace to its end."""

CLAIM_BOUND_S = SCALE * 30.0
"""From making a volume and a claim on it to their being bound; the binder makes a round every 15 s."""

NFS_ANSWER_S = 5.0
"""From asking a mounted NFS for its size to the answer; one that hangs is killed then."""

NFS_MOUNTS_S = 8.0
"""All NFS mounts of a node, asked side by side, with what it takes to kill those that hang."""

TRIAL_MOUNT_S = 20.0
"""The mount itself of an NFS mount by hand."""

TRIAL_MOUNT_LOOK_S = 5.0
"""Listing what is mounted: a server that is gone must not hang it."""

TRIAL_MOUNT_ANSWER_S = 5.0
"""From an NFS request of the trial mount to its being sent again (nfs(5), timeo, there in tenths)."""

TRIAL_MOUNT_WHOLE_S = 30.0
"""The mount by hand with all that belongs to it: mounting, looking, unmounting."""

POLL_S = SCALE * 0.5
"""Between two looks at something that is waited for."""

IMAGE_BUILD_S = 1800.0
"""Building the worker image on a board, its base image and weights included."""

IMAGE_SEND_S = 1800.0
"""Sending the worker image to one agent and loading it."""

JOB_START_S = SCALE * 120.0
"""From making a job to its last pod running."""

NODE_LOST_S = SCALE * 10.0
"""A node that is not Ready for this long, while it should work, is lost to the job (Kubernetes itself waits 40 s first)."""

SERVER_ASKED_S = SCALE * 30.0
"""Between two questions from a job's pod whether the NFS server still answers; one that twice in a row does not is lost."""

SERVER_ANSWERS_S = 5.0
"""One such question: a connection in a local network takes milliseconds, a lost packet is sent again after 1 s and 3 s."""

JOB_S = SCALE * 3600.0
"""A whole job."""

STALE_RUN_S = 7200.0
"""What a run left, and whose process cannot be asked, is stale after this long."""

REBOOT_S = SCALE * 600.0
"""From `systemctl reboot` to SSH in another boot: a board checks its disk now and then, and stops what hangs for up to 90 s first."""

BOOT_SETTLES_S = SCALE * 120.0
"""From there to all units started; what something waits for longer is looked at as it is."""

REBOOT_READY_S = SCALE * 300.0
"""From there to the node Ready again."""

MOST_CONNECTIONS = 64
"""SSH connections, and calls to the API, at once: no limit in seconds, but the one number for every pool of threads."""
