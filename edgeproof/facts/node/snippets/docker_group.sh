# The groups of this login, then whether Docker answers it.
id -nG
docker version >/dev/null 2>&1 && echo works
true
