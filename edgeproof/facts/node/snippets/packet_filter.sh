# What stands in each of iptables' two backends: NAME, how many rules, what the chain FORWARD does with the rest, how many chains are Kubernetes'.
# Asking loads a backend's modules, so only one that is loaded is asked; NAME none where it is not.
r=$(uname -r)
sum() {
  awk -v name="$1" '/^[*]/ {table = $1; whole = 0} /^# Completed/ {whole = 1} /^-A/ {rules++}
    table == "*filter" && $1 == ":FORWARD" {forward = $2} /^:(KUBE|FLANNEL)-/ {own++}
    END {if (whole) print name, rules + 0, forward == "" ? "-" : forward, own + 0}'
}
if [ ! -s /proc/net/ip_tables_names ]; then
  echo legacy none
elif command -v iptables-legacy-save >/dev/null; then
  timeout "${ask_s:?}" iptables-legacy-save 2>/dev/null | sum legacy
elif ! command -v iptables-nft-save >/dev/null; then
  timeout "$ask_s" iptables-save 2>/dev/null | sum legacy
fi
if ! { grep -q '^nf_tables ' /proc/modules || grep -qs '/nf_tables\.ko' "/lib/modules/$r/modules.builtin"; }; then
  [ -r /proc/modules ] && echo nf_tables none
elif command -v iptables-nft-save >/dev/null; then
  timeout "$ask_s" iptables-nft-save 2>/dev/null | sum nf_tables
fi
true
