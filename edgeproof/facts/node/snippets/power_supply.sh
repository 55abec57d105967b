# The kernel log's first line, which tells how far back it reaches, then what speaks of too little power.
dmesg | awk 'NR == 1 {print "first " $0} /soctherm: OC ALARM|cpufreq: cpu[0-9]+,cur:/ && ++n <= 50'
