# The GPU's device nodes: a Tegra's (nvhost, nvgpu, nvmap), a card's or Thor's (nvidia).
for d in /dev/nvhost-* /dev/nvgpu/* /dev/nvgpu/*/* /dev/nvmap /dev/nvidia[0-9]* /dev/nvidiactl; do
  [ -c "$d" ] && echo "$d"
done
true
