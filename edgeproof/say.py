"""What tells a person how far something is: it is given a line of text, and may print it or not."""

from __future__ import annotations

from collections.abc import Callable

Say = Callable[[str], None]
