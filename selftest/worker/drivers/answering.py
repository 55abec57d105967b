"""What every driver does: a line in, a line out."""

import json
import sys
from typing import Any, Callable


def answer(function: Callable[[Any], Any]) -> None:
    """Answer every line of standard input with what `function` makes of its value."""
    for line in sys.stdin:
        sys.stdout.write(json.dumps(function(json.loads(line))) + "\n")
        sys.stdout.flush()
