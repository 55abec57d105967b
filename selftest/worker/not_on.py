"""Which of the worker's selftests a bed does not run, by name, and why; everything else runs on every bed."""

from __future__ import annotations

OLD_NUMPY = "this torch takes every numpy that there is for its Python"
OTHER_LIBC = "libfaketime here is for a newer C library than this bed's own"
SLOW_FP16 = "newer torch has fp16 on a CPU, and takes a minute for three images"
NOT_ON: dict[str, dict[str, str]] = {
    "today": {
        "test_formats_of_numbers[fp16]": SLOW_FP16,
        "test_numpy_too_old_for_torch": OLD_NUMPY,
    },
    "old": {"test_numpy_too_old_for_torch": OLD_NUMPY},
    "python36": {"test_numpy_too_old_for_torch": OLD_NUMPY},
    "middle": {"test_numpy_too_old_for_torch": OLD_NUMPY},
    "newest": {"test_formats_of_numbers[fp16]": SLOW_FP16, "test_numpy_too_old_for_torch": OLD_NUMPY},
    "bullseye": {
        "test_numpy_too_old_for_torch": OLD_NUMPY,
        "test_the_date_is_set_on_the_way[seed]": OTHER_LIBC,
        "test_the_date_is_set_on_the_way[tuned]": OTHER_LIBC,
    },
}
"""By bed, then by the test's name."""
