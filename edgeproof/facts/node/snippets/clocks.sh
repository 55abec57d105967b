# The clocks, then what runs jetson_clocks at boot: lines `boot SOURCE STATE`, and `jtop STATE`.
command -v jetson_clocks >/dev/null || { echo absent; exit 0; }
jetson_clocks --show
d=/etc/systemd/system
units="$d/*.service $d/*.service.d/*.conf /lib/systemd/system/*.service /usr/local/lib/systemd/system/*.service"
jobs="/etc/rc.local /etc/cron.d/* /etc/crontab /var/spool/cron/crontabs/* /var/spool/cron/root /etc/init.d/*"
run='jetson_clocks(\.sh)?([^.A-Za-z0-9_-]|$)'
other='--(restore|show|store)'
# shellcheck disable=SC2086  # the lists of patterns are to be expanded
named=$({
  grep -sHE "^(ExecStart[A-Za-z]*=|[^A-Z#;[])[^#]*$run" $units
  grep -sHE "^[^#]*$run" $jobs
} | grep -vE -e "$other" | cut -d: -f1 | sort -u)
# One level further: the scripts that enabled units, rc.local and cron call.
# shellcheck disable=SC2086
called=$({
  sed -n 's/^ExecStart[A-Za-z]*=[-@:+!]*//p' $d/*.service $d/*.wants/*.service
  sed '/^ *#/d' /etc/rc.local /etc/cron.d/* /etc/crontab /var/spool/cron/crontabs/*
} 2>/dev/null | tr ' \t;&|"'"'" '\n' | grep '^/.*/' | sort -u | grep -vxE '/(usr/)?s?bin/(jetson_clocks|(ba|da)?sh)')
# shellcheck disable=SC2013,SC2086  # a path with blanks is no word of a unit either
for script in $(grep -sIHE "^[^#]*$run" $called /dev/null | grep -vE -e "$other" | cut -d: -f1 | sort -u); do
  named="$named $(grep -slF -e "$script" $units $jobs)"
done
for source in $named; do
  case $source in
    *.service.d/*) source=${source%.service.d/*} unit=${source##*/}.service ;;
    *.service) unit=${source##*/} ;;
    /etc/rc.local) [ -x "$source" ] && echo "boot $source enabled" || echo "boot $source not-executable"; continue ;;
    /etc/init.d/*) unit=${source##*/}.service ;;
    *) echo "boot $source enabled"; continue ;;
  esac
  state=$(systemctl is-enabled "$unit" 2>/dev/null)
  timer=${unit%.service}.timer
  [ -e "$d/$timer" ] && systemctl is-enabled -q "$timer" 2>/dev/null && state=enabled
  echo "boot $unit ${state:-unknown}"
done
echo "jtop $(systemctl is-active jtop.service 2>/dev/null)"
