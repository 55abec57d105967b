# The lists by which NVIDIA's runtime mounts CUDA into containers on L4T, and the CDI specifications that may take their place.
d=/etc/nvidia-container-runtime/host-files-for-container.d
if [ -r /etc/nvidia-container-runtime/config.toml ]; then
  while read -r key eq value; do
    case $key$eq in mount-spec-path=) value=${value#\"} && d=${value%%\"*} ;; esac
  done </etc/nvidia-container-runtime/config.toml
fi
for f in "$d"/*.csv; do
  [ -e "$f" ] && echo "${f##*/}"
done
for f in /etc/cdi/*nvidia*.yaml /etc/cdi/*nvidia*.json /var/run/cdi/*nvidia*.yaml /var/run/cdi/*nvidia*.json; do
  [ -e "$f" ] && echo "cdi $f"
done
true
