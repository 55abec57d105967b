# Packs what was said.
cd "${folder:?}" && tar -czf - said
