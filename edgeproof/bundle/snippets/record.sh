# Stands in for a command: notes its arguments, its user, both streams and its exit status, and gives them on as they were.
d=${0%/bin/*} c=${0##*/}
PATH=${PATH#*"$d/bin:"}
n=$(mktemp "$d/said/XXXXXXXX") || exec "$c" "$@"
printf '%s\n%s\n%s' "$c" "$(id -u)" "$*" >"$n.args"
"$c" "$@" >"$n.out" 2>"$n.err"
s=$?
echo $s >"$n.status"
cat "$n.out"
cat "$n.err" >&2
exit $s
