# Lines `zone TYPE TEMPERATURE TRIP…` (passive trip points), in thousandths of a degree, `-` for a temperature that cannot be
# read; `none` where the kernel has no zone. Left out is a trip point that drives fans alone, as Linux's own device tree of the
# Nano has one at 30 °C (tegra210-p3450-0000.dts): cdevN is a cooling device of the zone, cdevN_trip_point what it is bound to
# (Linux, driver-api/thermal/sysfs-api). Read by the shell itself: a process costs a board milliseconds.
for z in /sys/class/thermal/thermal_zone*; do
  [ -e "$z" ] || { [ -d /sys/class ] && echo none; break; }
  t=zone; c=-; p=
  read -r t <"$z/type"
  [ -r "$z/temp" ] && read -r c <"$z/temp"
  for k in "$z"/trip_point_*_type; do
    [ -r "$k" ] && read -r w <"$k" && [ "$w" = passive ] || continue
    i=${k%_type} drives=
    for d in "$z"/cdev*_trip_point; do
      if [ -r "$d" ] && read -r w <"$d" && [ "$w" = "${i##*_}" ] && read -r w <"${d%_trip_point}/type"; then
        case $w in *fan*) drives=${drives:-fan} ;; *) drives="more" ;; esac
      fi
    done
    [ "$drives" = fan ] || { read -r w <"${k%type}temp" && p="$p $w"; }
  done
  echo "zone $t ${c:--}$p"
done 2>/dev/null
true
