# `missing`, or `runs` where the nvidia runtime it names is there to run; then the file itself.
f=/etc/docker/daemon.json
[ -e $f ] || echo missing
p=$(sed -n 's/.*"path"[^"]*"\([^"]*nvidia-container-runtime[^"]*\)".*/\1/p' $f 2>/dev/null | head -n 1)
[ -n "$p" ] && command -v "$p" >/dev/null && echo runs
echo --file--
cat $f 2>/dev/null
true
