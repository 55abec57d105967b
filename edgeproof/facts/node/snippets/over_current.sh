# The over-current counters of Orin and Thor (driver soctherm-oc-event), cumulative since boot; then again after a moment at rest.
counters() {
  for f in /sys/class/hwmon/hwmon*/oc*_event_cnt; do
    [ -r "$f" ] && read -r n <"$f" && echo "$1 ${f##*/} $n"
  done
}
found=$(counters first)
[ -n "$found" ] || exit 0
echo "$found"
sleep "${pause_s:?}"
counters later
true
