"""Replayed clusters: a cluster as a folder, made to answer the real pytest command, and its whole verdict compared."""
