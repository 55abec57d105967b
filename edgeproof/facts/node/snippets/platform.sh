# Architecture and kernel, the L4T release by NVIDIA's own file and by its package, the board, signs of a Tegra or an NVIDIA card.
echo "arch $(uname -m)"
echo "kernel $(uname -r)"
head -n 1 /etc/nv_tegra_release 2>/dev/null
dpkg-query -W nvidia-l4t-core 2>/dev/null
t=/proc/device-tree # a link to its place in sysfs, where it is there without a link, too
[ -d "$t" ] || t=/sys/firmware/devicetree/base
echo "model $(tr -d '\000' 2>/dev/null <$t/model)"
echo "words $(tr '\000' ' ' 2>/dev/null <$t/compatible)"
for f in /dev/nvhost-ctrl /dev/nvmap; do [ -e $f ] && echo tegra; done
[ -e /proc/driver/nvidia/version ] || [ -e /dev/nvidiactl ] || nvidia-smi -L 2>/dev/null | grep -q '^GPU' && echo nvidia
true
