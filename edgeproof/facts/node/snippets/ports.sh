# Whether TCP ports of others answer (`targets`: ADDRESS:PORT …), all asked at once, each for `wait_s` seconds; nothing is sent.
# And which of the same ports this machine itself listens on: state 0A in /proc/net/tcp, the kernel's own word (proc(5)).
word() {
  case "$1 $2" in
  0\ *) w=open ;;
  *refused*) w=refused ;;
  *"No route to host"* | *unreachable*) w=unreachable ;;
  124\ * | *"timed out"* | *"in progress"* | *TIMEOUT*) w=silent ;;
  *) w=unknown ;;
  esac
}
ask() {
  w=unknown
  if command -v nc >/dev/null; then
    e=$(timeout "${limit_s:?}" nc -zv -w "${wait_s:?}" "$1" "$2" 2>&1)
    word $? "$e"
  fi
  if [ $w = unknown ]; then
    # shellcheck disable=SC2016  # bash expands them
    e=$(timeout "${wait_s:?}" bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$1" "$2" 2>&1)
    word $? "$e"
  fi
  echo "port $1 $2 $w"
}
for t in ${targets?}; do
  ask "${t%:*}" "${t##*:}" &
done
if [ -r /proc/net/tcp ]; then
  echo "listed"
  for p in ${ports?}; do
    grep -qsE "^ *[0-9]+: [0-9A-F]+:$(printf %04X "$p") [0-9A-F]+:0000 0A " /proc/net/tcp /proc/net/tcp6 && echo "listens $p"
  done
fi
wait
