"""The wires: one SSH connection a node, one client of the API. All their failures are edgeproof's own errors."""
