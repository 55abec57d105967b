# The service, then the folder `path`: owner, mode, its files by the function `listing` (listing.sh); then what is exported.
a=no
for u in nfs-kernel-server nfs-server; do
  systemctl is-active -q $u && a=yes
done
echo active=$a
stat -c 'folder %U:%G %a' "${path:?}" 2>/dev/null
if cd "$path" 2>/dev/null; then
  l=$(listing)
  # shellcheck disable=SC2046  # number and hash stand on one line
  echo files "$(printf '%s' "$l" | grep -c .)" $(printf '%s' "$l" | sha256sum | cut -c1-64)
fi
exportfs -v 2>/dev/null
true
