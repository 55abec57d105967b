# As root: mounts `source` read-only, with `options`, lists it, shows its line of /proc/mounts, and always unmounts it.
# Where it does not mount, the kernel tells which NFS it was built with, if it tells anything. A server that denies access may deny
# it to a version alone: version 3 is then tried, too, without locks, which would need rpc.statd here.
d=$(mktemp -d) || exit 1
trap 'umount "$d" 2>/dev/null || umount -l "$d" 2>/dev/null; rmdir "$d"' EXIT
said=$(timeout -k "${kill_s:?}" "${mount_s:?}" mount -t nfs -o "ro,soft,timeo=${answer_tenths:?}${options:+,$options}" "${source:?}" "$d" 2>&1)
r=$?
[ -z "$said" ] || printf '%s\n' "$said"
[ $r = 0 ] && echo mounted && timeout "${look_s:?}" ls "$d" >/dev/null
grep " $d " /proc/mounts
case $r$said in
0*) ;;
*"access denied"*)
  timeout -k "$kill_s" "$look_s" mount -t nfs -o "ro,soft,nolock,nfsvers=3,timeo=$answer_tenths" "$source" "$d" >/dev/null 2>&1 &&
    echo "mounted by version 3"
  ;;
esac
[ $r = 0 ] || zcat /proc/config.gz 2>/dev/null | grep '^CONFIG_NFS_'
exit $r
