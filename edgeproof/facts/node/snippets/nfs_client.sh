# mount's helper for NFS, in mount's own folders, or wherever the PATH has it.
for h in /sbin/mount.nfs /usr/sbin/mount.nfs; do
  [ -x $h ] && echo $h
done
command -v mount.nfs
true
