"""The jobs: puts the image on the nodes, makes datasets, runs Indexed Jobs and keeps what their pods reported."""
