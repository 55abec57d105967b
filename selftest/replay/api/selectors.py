"""Label and field selectors, as queries and as objects write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from selftest.replay.api.refusal import Refusal

LABEL = re.compile(
    r"^(?P<key>[\w./-]+)\s*(?:(?P<sign>==|=|!=)\s*(?P<value>[\w.-]*)|\s(?P<word>in|notin)\s*\((?P<values>[^)]*)\))?$"
)


def has_labels(query: str, labels: Mapping[str, str]) -> bool:
    """Tell whether a labelSelector holds: `a=b,c!=d,e,!f,g in (h,i)`."""
    return all(_has_label(part.strip(), labels) for part in re.split(r",(?![^(]*\))", query) if part.strip())


def _has_label(part: str, labels: Mapping[str, str]) -> bool:
    if part.startswith("!"):
        return part[1:] not in labels
    found = LABEL.match(part)
    if not found:
        raise Refusal(400, f"unable to parse requirement: {part}")
    key, value = found["key"], labels.get(found["key"])
    if found["word"]:
        values = [text.strip() for text in found["values"].split(",")]
        return value in values if found["word"] == "in" else value not in values
    if not found["sign"]:
        return key in labels
    return value != found["value"] if found["sign"] == "!=" else value == found["value"]


def has_fields(query: str, item: Mapping[str, Any]) -> bool:
    """Tell whether a fieldSelector holds: `involvedObject.name=x,type!=Normal`; a field that is not there is ''."""
    for part in filter(None, query.split(",")):
        found = re.match(r"^([\w.]+)(==|=|!=)(.*)$", part)
        if not found:
            raise Refusal(400, f"invalid selector: {part!r}; can't understand it")
        value: Any = item
        for name in found[1].split("."):
            value = (value or {}).get(name) if isinstance(value, Mapping) else None
        if (str(value if value is not None else "") == found[3]) is (found[2] == "!="):
            return False
    return True


def selects(selector: Mapping[str, Any] | None, labels: Mapping[str, str]) -> bool:
    """Tell whether an object's selector (matchLabels, matchExpressions) holds; none selects nothing."""
    if selector is None:
        return False
    wanted = selector.get("matchLabels") or {}
    return all(labels.get(key) == value for key, value in wanted.items()) and expressions_hold(
        selector.get("matchExpressions") or [], labels
    )


def expressions_hold(expressions: list[dict[str, Any]], labels: Mapping[str, str]) -> bool:
    """Tell whether all of `{key, operator, values}` hold."""
    return all(_holds(each["operator"], labels.get(each["key"]), each.get("values") or []) for each in expressions)


def _holds(operator: str, value: str | None, values: list[str]) -> bool:
    if operator in ("Exists", "DoesNotExist"):
        return (value is not None) is (operator == "Exists")
    if operator in ("In", "NotIn"):
        return (value in values) is (operator == "In")
    if value is None or not re.fullmatch(r"-?\d+", value):
        return False
    return int(value) > int(values[0]) if operator == "Gt" else int(value) < int(values[0])
