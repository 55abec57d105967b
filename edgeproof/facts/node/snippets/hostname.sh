# The name, and whether the node resolves it itself.
hostname
getent hosts "$(hostname)" >/dev/null && echo resolves
true
