"""The jobs: puts the image on the nodes, runs Indexed Jobs, reads what each shard printed, cleans up."""
