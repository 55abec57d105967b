"""Which of the worker's selftests a bed does not run, by name, and why; everything else runs on every bed."""

from __future__ import annotations

NOT_ON: dict[str, dict[str, str]] = {
    "today": {"test_formats_of_numbers[fp16]": "newer torch has fp16 on a CPU, and takes a minute for three images"},
}
"""By bed, then by the test's name."""
