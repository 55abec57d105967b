# The id and architecture of `image`, or Docker's word that it has none.
docker image inspect --format '{{.Id}} {{.Architecture}}' "${image:?}" 2>&1
