# Runs `image` once with `ask`, never pulled, for `limit_s` at most; removes it in any case, and what earlier runs left. Docker itself is
# given `ask_s` to answer.
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
# shellcheck disable=SC2086  # `ask` is words
timeout -k "$kill_s" "${limit_s:?}" docker run --rm --network none --label edgeproof=device-query --name "$name" ${ask?} "$image" ./deviceQuery 2>&1
s=$?
case $s in
  124 | 137)
    docker rm -f "$name" >/dev/null 2>&1
    [ $(($(date +%s) - now)) -lt "$limit_s" ] || echo too-long
    ;;
esac
wait
exit $s
