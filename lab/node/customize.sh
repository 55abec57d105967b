#!/bin/sh
# Makes a Debian root folder fit to be a node: run by mmdebstrap with the root folder and the folder of this script's files.
set -e
root=$1; files=$2; compiled=$3; toolkit=$4
put() { install -D -m "$1" "$files/$2" "$root$3"; }

# Units that would touch the machine's kernel, or cannot work in a container.
for unit in systemd-sysctl.service systemd-modules-load.service systemd-random-seed.service systemd-remount-fs.service \
  systemd-binfmt.service systemd-udevd.service systemd-udev-trigger.service systemd-pstore.service \
  dev-hugepages.mount sys-kernel-debug.mount sys-kernel-tracing.mount sys-kernel-config.mount sys-fs-fuse-connections.mount \
  dev-mqueue.mount proc-sys-fs-binfmt_misc.automount proc-sys-fs-binfmt_misc.mount getty@.service console-getty.service \
  serial-getty@.service getty.target rpc-svcgssd.service rpc-gssd.service run-rpc_pipefs.mount nfs-blkmap.service \
  proc-fs-nfsd.mount e2scrub_reap.service apt-daily.timer apt-daily-upgrade.timer fstrim.timer e2scrub_all.timer \
  dpkg-db-backup.timer systemd-journald-audit.socket nfs-ganesha.service nfs-ganesha-lock.service etcd.service dnsmasq.service; do
  ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
mkdir -p "$root/etc/systemd/journald.conf.d" "$root/etc/systemd/system.conf.d" "$root/etc/systemd/system/ssh.service.d"
printf '[Journal]\nReadKMsg=no\nAudit=no\nStorage=volatile\nRuntimeMaxUse=16M\n' > "$root/etc/systemd/journald.conf.d/lab.conf"
printf '[Manager]\nDefaultTimeoutStopSec=10s\n' > "$root/etc/systemd/system.conf.d/lab.conf"
ln -sf /lib/systemd/system/multi-user.target "$root/etc/systemd/system/default.target"

# SSH: host keys are made at a node's first boot, not baked into the image.
rm -f "$root"/etc/ssh/ssh_host_*
printf '[Service]\nExecStartPre=\nExecStartPre=/usr/bin/ssh-keygen -A\nExecStartPre=/usr/sbin/sshd -t\n' > "$root/etc/systemd/system/ssh.service.d/keys.conf"
printf 'UseDNS no\nPrintMotd no\nMaxStartups 100\nX11Forwarding no\n' > "$root/etc/ssh/sshd_config.d/lab.conf"
: > "$root/etc/motd"

# The user, as the mission's boards have it.
chroot "$root" useradd -m -s /bin/bash -G sudo,docker user
echo 'user ALL=(ALL) NOPASSWD:ALL' > "$root/etc/sudoers.d/user"
chroot "$root" apt-mark hold docker.io containerd runc > /dev/null
rm -f "$root/etc/machine-id"; : > "$root/etc/machine-id"

# Container runtime, Kubernetes' launcher, NFS.
put 755 lab-init /lab-init
put 755 lab-board /lab-board
put 755 gateway /lab-gateway
put 755 runc /usr/local/lib/lab/runc
put 755 k3s /usr/local/lib/lab/k3s
put 644 containerd.sh /usr/local/lib/lab/containerd.sh
put 755 install-k3s /usr/local/lib/lab/install-k3s
mkdir -p "$root/usr/local/lib/lab/manifests" && cp "$files"/manifests/*.yaml "$root/usr/local/lib/lab/manifests/"
put 644 daemon.json /etc/docker/daemon.json
# NVIDIA's container toolkit, with the configuration that its package makes: mode auto, which is csv on a Tegra.
for program in "$toolkit"/*; do install -m 755 "$program" "$root/usr/bin/${program##*/}"; done
mkdir -p "$root/etc/nvidia-container-runtime"
chroot "$root" nvidia-ctk --quiet config --config-file=/etc/nvidia-container-runtime/config.toml --in-place
put 644 ganesha.conf /etc/ganesha/ganesha.conf
chroot "$root" dpkg-divert --quiet --local --rename --add /sbin/mount.nfs
install -D -m 755 "$compiled" "$root/usr/sbin/mount.nfs"
put 755 exportfs /usr/sbin/exportfs
mkdir -p "$root/nfs/images" "$root/opt/torch"

# Stand-ins of a Jetson's programs; what they tell is the board's (lab-board).
put 755 nvpmodel /usr/sbin/nvpmodel
put 755 jetson_clocks /usr/bin/jetson_clocks
put 755 tegrastats /usr/bin/tegrastats
for command in swapon swapoff; do
  chroot "$root" dpkg-divert --quiet --local --rename --add "/sbin/$command"
  put 755 swap "/usr/sbin/$command"
done
for unit in lab-board nfs-kernel-server nvzramconfig; do put 644 "$unit.service" "/etc/systemd/system/$unit.service"; done
chroot "$root" systemctl enable lab-board.service > /dev/null 2>&1
chroot "$root" systemctl disable docker.socket > /dev/null 2>&1 || true
cat > "$root/etc/edgeproof-lab.json" <<'J'
{"schema": "edgeproof.lab/1", "simulated": [
 "GPU device nodes and CUDA driver library", "deviceQuery", "TensorFlow", "nvpmodel", "jetson_clocks",
 "tegrastats", "device tree", "thermal zones", "power monitors", "L4T release and packages", "swap", "NFS server (ganesha) and client (FUSE)", "K3s layout over upstream Kubernetes", "flannel (routes between the nodes)"]}
J
