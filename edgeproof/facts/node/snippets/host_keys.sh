# The public host keys: of the files that sshd's settings name (HostKey, sshd_config(5)), else of its usual ones.
f=$(grep -hsiE '^[[:space:]]*HostKey[[:space:]]' /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf | tr -d '"' | awk '{ print $2 }')
[ -n "$f" ] || f='/etc/ssh/ssh_host_rsa_key /etc/ssh/ssh_host_ecdsa_key /etc/ssh/ssh_host_ed25519_key'
for k in $f; do
  read -r t v _ <"$k.pub" && echo "key $t $v"
done 2>/dev/null
true
