# Lines NAME=VALUE: both services, the flags of the one that runs, where it joined, the token file's mode, both sides' CA.
for u in k3s k3s-agent; do
  echo "$u=$(systemctl is-active $u 2>/dev/null)"
done
u=k3s
systemctl is-active -q k3s || u=k3s-agent
# shellcheck disable=SC1003,SC2046  # tr takes a backslash; the flags become words of one line
echo exec=$(systemctl cat $u 2>/dev/null |
  awk '/^ExecStart=/ {p=1} p {print} p && !/\\$/ {exit}' | tr -d '\\' | cut -d= -f2-)
echo "url=$(sed -n "s/^K3S_URL=[\"']*\([^\"']*\).*/\1/p" /etc/systemd/system/$u.service.env 2>/dev/null)"
d=/var/lib/rancher/k3s
echo "token_mode=$(stat -L -c %a $d/server/node-token 2>/dev/null)"
echo "server_ca=$(sha256sum $d/server/tls/server-ca.crt 2>/dev/null | cut -c1-64)"
echo "agent_ca=$(sha256sum $d/agent/server-ca.crt 2>/dev/null | cut -c1-64)"
