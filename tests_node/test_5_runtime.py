"""Docker, its configuration, the running daemon, and the user's right to it."""

from edgeproof.facts.node import NodeFacts


def test_docker(node: NodeFacts) -> None:
    """Docker runs, starts at boot, and answers."""
    assert node.docker.active == "active"
    assert node.docker.enabled == "enabled"
    assert node.docker.version != ""


def test_docker_held(node: NodeFacts) -> None:
    """On L4T, apt is told to hold back the packages that Docker is made of."""
    assert node.docker.unheld == ()


def test_daemon_json(node: NodeFacts) -> None:
    """Dockerd takes its configuration, which names an nvidia runtime that is there to run, and makes it the default."""
    assert node.daemon_json.error == ""
    assert node.daemon_json.nvidia_path != ""
    assert node.daemon_json.nvidia_runs is True
    assert node.daemon_json.default_runtime == "nvidia"


def test_daemon_agrees(node: NodeFacts) -> None:
    """The running daemon has the nvidia runtime, and it is its default."""
    assert "nvidia" in node.docker.runtimes
    assert node.docker.default_runtime == "nvidia"


def test_docker_group(node: NodeFacts) -> None:
    """The user runs docker without sudo."""
    assert node.docker_group.works is True


def test_l4t_mount_lists(node: NodeFacts) -> None:
    """The L4T mount lists are there."""
    assert node.l4t_mount_lists != ()
