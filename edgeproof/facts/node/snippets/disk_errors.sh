# The kernel log's first line, which tells how far back it reaches, what it says of disks that fail, and that it could be read.
{ dmesg && echo read; } | awk '
  $0 == "read" {print; next}
  NR == 1 {print "first " $0}
  /(I\/O|critical [a-z]+) error(, dev| on dev)|EXT4-fs error|Remounting filesystem read-only|Aborting journal on device|nvme[0-9]+: (controller is down|Device not ready)/ && ++n <= 50'
