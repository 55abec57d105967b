"""Bundles: what is recorded, what is hidden, and that a replayed bundle is judged as its cluster."""
