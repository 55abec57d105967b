# Each interface: what it is, hardware address, MTU, speed, duplex, what it lies on (bridge, bond, VLAN); for a wired port that is
# slower than 1000 Mb/s or half duplex, what ethtool tells of both its ends. A link that is down has no speed: reading it is an error.
for i in /sys/class/net/*; do
  k=virtual a='' m='' s='' d='' b=''
  [ -e "$i/device" ] && k=wired
  { [ -e "$i/wireless" ] || [ -e "$i/phy80211" ]; } && k=wireless
  read -r a <"$i/address"
  read -r m <"$i/mtu"
  read -r s <"$i/speed"
  read -r d <"$i/duplex"
  for l in "$i"/lower_* "$i"/brif/*; do
    [ -e "$l" ] && l=${l##*/} && b=$b,${l#lower_}
  done
  echo "link ${i##*/} $k mac=$a mtu=$m speed=$s duplex=$d on=$b"
  case "$k $s $d" in
  wired\ 10\ * | wired\ 100\ * | wired\ *\ half)
    if command -v ethtool >/dev/null; then
      echo "@@ ethtool ${i##*/}"
      ethtool "${i##*/}"
      echo "@@ end"
    fi
    ;;
  esac
done 2>/dev/null
true
