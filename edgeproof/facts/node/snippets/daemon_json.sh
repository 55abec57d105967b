# What dockerd runs with (or is to run with), where it looks for its file, which of the programs named there are there, and the file.
pid='' words=''
for a in /var/run/docker.pid /var/snap/docker/current/run/docker.pid; do
  [ -r $a ] && read -r pid <$a
  [ -n "$pid" ] && words=$(tr '\0' '\n' </proc/"$pid"/cmdline)
  case $words in *dockerd*) break ;; esac
  words=''
done 2>/dev/null
[ -n "$words" ] || words=$(systemctl show -p ExecStart docker.service 2>/dev/null)
f=/etc/docker/daemon.json last=
there() {
  p=$(command -v "$1") && [ -x "$p" ] && echo "runs $1" || echo "lacks $1"
}
set -f
for w in $words; do
  case $last in
    --config-file) f=$w ;;
    --default-runtime) echo "flag $last=$w" ;;
    --add-runtime) w=$last=$w ;;
  esac
  last=$w
  case $w in
    --config-file=*) f=${w#*=} ;;
    --default-runtime=*) echo "flag $w" ;;
    --add-runtime=*=*) echo "flag $w" && there "${w#*=*=}" ;;
    -* | '$'*) echo "flag ${w%%=*}" ;;
  esac
done
echo "file $f"
[ -e "$f" ] || echo missing
text=$(cat "$f" 2>/dev/null)
rest=$text
while :; do
  case $rest in
    *'"path"'*) rest=${rest#*'"path"'} ;;
    *'"BinaryName"'*) rest=${rest#*'"BinaryName"'} ;;
    *) break ;;
  esac
  p=${rest#*\"}
  p=${p%%\"*}
  while case $p in *'\/'*) ;; *) false ;; esac; do p=${p%%'\/'*}/${p#*'\/'}; done
  [ -n "$p" ] && there "$p"
done
echo --file--
printf '%s\n' "$text"
