# Unpacks standard input into `path`, in place of the images edgeproof made before (`ours`); refuses where there are others.
cd "${path:?}" || exit "${no_folder:?}"
for f in *.jpg; do
  [ -e "$f" ] || continue
  [ -e "${note:?}" ] || exit "${foreign:?}"
  # shellcheck disable=SC2254  # a pattern it is
  case $f in
    ${ours:?}) ;;
    *) exit "$foreign" ;;
  esac
done
# shellcheck disable=SC2086
rm -f $ours && tar -xf -
