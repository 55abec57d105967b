# What K3s said of its network policy controller since boot, the newest last, and the exit status of reading that.
{
  timeout "${journal_s:?}" journalctl -b -o cat --no-pager -u k3s -u k3s-agent -u k3s-node 2>/dev/null
  echo "read $?"
} | grep -E '[Nn]etwork policy controller|^read [0-9]+$' | tail -n 4
