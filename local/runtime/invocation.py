"""What goes into a function and what comes out, with Lambda's limits and error shapes."""

import json
import uuid
from dataclasses import dataclass, field
from time import time
from typing import Any

PAYLOAD_LIMIT = 6 * 1024 * 1024  # bytes, both ways, of a synchronous call


@dataclass(frozen=True)
class Invocation:
    event: bytes
    timeout_s: float
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def deadline_ms(self) -> int:
        return int((time() + self.timeout_s) * 1000)


@dataclass(frozen=True)
class Outcome:
    """A function's answer as JSON; `failed` when it is an error object `{errorType, errorMessage, …}`."""

    payload: bytes
    failed: bool = False

    def json(self) -> Any:
        return json.loads(self.payload or b"null")

    def describe(self) -> str:
        """One line for people."""
        if not self.failed:
            return "ok"
        error = self.json()
        return f"{error.get('errorType', 'Error')}: {error.get('errorMessage', '')}"


def failure(kind: str, message: str) -> Outcome:
    return Outcome(json.dumps({"errorType": kind, "errorMessage": message}).encode(), failed=True)


def answer(payload: bytes) -> Outcome:
    if len(payload) > PAYLOAD_LIMIT:
        size = len(payload)
        return failure(
            "Function.ResponseSizeTooLarge",
            f"Response payload size ({size} bytes) exceeded maximum allowed payload size ({PAYLOAD_LIMIT} bytes).",
        )
    return Outcome(payload)
