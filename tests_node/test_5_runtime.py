"""Docker, its configuration, the running daemon, and the user's right to it; or containerd; the files that bring the GPU into containers."""

from edgeproof.facts.node import NodeFacts


def test_docker(node: NodeFacts) -> None:
    """Docker runs, starts at boot, and answers."""
    assert node.docker.active == "active"
    assert node.docker.enabled == "enabled"


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


def test_versions_fit(node: NodeFacts) -> None:
    """Docker, containerd, K3s with its cri-dockerd, NVIDIA's toolkit, the kernel and L4T of the node can work together."""
    assert node.versions.conflicts == ()


def test_containerd(node: NodeFacts) -> None:
    """Where containerd runs the pods, it has NVIDIA's runtime; as its default, where cluster.yaml says that pods get the GPU so."""
    assert node.containerd.gpu_runtimes != ()


def test_cdi(node: NodeFacts) -> None:
    """Where CDI is in use, a file of a version that its reader takes names the device that pods ask for."""
    assert node.cdi.refused == ()
    assert node.cdi.fitting != ()


def test_l4t_mount_lists(node: NodeFacts) -> None:
    """The L4T mount lists are there."""
    assert node.l4t_mount_lists != ()
