# Prints its input with the values of tokens, passwords, keys and database addresses as (hidden); what stands too close to be told
# from them is hidden too. `mode`: words (units, environment files), arguments (one a line), yaml, log.
awk -v mode="${1:?}" '
function secret(name) {
  name = tolower(name)
  return name ~ /token|secret|passw|passphrase|credential|datastore.endpoint|vpn.auth|joinkey|access.key|private.key|api.?key/ || name ~ /^--?t$/
}
function nested(text) {
  return secret(text) && (text ~ /[ \t]/ || tolower(text) ~ /(token|secret|passw|passphrase|credential|datastore.endpoint|vpn.auth|joinkey|access.key|private.key|api.?key)[a-z0-9_.-]*["\047]?[=:]/)
}
function clean(text) {
  gsub(/:\/\/[^ \t"\047]*@/, "://(hidden)@", text)
  gsub(/K10[0-9a-f]+::[^ \t"\047]*/, "(hidden)", text)
  return text
}
function words(line, level,  i, c, raw, plain, quoted, out, left) {
  open = raw = plain = out = ""; left[level] = ""
  line = line " "
  for (i = 1; i <= length(line); i++) {
    c = substr(line, i, 1)
    if (c == "\\") { raw = raw substr(line, i, 2); plain = plain substr(line, ++i, 1); continue }
    if (open == "" && (c == "\"" || c == "\047")) { open = c; raw = raw c; continue }
    if (c == open) { open = ""; raw = raw c; continue }
    if (open != "" || (c != " " && c != "\t")) { raw = raw c; plain = plain c; continue }
    if (raw != "") out = out " " word(raw, plain, level)
    raw = plain = ""
  }
  if (raw != "") { quoted = open; out = out " " word(raw, plain, level); open = quoted }
  return substr(out, 2)
}
function word(raw, plain, level,  name) {
  if (pending || (pairs && plain !~ /=/)) { pending = 0; return "(hidden)" }
  name = plain; sub(/=.*/, "", name)
  if (secret(name)) {
    if (name == plain && name !~ /[ \t]/) { pending = (name ~ /^-/); return raw }
    if (name !~ /[ \t]/) return name "=(hidden)"
  }
  if (!nested(plain) && plain !~ /[ \t]--?t[ \t=]/) return raw
  if (plain ~ /[ \t]/ && level < 3) return "\"" words(plain, level + 1) "\""
  return "(hidden)"
}
{ sub(/\r$/, "") }
mode == "arguments" { if (pending || secret($0) || $0 ~ /^--?t=/) $0 = word($0, $0, 3); print clean($0); next }
mode == "log" {
  gsub(/([Tt]oken|[Ss]ecret|[Pp]assw[a-z]*)["\047]?[=:][ \t]*["\047\\]*[^ \t"\047,]+/, "(hidden)")
  gsub(/--?(agent-)?(t|token)[ \t]+[^ \t]+/, "--token (hidden)")
  print clean($0); next
}
mode == "yaml" {
  if ($0 ~ /^[ \t]*(#|$)/) next
  match($0, /^[ \t]*/); deep = RLENGTH
  key = $0 ~ /^[ \t]*["\047]?-*[A-Za-z][^"\047: \t]*["\047]?[ \t]*:([ \t]|$)/
  if (below != "") { if (!key || deep > below) next; below = "" }
  name = value = $0
  if (key) { match($0, /:([ \t]|$)/); name = substr($0, 1, RSTART - 1); value = substr($0, RSTART + 1); sub(/^[ \t]+/, "", value) }
  if (!(key && secret(name)) && !nested(value) && name !~ /^[ \t]*["\047]?-*t["\047]?[ \t]*$/) { print clean($0); next }
  below = deep
  if (match($0, /^[ \t]*- +/)) print substr($0, 1, RLENGTH) "(hidden)"
  else if (key) { comma = ($0 ~ /^[ \t]*["\047].*,[ \t]*$/) ? "," : ""; match($0, /:([ \t]|$)/); print substr($0, 1, RSTART) " \"(hidden)\"" comma }
  else print substr("          ", 1, deep) "(hidden)"
  next
}
swallow != "" { if (i = index($0, swallow)) swallow = ""; next }
/^# \// || /^[ \t]*EnvironmentFile *=/ { print; next }
/^[ \t]*[#;]/ { next }
{
  while (sub(/\\$/, " ") && (getline more) > 0) { sub(/\r$/, "", more); if (more !~ /^[ \t]*[#;]/) $0 = $0 more; else $0 = $0 "\\" }
  pending = pairs = 0; lead = ""
  if (match($0, /^(Environment|Exec[A-Za-z]*)=[-@:+!]*/)) { lead = substr($0, 1, RLENGTH); pairs = lead ~ /^Env/; $0 = substr($0, RLENGTH + 1) }
  else if (match($0, /^[ \t]*(export[ \t]+)?[A-Za-z_][A-Za-z0-9_]*=/) && secret(substr($0, 1, RLENGTH))) {
    name = substr($0, 1, RLENGTH); words($0, 1); swallow = open
    print name "(hidden)"; next
  }
  text = words($0, 1)
  if (open != "" && text ~ /\(hidden\)"?$/) swallow = open
  print clean(lead text)
}'
