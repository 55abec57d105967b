# The boot target, whether it has a display manager to start (installing one makes this link), and those that run.
systemctl get-default
[ -e /etc/systemd/system/display-manager.service ] && echo "starts display-manager"
systemctl list-units --no-legend --plain --state=active --type=service \
  'gdm*' 'lightdm*' 'sddm*' 'display-manager*' 'lxdm*' 'xdm*' 'nodm*' 'greetd*' slim.service ly.service | awk '{print $1}'
