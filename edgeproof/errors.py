"""Every error edgeproof raises on purpose, in one tree.

EdgeproofError
├── InventoryError            cluster.yaml is missing or wrong: names the place and the fix
├── ConnectError              a node or the API could not be reached
│   ├── NodeUnreachable       no TCP connection, or none in time
│   ├── SshConfigInvalid      ssh's own configuration cannot be read
│   ├── WayFailed             a jump host, or the program that a ProxyCommand names, did not carry us to the node
│   ├── KeyRefused            the node answers, but accepts none of our keys
│   ├── HostKeyUnknown        the node's host key stands in no known_hosts
│   ├── HostKeyChanged        the node's host key is not the known one
│   ├── KubeconfigInvalid     no kubeconfig, or one that cannot be used
│   │   └── KubeconfigIsLocal its server is this machine, and not the cluster's server
│   ├── ApiUnreachable        the API server does not answer
│   └── ApiRefused            the API server answers, and does not do what was asked: has the HTTP status
│       └── ApiForbidden      because the kubeconfig's user lacks a right: blocks whatever asked
├── BundleError               a bundle cannot be written where it was asked for
├── DatasetError              a dataset cannot be made where it was asked for
└── WorkloadError             an image, a job or a pod did not do its work: says which and why
    └── ServerLost            the NFS server went silent while a job read from it
"""

from __future__ import annotations

from typing import Literal

Does = Literal["reads", "changes", "restarts", "deletes"]
"""What a fix does, the lightest first; of several things it does, the heaviest counts."""


class EdgeproofError(Exception):
    """Base of all; `str()` is a sentence for a person, `fix` what to do about it ('' if unknown).

    `does` is the heaviest thing the fix does: most only look.
    """

    def __init__(self, message: str, fix: str = "", *, does: Does = "reads") -> None:
        super().__init__(message)
        self.fix, self.does = fix, does


class InventoryError(EdgeproofError):
    """The inventory is missing or wrong."""


class ConnectError(EdgeproofError):
    """A node or the API could not be reached."""


class NodeUnreachable(ConnectError):
    """No TCP connection to the node's SSH port, or none in time."""


class SshConfigInvalid(ConnectError):
    """ssh's own configuration cannot be read."""


class WayFailed(ConnectError):
    """What should carry us to the node (jump hosts, a ProxyCommand) failed before the node was reached."""


class KeyRefused(ConnectError):
    """The node accepts none of the keys offered."""


class HostKeyUnknown(ConnectError):
    """The node's host key stands in no known_hosts file."""


class HostKeyChanged(ConnectError):
    """The node's host key differs from the known one."""


class KubeconfigInvalid(ConnectError):
    """There is no kubeconfig, or it cannot be used."""


class KubeconfigIsLocal(KubeconfigInvalid):
    """The kubeconfig names this machine as the cluster's server: it was copied from there as it stood."""


class ApiUnreachable(ConnectError):
    """The API server does not answer."""


class ApiRefused(ConnectError):
    """The API server answers, and does not do what was asked; `status` is the HTTP status."""

    def __init__(self, message: str, fix: str = "", *, status: int, does: Does = "reads") -> None:
        super().__init__(message, fix, does=does)
        self.status = status


class ApiForbidden(ApiRefused):
    """The kubeconfig's user lacks a right, which `str()` names; nothing is known of the cluster by that."""


class BundleError(EdgeproofError):
    """A bundle cannot be written where it was asked for."""


class DatasetError(EdgeproofError):
    """A dataset cannot be made where it was asked for."""


class WorkloadError(EdgeproofError):
    """An image, a job or a pod did not do its work; `said` is what the cluster and the pod themselves said of it.

    `node` is where that was, by the inventory's name; '' where it was on no node, or on no certain one.
    """

    def __init__(self, message: str, fix: str = "", *, said: str = "", node: str = "", does: Does = "reads") -> None:
        super().__init__(message, fix, does=does)
        self.said, self.node = said, node


class ServerLost(WorkloadError):
    """The NFS server answered as a job began, and does not any more."""
