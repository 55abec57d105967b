# NFS mounts that stand, and NFS lines of /etc/fstab. Each mount is asked once for its file system's numbers (statfs, which the
# client answers from no cache): `answer NUMBER STATUS WORDS`. One that hangs is killed after `answer_s`; where an earlier one of
# these could not be killed, the mount is not asked again.
if [ -r /proc/mounts ]; then
  echo mounts
  grep -E '^[^ ]+ [^ ]+ (nfs4?|autofs) ' /proc/mounts | head -n "${most:?}"
fi
if [ -r /etc/fstab ]; then
  echo fstab
  grep -E '^[[:space:]]*[^#[:space:]]+[[:space:]]+[^[:space:]]+[[:space:]]+nfs4?([[:space:]]|$)' /etc/fstab | head -n "$most"
elif [ -d /etc ] && [ ! -e /etc/fstab ]; then
  echo fstab
fi
# shellcheck disable=SC2013  # no blanks in these paths
left=$(for c in $(grep -lxs stat /proc/[0-9]*/comm); do
  tr '\0' ' ' <"${c%comm}cmdline"
  echo
done 2>/dev/null)
n=0
while read -r _ p t _; do
  case $t in nfs | nfs4) ;; *) continue ;; esac
  n=$((n + 1))
  [ $n -gt "$most" ] && break
  p=$(printf %b. "$(printf %s "$p" | sed 's/\\\([0-7][0-7][0-7]\)/\\0\1/g')")
  p=${p%.}
  case $left in
  *" edgeproof:%T $p "*) echo "answer $n 137 an earlier question hangs" ;;
  *) (w=$(timeout -k "${kill_s:?}" "${answer_s:?}" stat -f -c edgeproof:%T -- "$p" 2>&1); echo "answer $n $? $w") & ;;
  esac
done </proc/mounts
wait
