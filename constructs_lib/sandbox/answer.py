"""A request to an API and the answer to it, free of the way on which they travel."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from constructs_lib.sandbox import exact_json
from constructs_lib.sandbox.errors import ApiError


@dataclass(frozen=True)
class ApiRequest:
    """A request, free of the way on which it came."""

    method: str
    path: str
    """The decoded path, such as ``/v1/connections``."""
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Header names in lower case."""
    body: bytes = field(default=b"", repr=False)
    raw_path: str = ""
    """The path as it was sent, percent-encoded; empty if only the decoded one is known."""


class Delivery(enum.Enum):
    """How much of an answer reaches its client."""

    WHOLE = enum.auto()
    TRUNCATED = enum.auto()
    """Half of the body, and then the end of the connection."""
    RESET = enum.auto()
    """Nothing: the connection is reset."""


@dataclass(frozen=True)
class ApiResponse:
    """An answer: the status, the envelope and further headers; and how it is delivered."""

    status: int
    envelope: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    """The body, where a fault puts another in the place of the envelope."""
    delivery: Delivery = Delivery.WHOLE
    delay_seconds: float = 0.0
    """How long whoever carries the answer holds it back."""

    @property
    def content(self) -> bytes:
        """The body: the envelope as JSON, or what a fault put in its place."""
        return exact_json.dumps(self.envelope).encode() if self.raw is None else self.raw

    def headers_for(self, content: bytes) -> dict[str, str]:
        """All headers of the answer, with type and length of its body."""
        about = {"Content-Type": "application/json", "Content-Length": str(len(content))}
        return {**about, **self.headers}


class Answers(Protocol):
    """An API: what a server, or the transport within a process, asks for answers."""

    def handle(self, request: ApiRequest) -> ApiResponse:
        """The answer to a request."""
        ...

    def failure(self, error: ApiError) -> ApiResponse:
        """The answer that tells of an error."""
        ...
