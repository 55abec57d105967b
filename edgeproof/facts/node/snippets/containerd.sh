# What the containerd that runs the pods tells K3s's crictl of itself, and of its runtimes; then the file that configured it, in parts, since
# registries' passwords may stand in it, and the templates that somebody wrote for K3s to make that file from.
PATH=$PATH:/usr/local/bin:/opt/bin
echo @@ version
k3s crictl version 2>&1
echo @@ info
# shellcheck disable=SC2016  # crictl fills these in
k3s crictl info -o go-template --template '{{with .config}}{{with .containerd}}default {{.defaultRuntimeName}}{{range $n, $r := .runtimes}}
runtime {{$n}} {{with $r.options}}{{.BinaryName}}{{end}}{{end}}{{end}}
cdi {{.enableCDI}}{{end}}' 2>&1
d=/var/lib/rancher/k3s/agent/etc/containerd
for f in $d/config.toml.tmpl $d/config-v3.toml.tmpl; do
  [ -e "$f" ] && echo "@@ template $f"
done
for f in $d/config.toml /etc/containerd/config.toml; do
  [ -r "$f" ] || continue
  echo "@@ file $f"
  grep -E '^ *(\[|default_runtime_name *=|BinaryName *=)' "$f"
  break
done
true
