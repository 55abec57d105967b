"""What `edgeproof explain` says, of every check and every row."""
