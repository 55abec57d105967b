# What serves NFS, and whether at boot too; what is exported, and where that is written; then the folder `path`: owner, mode, mount point, its files.
# exportfs tells names as well as addresses: `agents` are asked for the names that the server knows them by, for `names_s` seconds.
for u in nfs-kernel-server nfs-server nfs-ganesha; do
  systemctl is-active -q $u && echo serves $u "$(systemctl is-enabled $u 2>/dev/null)"
done
if [ -r /proc/net/tcp ]; then
  # 0801 is port 2049, state 0A a socket that listens: the kernel's own word, whoever serves (proc(5)).
  p=closed
  grep -qsE ': [0-9A-F]+:0801 [0-9A-F]+:0000 0A ' /proc/net/tcp /proc/net/tcp6 && p=open
  echo port $p
fi
if command -v exportfs >/dev/null; then
  e=$(exportfs -v 2>&1)
  printf 'exportfs %s\n%s\n' $? "$e"
  n=$(printf '%s\n' "$e" | sed -n 's/^.*[[:space:]]\([^[:space:]]*\)(.*$/\1/p' | grep -v '^[0-9./]*$\|^<world>$\|^@')
  # shellcheck disable=SC2086  # several words, and patterns that are not for this folder
  [ -n "$n" ] && (set -f && timeout "${names_s:?}" getent hosts ${agents:?} $n | sed 's/^/name /')
  grep -Hn '^[^#]' /etc/exports /etc/exports.d/*.exports 2>/dev/null | sed 's/^/written /'
fi
stat -L -c 'folder %u %g %U:%G %a %m' "${path:?}" 2>&1
if cd "$path" 2>/dev/null; then
  l=$(listing)
  # shellcheck disable=SC2046  # number and hash stand on one line
  echo files "$(printf '%s' "$l" | grep -c .)" $(printf '%s' "$l" | sha256sum | cut -c1-64)
  find . -maxdepth 1 -type f -exec stat -c 'mode %u %g %a' {} + | sort | uniq -c | head -n 50
fi
true
