# The service, the packages that apt holds back, the running daemon.
systemctl show -p LoadState,ActiveState,UnitFileState docker.service
apt-mark showhold 2>/dev/null | sed 's/^/held /'
docker info --format '{{json .}}' 2>/dev/null
true
