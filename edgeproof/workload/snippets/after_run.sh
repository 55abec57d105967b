# The seconds since boot, what the kernel's log says of power, heat and memory (the newest 50 lines), and one line of tegrastats.
read -r up _ </proc/uptime
echo "uptime $up"
{ dmesg && echo read; } 2>/dev/null | awk '
  $0 == "read" {ended = 1; next}
  /soctherm: OC ALARM|cpufreq: cpu[0-9]+,cur:|[Oo]ut of memory: Kill/ {line[n++ % 50] = $0}
  END {
    for (i = n > 50 ? n - 50 : 0; i < n; i++) print line[i % 50]
    if (ended) print "read"
  }'
if command -v tegrastats >/dev/null; then
  timeout "${sensors_s:?}" tegrastats --interval 500 2>/dev/null | head -n 1
fi
true
