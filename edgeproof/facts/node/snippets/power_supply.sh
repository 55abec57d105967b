# The kernel log's first line, which tells how far back it reaches, what speaks of too little power, and that it could be read.
{ dmesg && echo read; } | awk '
  $0 == "read" {print; next}
  NR == 1 {print "first " $0}
  /soctherm: OC ALARM|cpufreq: cpu[0-9]+,cur:/ && ++n <= 50'
