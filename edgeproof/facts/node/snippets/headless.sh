# The boot target, then the display managers that run.
systemctl get-default
systemctl list-units --no-legend --plain --state=active --type=service \
  'gdm*' 'lightdm*' 'sddm*' 'display-manager*' | awk '{print $1}'
