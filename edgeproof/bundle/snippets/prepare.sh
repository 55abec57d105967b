# Makes `folder`, closed to other users of the node, with a stand-in, the text `stand_in`, for each of `commands` that is installed; names the others.
umask 022
mkdir -m 700 "${folder:?}" && mkdir "$folder/bin" "$folder/said" && cd "$folder" || exit 1
printf '#!/bin/sh\n%s\n' "${stand_in:?}" >bin/.record && chmod 755 bin/.record
PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/sbin
for c in ${commands:?}; do
  case $(command -v "$c") in
    /*) ln -s .record "bin/$c" ;;
    *) echo "absent $c" ;;
  esac
done
