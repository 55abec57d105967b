# K3s's journal of the last hour of this boot: the minutes in which its datastore was slow, whether a controller lost its
# leadership, the newest lines, and that all of it was read. `hide` keeps tokens here.
# With --since, systemd 252 gives the oldest lines in place of the newest: what is older is left out here, by the time before each.
{ timeout "${journal_s:?}" journalctl -b -n "${lines:?}" -o short-unix --no-pager -u 'k3s*' 2>/dev/null && echo "@@ read"; } | awk -v since="$(($(date +%s) - 3600))" '
  $0 == "@@ read" {print; next}
  /^-- / {next}
  /^[0-9]+\.[0-9]+ / {old = $1 + 0 < since; sub(/^[^:]*: /, "")}
  old {next}
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
