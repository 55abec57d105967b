# K3s's journal of the last hour of this boot: the minutes in which its datastore was slow, whether a controller lost its
# leadership, the newest lines, and that all of it was read. `hide` keeps tokens here.
{ timeout "${journal_s:?}" journalctl -b --since=-1h -n "${lines:?}" -o cat --no-pager -u 'k3s*' 2>/dev/null && echo "@@ read"; } | awk '
  $0 == "@@ read" {print; next}
  /Slow SQL/ {
    m = "-"
    if (match($0, /^time="[0-9-]+T[0-9]+:[0-9]+/)) m = substr($0, 7, RLENGTH - 6)
    if (!(m in seen)) {seen[m]; slow++}
  }
  /[Ll]eaderelection lost/ {lost++}
  {tail[n++ % 60] = $0}
  END {
    print "@@ slow minutes", slow + 0
    print "@@ leadership lost", lost + 0
    for (i = n > 60 ? n - 60 : 0; i < n; i++) print tail[i % 60]
  }' | hide log
