# The id, architecture and labels (as JSON) of `image` where the pods of this `runtime` find it, or that runtime's word that it has none.
if [ "${runtime:?}" = containerd ]; then
  PATH=$PATH:/usr/local/bin:/opt/bin
  k3s crictl inspecti -o go-template --template '{{.status.id}} {{.info.imageSpec.architecture}} {{with index .info.imageSpec.config "Labels"}}{{json .}}{{end}}' "${image:?}" 2>&1
else
  docker image inspect --format '{{.Id}} {{.Architecture}} {{json .Config.Labels}}' "${image:?}" 2>&1
fi
