"""edgeproof suite: what must be so of the cluster."""
