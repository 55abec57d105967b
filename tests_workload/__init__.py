"""edgeproof suite: the two image-classification jobs."""
