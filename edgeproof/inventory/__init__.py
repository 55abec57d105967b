"""What the user declares: the nodes and what they should be. Reads files, touches no wire.

Every value but the nodes has the mission's value as its default.
"""

from edgeproof.inventory.inventory import Inventory
from edgeproof.inventory.sections import (
    ANY,
    NOT_REQUIRED,
    Images,
    Kind,
    Kubernetes,
    Network,
    Node,
    Power,
    Scheduling,
    Ssh,
    Storage,
    System,
    Waiver,
    Workload,
)
from edgeproof.inventory.yaml_file import find_inventory, load_inventory

__all__ = [
    "ANY",
    "NOT_REQUIRED",
    "Images",
    "Inventory",
    "Kind",
    "Kubernetes",
    "Network",
    "Node",
    "Power",
    "Scheduling",
    "Ssh",
    "Storage",
    "System",
    "Waiver",
    "Workload",
    "find_inventory",
    "load_inventory",
]
