# Addresses, routes, name servers.
ip -o -4 address show
ip -4 route show
cat /etc/resolv.conf
grep -hs '^nameserver' /run/systemd/resolve/resolv.conf
true
