"""Parts of the API's objects; any of them may be absent, or of another type than documented."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Any


def part(item: dict[str, Any], *path: str) -> dict[str, Any]:
    """Give the object at a path of keys; an empty one where there is none."""
    for key in path:
        found = item.get(key)
        item = found if isinstance(found, dict) else {}
    return item


def parts(item: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Give the objects of a list; what is none is left out."""
    found = item.get(name)
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def text(item: dict[str, Any], name: str) -> str:
    """Give a value as text; '' where there is none."""
    found = item.get(name)
    return "" if found is None else str(found)


def words(item: dict[str, Any], name: str) -> frozenset[str]:
    """Give a list of words as a set; an empty one where there is no list."""
    found = item.get(name)
    return frozenset(map(str, found)) if isinstance(found, list) else frozenset()


def number(value: object) -> int:
    """Read a count such as 1 or "1"; 0 for what is none."""
    found = re.fullmatch(r"[0-9]{1,9}", str(value))
    return int(found[0]) if found else 0


def pairs(item: dict[str, Any]) -> frozenset[str]:
    """Give labels or annotations as KEY=VALUE."""
    return frozenset(f"{key}={value}" for key, value in item.items())


def moment(words: str) -> datetime | None:
    """Read a time as the API writes it, 2026-01-05T07:02:12Z; None for what is none."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", words):
        return None
    try:
        return datetime.strptime(words, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    except ValueError:
        return None
