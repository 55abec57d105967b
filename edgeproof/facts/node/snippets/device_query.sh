# Runs `image` once with `ask`, never pulled, for `limit_s` at most; and again as a user other than root who has the groups of the GPU's device
# nodes, where the first run went well. Removes it in any case, and what earlier runs left. Docker itself is given `ask_s` to answer.
said=$(timeout -k "${kill_s:?}" "${ask_s:?}" docker image inspect --format ok "${image:?}" 2>&1) || {
  [ $? = 124 ] && { echo no-answer; exit 124; }
  case $said in
    *[Nn]'o such '*) echo no-such-image ;;
    *) printf '%s\n' "$said" ;;
  esac
  exit 125
}
now=$(date +%s)
name=edgeproof-device-query-$now-$$
docker ps -a --filter label=edgeproof=device-query --format '{{.ID}} {{.Names}}' 2>/dev/null | while read -r id n; do
  n=${n#edgeproof-device-query-}
  [ $((now - ${n%%-*})) -gt "${stale_s:?}" ] && docker rm -f "$id"
done >/dev/null 2>&1 &
left=${limit_s:?}
query() {
  # shellcheck disable=SC2086  # `ask` is words
  timeout -k "$kill_s" "$left" docker run --rm --network none --label edgeproof=device-query --name "$name" "$@" ${ask?} "$image" ./deviceQuery 2>&1
  r=$?
  case $r in
    124 | 137)
      docker rm -f "$name" >/dev/null 2>&1
      [ $(($(date +%s) - now)) -lt "$limit_s" ] || echo too-long
      ;;
  esac
  return $r
}
query
s=$?
left=$((limit_s - ($(date +%s) - now)))
if [ $s = 0 ] && [ $left -gt 0 ]; then
  groups=
  for g in $(stat -c %g /dev/nvmap /dev/nvhost-gpu /dev/nvgpu/*/* /dev/nvidia[0-9]* /dev/dri/renderD* 2>/dev/null | sort -u); do
    [ "$g" = 0 ] || groups="$groups --group-add $g"
  done
  name=$name-user
  echo "@@ user 1000$groups"
  # shellcheck disable=SC2086
  query --user 1000:1000 $groups
  echo "@@ status $?"
fi
wait
exit $s
