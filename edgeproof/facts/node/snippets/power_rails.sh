# Lines `rail NAME mW mV` (L4T 32: iio devices of the driver ina3221x) and `rail NAME mV mA hwmon` (L4T 35 and later: the kernel's own
# driver ina3221, as hwmon), `-` for what cannot be read; `none` where there is no such monitor. Read by the shell itself.
n=none
for r in /sys/bus/i2c/drivers/ina3221x/*/iio?device*/rail_name_*; do
  [ -r "$r" ] || continue
  d=${r%/*} c=${r##*_} l=- w=- v=- n=
  read -r l <"$r"
  read -r w <"$d/in_power${c}_input"
  read -r v <"$d/in_voltage${c}_input"
  echo "rail ${l:--} ${w:--} ${v:--}"
done 2>/dev/null
for r in /sys/bus/i2c/drivers/ina3221/*/hwmon/hwmon*/in*_label; do
  [ -r "$r" ] || continue
  d=${r%/*} c=${r##*/in} l=- a=- v=- n=
  c=${c%_label}
  read -r l <"$r"
  read -r v <"$d/in${c}_input"
  read -r a <"$d/curr${c}_input"
  echo "rail ${l:--} ${v:--} ${a:--} hwmon"
done 2>/dev/null
echo $n
