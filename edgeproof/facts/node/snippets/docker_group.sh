# The groups of this login, then whether Docker answers it, or what docker says in place of that.
id -nG
said=$(docker version 2>&1 >/dev/null) && echo works || printf 'said %s\n' "$said"
