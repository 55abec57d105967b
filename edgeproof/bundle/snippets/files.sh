# Lines `file KIND|MODE|OWNER|PATH`, KIND as stat says it, then the file's first `bytes` in base64; links as `link PATH|TARGET`.
# shellcheck disable=SC2086  # `paths` holds patterns
for p in ${paths:?}; do
  [ -L "$p" ] && echo "link $p|$(readlink "$p")"
  [ -e "$p" ] || continue
  echo "file $(stat -L -c '%F|%a|%U:%G' "$p")|$p"
  [ -f "$p" ] && head -c "${bytes:?}" "$p" 2>/dev/null | base64 | sed 's/^/data /'
done
true
