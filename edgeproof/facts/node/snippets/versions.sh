# K3s, the packages of Docker and of NVIDIA's toolkit, what the toolkit's own program says (Yocto's images have no packages: OE4T/meta-tegra),
# the mode of its runtime; whether the kernel has the iptables table raw, built in or as
# a module; of which version containerd's configuration and its drop-ins are.
PATH=$PATH:/usr/local/bin:/opt/bin
k3s --version 2>/dev/null
# shellcheck disable=SC2016  # dpkg-query fills these in
dpkg-query -W -f='package ${Package} ${Version} ${db:Status-Abbrev}\n' \
  docker.io docker-ce moby-engine containerd containerd.io nvidia-container-toolkit 2>/dev/null
nvidia-ctk --version 2>/dev/null
sed -n 's/^ *mode *= *"\([a-z]*\)".*/mode \1/p' /etc/nvidia-container-runtime/config.toml 2>/dev/null
[ -r /proc/config.gz ] && gzip -dc /proc/config.gz 2>/dev/null | grep 'CONFIG_IP_NF_RAW[= ]'
modinfo -n iptable_raw 2>/dev/null | sed 's/^/module /'
sed -n -e 's/^ *version *= *\([0-9]*\).*/config \1/p' -e 's/^ *imports *=.*conf\.d.*/imports/p' /etc/containerd/config.toml 2>/dev/null
for f in /etc/containerd/conf.d/*.toml; do
  [ -r "$f" ] && sed -n "s|^ *version *= *\([0-9]*\).*|drop-in \1 $f|p" "$f"
done
echo end
