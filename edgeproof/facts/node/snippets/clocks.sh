# The clocks, then what pins them at boot.
jetson_clocks --show
grep -lsE '^ *(Exec[A-Za-z]*=.*)?jetson_clocks' /etc/systemd/system/*.service /etc/rc.local /etc/cron.d/* |
  sed 's/^/unit:/'
true
