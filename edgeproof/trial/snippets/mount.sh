# As root: mounts `source` read-only, lists it, shows its line of /proc/mounts, and always unmounts it.
# Where it does not mount, the kernel tells which NFS it was built with, if it tells anything.
d=$(mktemp -d) || exit 1
trap 'umount "$d" 2>/dev/null || umount -l "$d" 2>/dev/null; rmdir "$d"' EXIT
timeout -k "${kill_s:?}" "${mount_s:?}" mount -t nfs -o "ro,soft,timeo=${answer_tenths:?}" "${source:?}" "$d" 2>&1
r=$?
[ $r = 0 ] && echo mounted && timeout "${look_s:?}" ls "$d" >/dev/null
grep " $d " /proc/mounts
[ $r = 0 ] || zcat /proc/config.gz 2>/dev/null | grep '^CONFIG_NFS_'
exit $r
