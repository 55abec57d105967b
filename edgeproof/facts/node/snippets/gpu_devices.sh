# The GPU's device nodes: a Tegra's, a card's, an Orin's.
for d in /dev/nvhost-ctrl /dev/nvhost-gpu /dev/nvmap /dev/nvidia0 /dev/nvgpu/igpu0; do
  [ -c $d ] && echo $d
done
true
