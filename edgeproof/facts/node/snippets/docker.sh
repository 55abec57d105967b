# The units that may be Docker's daemon, what apt keeps back, what answers as Docker; where none does, what else listens, and the journal.
systemctl show -p Id,LoadState,ActiveState,UnitFileState docker.service docker.socket snap.docker.dockerd.service
# shellcheck disable=SC2016  # dpkg-query fills these in
dpkg-query -W -f='package ${Package} ${Version} ${db:Status-Abbrev}\n' \
  docker.io docker-ce moby-engine containerd containerd.io nvidia-container-toolkit 2>/dev/null
grep -hs '^Package:.*\(docker\|moby\|containerd\)' /etc/apt/preferences /etc/apt/preferences.d/*
command -v docker >/dev/null && echo program
echo --info--
info=$(docker info --format '{{json .}}' 2>&1)
s=$?
printf '%s\n--status %s--\n' "$info" $s
case $info in
  *'"nvidia":{"path":"'*)
    p=${info#*'"nvidia":{"path":"'}
    p=$(command -v "${p%%\"*}") && [ -x "$p" ] || echo nvidia-lacks
    ;;
  *'"ServerVersion":"'[0-9a-z]*) ;;
  *)
    for a in /run/user/*/docker.sock /run/podman/podman.sock /home/*/.colima/*/docker.sock; do
      [ -S "$a" ] && echo "socket $a"
    done
    echo --journal--
    timeout "${journal_s:?}" journalctl -b -n 100 -o cat --no-pager -u docker.service -u snap.docker.dockerd.service 2>/dev/null | hide log
    ;;
esac
true
