# Addresses, routes, what each interface is, name servers (also those behind a stub on loopback), neighbours come later.
ip -o -4 address show
ip -4 route show
for i in /sys/class/net/*; do
  k=virtual
  [ -e "$i/device" ] && k=physical
  [ -e "$i/tun_flags" ] && k=tunnel
  [ -e "$i/bonding" ] && k=physical
  for m in "$i"/brif/*; do [ -e "/sys/class/net/${m##*/}/device" ] && k=physical; done
  while IFS='=' read -r w v; do
    case $w=$v in
      DEVTYPE=vlan | DEVTYPE=bond) k=physical ;;
      DEVTYPE=wireguard | DEVTYPE=ppp) k=tunnel ;;
    esac
  done <"$i/uevent"
  echo "link ${i##*/} $k"
done 2>/dev/null
cat /etc/resolv.conf
r=/run/systemd/resolve/resolv.conf
n='/run/NetworkManager/no-stub-resolv.conf /run/NetworkManager/resolv.conf /run/dnsmasq/resolv.conf'
d='/etc/dnsmasq.conf /etc/dnsmasq.d/* /etc/NetworkManager/dnsmasq.d/*'
# shellcheck disable=SC2086  # the lists of patterns are to be expanded
found=$(grep -hsE '^(nameserver|server=)' $r $n $d)
echo "$found"
# Only a stub, and no file tells whom it asks: the programs themselves are asked.
case $found in *[0-9]*) ;; *)
  grep -qsE '^nameserver +127\.' /etc/resolv.conf && {
    resolvectl dns 2>/dev/null || systemd-resolve --status 2>/dev/null | grep -E '^ *(DNS Servers:)? *[0-9.]+$'
    nmcli -t -f IP4.DNS device show 2>/dev/null
  } ;;
esac
true
