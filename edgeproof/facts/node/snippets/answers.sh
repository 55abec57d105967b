# Pings `peers` and asks `servers` for a name, all at once; `query` is a DNS question in printf's octal escapes.
for a in ${peers:?}; do
  (ping -c 1 -W "${ping_s:?}" "$a" >/dev/null 2>&1 && echo "ping $a yes" || echo "ping $a no") &
done
for a in ${servers?}; do
  # shellcheck disable=SC2016,SC2059  # bash expands $0; the query is meant as a format
  (printf "${query:?}" | timeout "${dns_s:?}" bash -c 'exec 3<>/dev/udp/$0/53; cat >&3; head -c 12 <&3' "$a" 2>/dev/null |
    grep -qa . && echo "dns $a yes" || echo "dns $a no") &
done
wait
