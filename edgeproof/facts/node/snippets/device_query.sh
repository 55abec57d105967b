# Runs `image` once, removed afterwards; never pulled.
docker image inspect "${image:?}" >/dev/null 2>&1 || {
  echo no-such-image
  exit 0
}
docker run --rm --network none --label edgeproof=device-query "$image" ./deviceQuery 2>&1
