# K3s: its processes and services, what they run with (units, environment files, config.yaml), its data folders, what it said last.
# Sections begin with `@@`. No token is printed: every text goes through the function `hide` (hide_secrets.sh).
p=Id,LoadState,ActiveState,SubState,Result,NRestarts,ActiveEnterTimestampMonotonic,InactiveExitTimestampMonotonic,EnvironmentFiles
units="k3s.service k3s-agent.service" configs=/etc/rancher/k3s/config.yaml datas=/var/lib/rancher/k3s envs='' hosts='' alone=''
# Where settings lead: lines config, data, host, env, each with its value.
leads() {
  awk '{
    gsub(/["\047=, \t]+/, " ")
    n = split($0, w, " ")
    for (i = 1; i < n; i++) {
      k = w[i]; v = w[i + 1]; sub(/^-+/, "", k); sub(/[:+]+$/, "", k); sub(/^-/, "", v)
      if (v ~ /^\/[^%]*$/) {
        sub(/\/+$/, "", v)
        if (k ~ /^(c|config|K3S_CONFIG_FILE)$/) print "config", v
        if (k ~ /^(d|data-dir|K3S_DATA_DIR)$/) print "data", v
        if (k ~ /^EnvironmentFiles?$/) print "env", v
        if (k == "exe" && sub(/\/data\/[^\/]*\/bin\/.*/, "", v)) print "data", v
      }
      if (k ~ /^(s|server|K3S_URL)$/ && sub(/^https?:\/\/(.*@)?/, "", v) && sub(/[:\/].*|$/, "", v) && v ~ /[A-Za-z]/) print "host", v
    }
  }'
}
follow() {
  while read -r k v; do
    case "$k $configs $datas $envs $hosts " in
    *" $v "*) ;;
    config\ *) configs="$configs $v" ;;
    data\ *) datas="$datas $v" ;;
    env\ *) envs="$envs $v" ;;
    host\ *) hosts="$hosts $v" ;;
    esac
  done <<E
$(leads <<T
$1
T
)
E
}
# K3s names itself k3s-server or k3s-agent, and hides its arguments from ps (k3s-io/k3s, SetProcTitle in pkg/cli/server).
# shellcheck disable=SC2013  # no blanks in these paths
running=$(for c in $(grep -lxE 'k3s(-server|-agent)?' /proc/[0-9]*/comm 2>/dev/null); do
  d=${c%/comm} u=-
  while read -r l; do
    case $l in
    */docker/* | *docker-*.scope* | *kubepods* | *libpod* | */lxc*) u=container ;;
    *.service) [ "$u" = container ] || u=${l##*/} ;;
    esac
  done 2>/dev/null <"$d/cgroup"
  case " container $seen " in *" $u "*) continue ;; esac
  seen="$seen $u"
  echo "@@ process $u"
  echo "comm $(cat "$d/comm")"
  echo "exe $(readlink "$d/exe")"
  tr '\0' '\n' <"$d/cmdline" | hide arguments | sed 's/^/argument /'
  tr '\0' '\n' <"$d/environ" | grep -E '^K3S_(URL|CONFIG_FILE)=' | hide words
done 2>/dev/null)
while read -r a b c; do
  case "$a $b $units - " in
  *" $c "*) ;;
  "@@ process "*) units="$units $c" ;;
  esac
done <<E
$running
E
# shellcheck disable=SC2086  # several units
show=$(systemctl show -p $p $units 2>/dev/null)
case $show$running in
*LoadState=loaded* | *@@*) ;;
*LoadState=*)
  # shellcheck disable=SC2013
  for f in $(grep -lsE '^ExecStart=.*/k3s([ \\]|$)' /etc/systemd/system/*.service /lib/systemd/system/*.service); do
    units="$units ${f##*/}"
  done
  # shellcheck disable=SC2086
  show=$(systemctl show -p $p $units 2>/dev/null)
  ;;
esac
# shellcheck disable=SC2086
cat=$(systemctl cat $units 2>/dev/null | hide words)
read -r up _ 2>/dev/null </proc/uptime
printf '%s\n' "@@ show" "$show" "@@ uptime $up" "$running" "@@ cat" "$cat"
follow "$running
$show
$cat"
# A file: its text, or that there is none.
tell() {
  if [ -f "$2" ]; then
    echo "@@ file $2"
    hide "$1" <"$2"
  else
    echo "@@ absent $2"
  fi
}
text=$(for f in $envs; do tell words "$f"; done)
printf '%s\n' "$text"
follow "$text"
text=$(for f in $configs; do
  tell yaml "$f"
  for g in "$f".d/*.yaml "$f".d/*.yml; do [ -f "$g" ] && tell yaml "$g"; done
done)
printf '%s\n' "$text"
follow "$text"
for d in $datas; do
  echo "@@ data $d"
  stat -L -c '%a %u %n' "$d/server" "$d/server/tls" "$d/server/token" "$d/server/node-token" "$d/server/agent-token" "$d/agent" 2>/dev/null
  sha256sum "$d/server/tls/server-ca.crt" "$d/agent/server-ca.crt" 2>/dev/null
  [ ! -d "$d/agent" ] || [ -e "$d/agent/server-ca.crt" ] || alone=yes
done
for h in $hosts; do
  echo "@@ host $h"
  timeout "${limit_s:?}" getent ahosts "$h"
done
# It does not run, or runs and has not joined: an agent without a cluster CA asks its server again and again.
case "$show $alone" in
*=activating* | *=failed* | *NRestarts=[1-9]* | *" yes")
  echo "@@ journal"
  # shellcheck disable=SC2046,SC2086  # a -u before each unit
  timeout "${journal_s:?}" journalctl -b -n 40 -o cat --no-pager $(printf ' -u %s' $units) 2>/dev/null | hide log
  ;;
esac
true
