"""The pytest side: options, gathering once, fixtures, `blocked` as an outcome of its own, record and matrix."""

pytest_plugins = (
    "edgeproof.plugin.options",
    "edgeproof.plugin.session",
    "edgeproof.plugin.fixtures",
    "edgeproof.plugin.stages",
    "edgeproof.plugin.workloads",
    "edgeproof.plugin.outcome",
    "edgeproof.plugin.reporting",
)
