# The mode, the modes of the board's own conf (often a link to one of /etc/nvpmodel), what board it is; what the service said that
# sets the mode at boot, where it has failed.
command -v nvpmodel >/dev/null || { echo absent; exit 0; }
nvpmodel -q
grep -sE '^ *(< *POWER_MODEL|CPU_ONLINE)' /etc/nvpmodel.conf
printf 'words '
t=/proc/device-tree # a link to its place in sysfs
[ -d "$t" ] || t=/sys/firmware/devicetree/base
tr '\000' ' ' 2>/dev/null <$t/compatible
echo
case $(systemctl show -p ActiveState nvpmodel.service 2>/dev/null) in
*=failed)
  echo "@@ journal"
  timeout "${journal_s:?}" journalctl -b -n 40 -o cat --no-pager -u nvpmodel.service 2>/dev/null
  ;;
esac
true
