# How long the node is up; whether the kernel's clock is kept by another one: by timedatectl (show came with systemd 239), and by the programs
# that keep it themselves, since the kernel does not hear of all of them; the services that run. A container has its host's clock.
read -r u _ </proc/uptime && echo "up ${u%.*}"
[ -e /run/systemd/container ] || [ -e /.dockerenv ] && echo container
timedatectl show -p NTPSynchronized 2>/dev/null || timedatectl status --no-pager 2>/dev/null | grep -i 'synchronized:'
command -v chronyc >/dev/null && timeout "${ask_s:?}" chronyc -n tracking 2>/dev/null | grep '^Leap status'
command -v ntpq >/dev/null && timeout "$ask_s" ntpq -n -c rv 2>/dev/null
command -v ntpctl >/dev/null && timeout "$ask_s" ntpctl -s status 2>/dev/null
systemctl list-units --no-legend --plain --state=active --type=service \
  'systemd-timesyncd*' 'chrony*' 'ntp*' 'openntpd*' 'phc2sys*' 'ptp4l*' 2>/dev/null | awk '{print "unit:" $1}'
true
