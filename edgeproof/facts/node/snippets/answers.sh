# Pings `peers` (the gateway is one) and asks `servers` for a name, all at once; `query` is a DNS question in printf's octal escapes.
# Who drops pings may still be there: whom the kernel has heard of since (ip-neighbour(8), REACHABLE) has answered its ARP.
command -v ping >/dev/null || exit 0
# shellcheck disable=SC2086  # a list
set -- ${peers?}
[ -z "${gateway?}" ] || echo "gateway $gateway"
for a in 127.0.0.1 "$@"; do
  (if ping -c 1 -W "${ping_s:?}" "$a" >/dev/null 2>&1; then
    echo "ping $a yes"
  else
    ip -4 neigh show "$a" 2>/dev/null | grep -qE 'STALE|DELAY|PROBE' && ping -c 1 -W "${neighbour_s:?}" "$a" >/dev/null 2>&1
    said=no
    ip -4 neigh show "$a" 2>/dev/null | grep -qE 'REACHABLE|PERMANENT' && said=heard
    echo "ping $a $said"
  fi) &
done
for a in ${servers?}; do
  # shellcheck disable=SC2016,SC2059  # bash expands $0; the query is meant as a format
  (printf "${query:?}" | timeout "${dns_s:?}" bash -c 'exec 3<>/dev/udp/$0/53; cat >&3; head -c 12 <&3' "$a" 2>/dev/null |
    grep -qa . && echo "dns $a yes" || echo "dns $a no") &
done
wait
