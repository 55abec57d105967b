# What waits for a reboot: the note that packages leave on Debian and Ubuntu, with their names; the running kernel, and those whose modules are there.
if [ -e /run/reboot-required ]; then
  echo required
  [ -r /run/reboot-required.pkgs ] && sort -u /run/reboot-required.pkgs | head -n 50 | sed 's/^/package /'
fi
[ -e /run/systemd/container ] || [ -e /.dockerenv ] && echo container
echo "runs $(uname -r)"
for m in /lib/modules/*/modules.dep; do
  [ -e "$m" ] && m=${m%/*} && echo "modules ${m##*/}"
done
echo end
