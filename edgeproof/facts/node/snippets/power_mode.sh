# The mode, the modes of the board's own conf (often a link to one of /etc/nvpmodel), what board it is.
command -v nvpmodel >/dev/null || { echo absent; exit 0; }
nvpmodel -q
grep -sE '^ *(< *POWER_MODEL|CPU_ONLINE)' /etc/nvpmodel.conf
printf 'words '
tr '\000' ' ' </proc/device-tree/compatible 2>/dev/null
echo
