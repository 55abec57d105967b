# The name, and whether the node resolves it itself, by whatever nsswitch.conf names.
n=$(hostname)
echo "$n"
command -v getent >/dev/null && { getent hosts "$n" >/dev/null && echo "resolves yes" || echo "resolves no"; }
true
