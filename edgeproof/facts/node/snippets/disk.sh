# The file systems under the root, the kubelet's folder and the images' store ($images: docker's or containerd's), by the nearest folder that
# is there: space in KiB, inodes (df -i: 0 where the file system counts none); then how the block devices' file systems are mounted.
case ${images:?} in
  docker)
    d=$(sed -n 's/.*"\(data-root\|graph\)" *: *"\([^"]*\)".*/\2/p' /etc/docker/daemon.json 2>/dev/null)
    d=${d:-/var/lib/docker}
    ;;
  *) d=/var/lib/rancher/k3s/agent/containerd ;;
esac
at() {
  p=$2
  while [ -n "$p" ] && [ ! -d "$p" ]; do p=${p%/*}; done
  df -Pk "${p:-/}" 2>/dev/null | awk -v r="$1" 'NR == 2 {print "space", r, $1, $2, $4, $6}'
  df -Pi "${p:-/}" 2>/dev/null | awk -v r="$1" 'NR == 2 {print "inodes", r, $2, $4}'
}
at root /
at pods /var/lib/kubelet
at images "$d"
awk '$1 ~ /^\/dev\// || $2 == "/" {print "mounted", $2, $4}' /proc/mounts | head -n 300
