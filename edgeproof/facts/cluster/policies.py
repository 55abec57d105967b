"""NetworkPolicies: that there are some, and whose network is to enforce them."""

from __future__ import annotations

from typing import Any

from edgeproof.facts.cluster.parse import part, parts, text
from edgeproof.facts.observed import unobserved


def parse_policies(raw: dict[str, Any]) -> Any:
    """Name the NetworkPolicies, as NAMESPACE/NAME."""
    if raw["refused"]:
        return unobserved(f"the API server does not list NetworkPolicies: {raw['said']}")
    metadata = (part(item, "metadata") for item in parts(raw["found"], "items"))
    return tuple(f"{text(each, 'namespace')}/{text(each, 'name')}" for each in metadata)
