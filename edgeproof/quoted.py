"""What programs said, as much of it as a person reads."""

from __future__ import annotations

SHOWN_CHARACTERS = 400


def shortened(words: str, most: int = SHOWN_CHARACTERS) -> str:
    """Cut a text that has more than `most` characters in its middle: whoever says a cause says it last, and of what first."""
    if len(words) <= most:
        return words
    head = most // 3
    return f"{words[:head].rstrip()} … {words[head - most :].lstrip()}"
