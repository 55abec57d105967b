"""What the API server says instead of an answer: a Status object."""

from __future__ import annotations

from typing import Any

REASONS = {
    400: "BadRequest", 401: "Unauthorized", 403: "Forbidden", 404: "NotFound", 405: "MethodNotAllowed",
    409: "Conflict", 415: "UnsupportedMediaType", 422: "Invalid", 429: "TooManyRequests", 500: "InternalError",
    503: "ServiceUnavailable", 504: "Timeout",
}  # fmt: skip


class Refusal(Exception):
    """A request that is not done; `status` is HTTP's, `reason` the Status object's."""

    def __init__(self, status: int, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.status, self.message, self.reason = status, message, reason or REASONS.get(status, "")

    def as_status(self) -> dict[str, Any]:
        """Give the Status object."""
        return {
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": self.message, "reason": self.reason, "code": self.status,
        }  # fmt: skip


class Undescribed(Refusal):
    """A request that nobody described, neither Kubernetes' table of kinds nor the case."""

    def __init__(self, message: str = "the server could not find the requested resource") -> None:
        super().__init__(404, message)
