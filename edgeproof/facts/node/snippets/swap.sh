# Swap in use, then what makes it again at boot: lines of fstab, and units that are enabled.
cat /proc/swaps
awk '$1 !~ /^#/ && $3 == "swap" {print "fstab:" $1}' /etc/fstab 2>/dev/null
for u in nvzramconfig zram-config zramswap dphys-swapfile; do
  systemctl is-enabled -q $u 2>/dev/null && echo "unit:$u.service"
done
true
