# Lines `file KIND|MODE|OWNER|PATH` with KIND as stat says it, then the file's first `bytes` in base64; what a link leads to stands in its place.
# What holds keys or tokens by its name is not read. `hide` is a function (hide_secrets.sh): by its mode, texts lose their secrets here.
ABOUT="jetson_clocks|k3s|docker|containerd|nvidia|nvpmodel|nvzram|zram|nfs|jtop|swap"
show() {
  case $1 in
    */rancher/*.yaml) head -c "${bytes:?}" "$1" | hide yaml ;;
    *.service.env | */default/* | */sysconfig/* | */systemd/system/*) head -c "$bytes" "$1" | hide words ;;
    /proc/[0-9]*/cmdline | /proc/[0-9]*/environ) tr '\0' '\n' <"$1" | hide arguments | tr '\n' '\0' ;;
    *) head -c "$bytes" "$1" ;;
  esac
}
one() {
  [ -e "$1" ] || return
  case $1 in
    */systemd/*/*.service | */systemd/*/*.timer | */cron* | */init.d/*) grep -qE "$ABOUT" "$1" 2>/dev/null || return ;;
  esac
  echo "file $(stat -L -c '%F|%a|%U:%G' "$1")|$1"
  case $1 in */token | */*-token | *.key | */shadow | */passwd | */nfs/*) return ;; esac
  if [ -f "$1" ]; then show "$1" 2>/dev/null | base64 | sed 's/^/data /'; fi
}
# shellcheck disable=SC2086  # `paths` holds patterns
for p in ${paths:?}; do one "$p"; done
# Runtimes are named in daemon.json, as words or as paths.
sed -n 's/.*"path"[ :]*"\([^"]*\)".*/\1/p' /etc/docker/daemon.json 2>/dev/null | while read -r p; do
  p=$(command -v "$p") && echo "program $p"
done
for c in /proc/[0-9]*/comm; do
  read -r name <"$c" 2>/dev/null || continue
  case $name in k3s* | dockerd | containerd)
    for p in comm cmdline environ cgroup; do one "${c%/comm}/$p"; done ;;
  esac
done
true
