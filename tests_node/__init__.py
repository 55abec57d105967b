"""edgeproof suite: what must be so on each board."""
