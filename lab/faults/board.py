"""Faults of one board: names, network, power, swap, container runtime, GPU."""

from __future__ import annotations

from lab.faults.fault import MOUNTED, Fault, ShellFault, kept, restored

DAEMON_JSON = "/etc/docker/daemon.json"
KEPT = kept(DAEMON_JSON)
WITHOUT_DEFAULT = f"jq 'del(.\"default-runtime\")' {DAEMON_JSON}.kept > {DAEMON_JSON}; "
RESTART_DOCKER = "systemctl restart docker"
DOCKER_ANSWERS = "docker info >/dev/null 2>&1"
DISPLAY_MANAGER = "/etc/systemd/system/display-manager.service"
LIBCUDA = "for f in /usr/lib/aarch64-linux-gnu/*/libcuda.so.1.1"
OWN_MODE = "cat /opt/lab/board/files/var/lib/nvpmodel/status > /var/lib/nvpmodel/status"

LISTS = "/etc/nvidia-container-runtime/host-files-for-container.d"

BOARD_FAULTS: tuple[Fault, ...] = (
    ShellFault(
        name="duplicate-hostname",
        sentence="the board has the server's hostname, as a fresh or cloned one has",
        suite="tests_node",
        check="hostname",
        catalogue_id="duplicate-hostname",
        breaks="hostnamectl set-hostname {server}",
        mends="hostnamectl set-hostname {node}",
    ),
    ShellFault(
        name="address-in-pod-range",
        sentence="the board has an address inside 10.42.0.0/16, as laptop connection sharing gives",
        suite="tests_node",
        check="cidr",
        catalogue_id="cidr-overlap",
        breaks="ip address add 10.42.77.5/24 dev eth0 noprefixroute",
        mends="ip address del 10.42.77.5/24 dev eth0 2>/dev/null || true",
    ),
    ShellFault(
        name="gateway-outside-subnet",
        sentence="the board's prefix is /24, so its gateway lies outside its subnet",
        suite="tests_node",
        check="subnet",
        catalogue_id="gateway-outside-subnet",
        breaks=(
            "a=$(ip -4 -o address show dev eth0 scope global | awk '{print $4; exit}'); g=$(ip route | awk '/^default/{print $3; exit}');"
            "n=$(ip route show dev eth0 proto kernel scope link | awk '{print $1; exit}');"
            'ip route add "$n" dev eth0 metric 50; ip address add "${a%/*}/24" dev eth0;'
            'ip address del "$a" dev eth0; ip route replace default via "$g" dev eth0 onlink'
        ),
        mends=(
            "a=$(ip -4 -o address show dev eth0 scope global | awk '{print $4; exit}'); case $a in */24)"
            " g=$(ip route | awk '/^default/{print $3; exit}'); n=$(ip route show dev eth0 metric 50 | awk '{print $1; exit}');"
            ' ip address add "${a%/*}/${n#*/}" dev eth0; ip address del "$a" dev eth0;'
            ' ip route del "$n" dev eth0 metric 50; ip route replace default via "$g" dev eth0;; esac'
        ),
    ),
    ShellFault(
        name="swap-on",
        sentence="swap is on",
        suite="tests_node",
        check="swap",
        catalogue_id="zram-swap",
        breaks="swapon /dev/zram0",
        mends="swapoff -a",
    ),
    ShellFault(
        name="swap-after-reboot",
        sentence="swap is off now, but nvzramconfig brings it back at the next boot",
        suite="tests_node",
        check="swap",
        catalogue_id="zram-swap",
        breaks="systemctl enable nvzramconfig",
        mends="systemctl disable nvzramconfig",
    ),
    ShellFault(
        name="power-mode",
        sentence="the board is in a slow power mode (a Nano: 1, 5W, two cores)",
        suite="tests_node",
        check="power_mode",
        catalogue_id="slow-node",
        breaks="nvpmodel -m 1",
        mends=OWN_MODE,
    ),
    ShellFault(
        name="hot-board",
        sentence="a thermal zone is at the trip point at which the kernel slows the board down",
        suite="tests_node",
        check="thermal",
        catalogue_id="hot-at-rest",
        breaks=(
            "for k in /sys/class/thermal/thermal_zone*/trip_point_*_type; do"
            ' [ "$(cat $k)" != passive ] || { cat ${k%type}temp > ${k%/*}/temp; break; }; done'
        ),
        mends="cd /opt/lab/board/kernel/sys/class/thermal && for z in *; do cat $z/temp > /sys/class/thermal/$z/temp; done",
    ),
    ShellFault(
        name="graphical-target",
        sentence="the board boots into the desktop",
        suite="tests_node",
        check="headless",
        catalogue_id="graphical-target",
        breaks=f"printf '[Service]\\nExecStart=/bin/true\\n' > {DISPLAY_MANAGER}; systemctl set-default graphical.target",
        mends=f"rm -f {DISPLAY_MANAGER}; systemctl set-default multi-user.target",
    ),
    ShellFault(
        name="daemon-json-without-default",
        sentence="daemon.json knows the nvidia runtime but does not make it the default",
        suite="tests_node",
        check="daemon_json",
        breaks={"docker": KEPT + WITHOUT_DEFAULT + RESTART_DOCKER},
        mends=restored(DAEMON_JSON, RESTART_DOCKER),
        settled=DOCKER_ANSWERS,
        broken=DOCKER_ANSWERS,
        blocks=frozenset({"daemon_agrees", "device_query", "gpu_as_user", "gpu_in_pod"}),
    ),
    ShellFault(
        name="daemon-json-invalid",
        sentence="daemon.json is not JSON (a trailing comma); Docker still runs from before",
        suite="tests_node",
        check="daemon_json",
        catalogue_id="daemon-json-invalid",
        breaks={"docker": KEPT + f"sed -i '$ s/}}[[:space:]]*$/,}}/' {DAEMON_JSON}"},
        mends=restored(DAEMON_JSON, "true"),
        blocks=frozenset({"device_query", "gpu_as_user"}),
    ),
    ShellFault(
        name="daemon-not-restarted",
        sentence="daemon.json is right, but the running daemon was started before it was",
        suite="tests_node",
        check="daemon_agrees",
        catalogue_id="daemon-not-restarted",
        breaks={"docker": KEPT + WITHOUT_DEFAULT + RESTART_DOCKER + f"; cp {DAEMON_JSON}.kept {DAEMON_JSON}"},
        mends=restored(DAEMON_JSON, RESTART_DOCKER),
        settled=DOCKER_ANSWERS,
        broken=DOCKER_ANSWERS,
        blocks=frozenset({"device_query", "gpu_as_user", "gpu_in_pod"}),
    ),
    ShellFault(
        name="docker-group",
        sentence="the user is not in the group docker",
        suite="tests_node",
        check="docker_group",
        catalogue_id="docker-group",
        breaks={"docker": "gpasswd -d user docker"},
        mends="usermod -aG docker user",
    ),
    ShellFault(
        name="device-query-fails",
        sentence="deviceQuery ends in FAIL: the CUDA driver library is missing on the board",
        suite="tests_node",
        check="device_query",
        catalogue_id="l4t-image-mismatch",
        breaks={"docker": f"{LIBCUDA}; do mv $f $f.kept; done"},
        mends=f"{LIBCUDA}.kept; do [ ! -e $f ] || mv $f ${{f%.kept}}; done",
        blocks=frozenset({"gpu_as_user", "gpu_in_pod"}),
    ),
    ShellFault(
        name="nfs-client-missing",
        sentence="the NFS client is not installed",
        suite="tests_node",
        check="nfs_client",
        catalogue_id="nfs-client-missing",
        breaks="mv /sbin/mount.nfs /sbin/mount.nfs.kept",
        mends="[ ! -e /sbin/mount.nfs.kept ] || mv /sbin/mount.nfs.kept /sbin/mount.nfs",
        blocks=MOUNTED,
    ),
    ShellFault(
        name="cloned-machine-id",
        is_daily=False,
        sentence="the board's SD card is a copy of the server's: both have one machine id",
        suite="tests_node",
        check="machine_id",
        catalogue_id="cloned-machine-id",
        breaks="cp /etc/machine-id /run/machine-id.kept; echo {server_machine_id} > /etc/machine-id",
        mends="[ ! -e /run/machine-id.kept ] || { cat /run/machine-id.kept > /etc/machine-id; rm /run/machine-id.kept; }",
        shown_by="its node and the server",
    ),
    ShellFault(
        name="clocks-not-pinned",
        is_daily=False,
        sentence="the board was rebooted, and nothing ran jetson_clocks again",
        suite="tests_node",
        check="clocks",
        catalogue_id="clocks-reset",
        breaks="jetson_clocks --restore",
        mends="jetson_clocks",
    ),
    ShellFault(
        name="reboot-pending",
        is_daily=False,
        sentence="a package asks for a reboot",
        suite="tests_node",
        check="reboot",
        catalogue_id="reboot-pending",
        breaks="echo '*** System restart required ***' > /run/reboot-required; echo linux-base > /run/reboot-required.pkgs",
        mends="rm -f /run/reboot-required /run/reboot-required.pkgs",
    ),
    ShellFault(
        name="gpu-driver-not-loaded",
        is_daily=False,
        sentence="the GPU's device nodes are not there: its driver is not loaded",
        suite="tests_node",
        check="devices",
        catalogue_id="gpu-driver-not-loaded",
        breaks={"docker": "mkdir -p /run/dev.kept; mv /dev/nvhost-* /dev/nvmap /run/dev.kept/"},
        mends="[ ! -d /run/dev.kept ] || { mv /run/dev.kept/* /dev/; rmdir /run/dev.kept; }",
        blocks=frozenset({"device_query", "gpu_as_user", "gpu_in_pod"}),
    ),
    ShellFault(
        name="mount-lists-missing",
        is_daily=False,
        sentence="L4T's mount lists are not there, so the runtime brings no library into containers",
        suite="tests_node",
        check="l4t_mount_lists",
        catalogue_id="l4t-csv-missing",
        breaks={"docker": f"mkdir -p {LISTS}.kept; mv {LISTS}/*.csv {LISTS}.kept/"},
        mends=f"[ ! -d {LISTS}.kept ] || {{ mv {LISTS}.kept/*.csv {LISTS}/; rmdir {LISTS}.kept; }}",
        blocks=frozenset({"device_query", "gpu_as_user", "gpu_in_pod"}),
    ),
)
