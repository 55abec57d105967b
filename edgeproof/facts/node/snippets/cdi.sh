# The mode of NVIDIA's container runtime; then of each CDI file the lines that tell its version, its kind, its devices' names and its newest field.
sed -n 's/^ *mode *= *"\([a-z]*\)".*/mode \1/p' /etc/nvidia-container-runtime/config.toml 2>/dev/null
for f in /etc/cdi/*.yaml /etc/cdi/*.json /var/run/cdi/*.yaml /var/run/cdi/*.json; do
  [ -r "$f" ] || continue
  echo "@@ file $f"
  grep -E '(cdiVersion|kind|additionalGids|^ {0,4}(- )?"?name)"? *:' "$f" | head -c 20000
  echo
done
echo @@ end
