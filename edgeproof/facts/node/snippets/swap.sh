# Swap in use, then what makes it again at boot: lines of fstab but for noauto, and units that are enabled.
cat /proc/swaps
awk '$1 !~ /^#/ && $3 == "swap" && $4 !~ /(^|,)noauto(,|$)/ {print "fstab:" $1}' /etc/fstab 2>/dev/null
systemctl list-unit-files --no-legend --no-pager '*zram*.service' dphys-swapfile.service 2>/dev/null |
  awk '$2 ~ /^(enabled|enabled-runtime|generated)$/ {print "unit:" $1}'
for u in /etc/systemd/system/*.wants/*.swap; do
  [ -e "$u" ] && echo "unit:${u##*/}"
done
[ -s /etc/systemd/zram-generator.conf ] && echo "unit:systemd-zram-setup@zram0.service"
true
