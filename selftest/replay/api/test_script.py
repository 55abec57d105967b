"""What the language does not have is an error, with the place: a misspelt case must not pass for a healthy cluster."""

from __future__ import annotations

from typing import Any

import pytest

from selftest.replay.api.script import ScriptInvalid, Spec, by_node


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"script": []}, "api.yaml: script: not in the language"),
        ({"scripts": [{"kind": "Pod", "node": "x"}]}, "scripts: node: not in the language"),
        ({"scripts": [{"name": "x"}]}, "which kind"),
        ({"scripts": [{"kind": "Pod", "pods": "sleeping"}]}, "'sleeping' is none of running"),
        ({"scripts": [{"kind": "Pod", "pods": {"a": {"state": "running", "exit": 1}}}]}, "a pod's state: exit:"),
        ({"exec": [{"pods": "*"}]}, "exec: pods: not in the language"),
        ({"logs": ["text"]}, "logs: a mapping is wanted"),
        ({"events": {"about": "x"}}, "events: about: not in the language"),
        ({"nfs": {"file": 1}}, "nfs: file: not in the language"),
    ],
)
def test_not_in_the_language(spec: dict[str, Any], words: str) -> None:
    """Each error names what is wrong, and where."""
    with pytest.raises(ScriptInvalid, match=words):
        Spec(spec)


@pytest.mark.parametrize(("node", "wanted"), [("user-worker", 3), ("user-other", 2), ("nano", 1)])
def test_closest_pattern(node: str, wanted: int) -> None:
    """A node's own name goes before a pattern, a longer pattern before a shorter one, whatever the order."""
    assert by_node({"*": 1, "user-*": 2, "user-worker": 3}, node, 0) == wanted
