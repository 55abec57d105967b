"""What is full, what cannot be written, and whose errors count."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgeproof.facts.node.disk import Disk, DiskErrors, FileSystem, parse_disk, parse_disk_errors
from edgeproof.facts.observed import NotApplicable
from edgeproof.facts.probe import Output

SAMPLES = Path(__file__).parents[1] / "samples"


def disk_of(text: str) -> Disk:
    """Make the fact of what the snippet printed."""
    found = parse_disk(Output(text))
    assert isinstance(found, Disk)
    return found


def errors_of(sample: str) -> DiskErrors:
    """Make the fact of a kernel log."""
    found = parse_disk_errors(Output((SAMPLES / "disk_errors" / f"{sample}.txt").read_text()))
    assert isinstance(found, DiskErrors)
    return found


NANO = disk_of((SAMPLES / "disk" / "nano.txt").read_text())
ELSEWHERE = disk_of((SAMPLES / "disk" / "images-elsewhere.txt").read_text())
ON_SSD = disk_of("space root /dev/nvme0n1p1 100 50 /\nspace pods /dev/nvme0n1p1 100 50 /\n")


@pytest.mark.parametrize(
    ("free", "inodes_free", "roles", "full"),
    [
        (14, 50, ("images",), True),
        (16, 50, ("images",), False),
        (14, 50, ("root", "pods"), False),
        (9, 50, ("pods",), True),
        (14, 50, ("root", "pods", "images"), True),
        (50, 4, ("pods",), True),
    ],
)
def test_full(free: int, inodes_free: int, roles: tuple[str, ...], full: bool) -> None:
    """Images need 15 % of their file system, pods 10 %, both 5 % of the inodes; where they share one, the higher bar counts."""
    assert FileSystem("/", "/dev/sda1", roles, 100, free, 100, inodes_free).is_full is full  # type: ignore[arg-type]


def test_no_inodes_are_not_too_few() -> None:
    """Btrfs counts none."""
    assert disk_of("space root /dev/sda2 1000 500 /\ninodes root 0 0\n").full == ()


def test_a_full_one_is_named() -> None:
    """Its mount, what lies on it, and what is free."""
    assert [str(each) for each in ELSEWHERE.full] == ["/ (root, pods): 1.2 GB free, 8 %"]


def test_read_only() -> None:
    """A read-only root is a fault where pods or images lie on it, and none where they do not."""
    assert ELSEWHERE.read_only == ("/",)
    apart = disk_of(
        "space root /dev/sda1 100 50 /\nspace pods /dev/sda2 100 50 /var\nmounted / ro,relatime\nmounted /var rw\n"
    )
    assert apart.read_only == ()
    assert NANO.read_only == ()


def test_a_disk_is_known_by_its_partition() -> None:
    """An overlay's or the kernel's own name for the root tells none."""
    names = ["/dev/mmcblk0p1", "/dev/nvme0n1p15", "/dev/sda2", "/dev/vda", "overlay", "/dev/root", "/dev/mapper/x"]
    assert [FileSystem("/", name, ("root",), 1, 1).disk for name in names] == [
        "mmcblk0",
        "nvme0n1",
        "sda",
        "vda",
        "",
        "",
        "",
    ]


def test_errors_of_its_own_disks_count() -> None:
    """Those of another disk do not, where the own ones are known; where they are not, any do."""
    errors = errors_of("newer-kernel")
    assert [line.split(",")[0] for line in errors.of(ON_SSD)] == [
        "nvme nvme0: controller is down; will reset: CSTS=0xffffffff"
    ]
    assert len(errors.of(ELSEWHERE)) == 3


@pytest.mark.parametrize("sample", ["wrapped", "cleared"])
def test_a_log_without_its_beginning_proves_nothing(sample: str) -> None:
    """No error in it is no health."""
    with pytest.raises(NotApplicable):
        errors_of(sample).of(NANO)


def test_a_whole_log_without_errors() -> None:
    """Parts of an eMMC that no file system reads, floppies and loops are no disks."""
    assert errors_of("rpmb-and-others").of(NANO) == ()
