"""The lab's one error."""

from __future__ import annotations


class LabError(Exception):
    """The lab cannot do what was asked; the message is a sentence for a person and names the fix."""
