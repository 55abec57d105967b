# What Kubernetes needs of the kernel: $modules (a pattern of names), loaded, built in, or there to be loaded, and what the configuration says of
# $options; forwarding; the memory cgroup, and where it is cgroup v1 which Kubernetes K3s brings, and whether its kubelet is told to take it.
[ -e /run/systemd/container ] || [ -e /.dockerenv ] && echo container
k=$(uname -r)
[ -r /proc/modules ] && echo "read loaded" && cut -d ' ' -f 1 /proc/modules | grep -xE "${modules:?}" | sed 's/^/has /'
for f in builtin dep; do
  [ -r "/lib/modules/$k/modules.$f" ] && echo "read $f" &&
    sed -n 's|^[^:]*/\([^/:]*\)\.ko[^:]*.*|\1|p' "/lib/modules/$k/modules.$f" | tr - _ | grep -xE "$modules" | sed 's/^/has /'
done
zcat /proc/config.gz 2>/dev/null | grep -E "^(# )?CONFIG_(${options:?})[ =]"
[ -r /proc/sys/net/ipv4/ip_forward ] && read -r v </proc/sys/net/ipv4/ip_forward && echo "ip_forward $v"
b=/proc/sys/net/bridge/bridge-nf-call-iptables
if [ -r "$b" ]; then read -r v <"$b" && echo "bridge_nf $v"; else echo "bridge_nf absent"; fi
if [ -r /sys/fs/cgroup/cgroup.controllers ]; then
  read -r v </sys/fs/cgroup/cgroup.controllers
  echo "v2 $v"
else
  awk '$1 == "memory" {print "v1 " $4}' /proc/cgroups
  command -v k3s >/dev/null && timeout "${ask_s:?}" k3s --version 2>/dev/null | head -n 1
  # shellcheck disable=SC2086  # the list of patterns is to be expanded
  grep -rqsE 'fail-cgroupv1=false|failCgroupV1: *false' /etc/rancher/k3s /etc/systemd/system/k3s* /var/lib/rancher/k3s/agent/etc && echo takes-v1
fi
true
