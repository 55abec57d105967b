# The lists by which NVIDIA's runtime mounts CUDA into containers on L4T.
ls /etc/nvidia-container-runtime/host-files-for-container.d 2>/dev/null
true
