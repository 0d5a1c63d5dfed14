"""Requests and answers, independent of their transport, and the JSON that they carry.

The JSON here keeps the digits of decimals. Python reads ``0.12345678901234567890`` as a binary
fraction and writes another number, so a connector that counts money or microseconds would get a
cursor that it never stored. Such a number is a :class:`decimal.Decimal` here, which holds exactly
what was sent: also ``1.10``, and ``1e400``. A number that Python writes with the digits that it
had, such as ``0.5``, stays a ``float``.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from constructs_lib.sandbox.common.errors import ApiError

CONTROL_PREFIX = "/_sandbox/"
"""The beginning of the paths that only the sandbox has, for tests to see and steer it. The journal
leaves out requests to them."""

MAX_DEPTH = 100
"""The deepest nesting of a body; Elasticsearch's own limit is 1000."""

Number = (int, float, Decimal)
"""The types that a number of JSON may have here; ``bool`` is an ``int``, too."""


def loads_exact(content: str | bytes) -> Any:
    """Read JSON; a decimal of which a ``float`` loses digits is a :class:`decimal.Decimal`.

    :raises ValueError: if it is not JSON (RFC 8259), such as ``NaN``, or no number of this machine
    :raises RecursionError: if it is nested too deep
    """
    return json.loads(content, parse_float=_exact, parse_constant=refuse_constant)


def dumps_exact(value: Any, sort_keys: bool = False) -> str:
    """Write JSON, decimals with the digits that they were read with.

    :param sort_keys: True writes the keys of objects in their order
    """
    try:
        return json.dumps(value, sort_keys=sort_keys)
    except TypeError:
        # The value holds a decimal, which Python's encoder cannot write as a number.
        return _written(value, sorted if sort_keys else list)


def _written(value: Any, order: Callable[[Any], list[Any]]) -> str:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        members = (f"{json.dumps(key)}: {_written(value[key], order)}" for key in order(value))
        return "{" + ", ".join(members) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_written(item, order) for item in value) + "]"
    return json.dumps(value)


def _exact(text: str) -> float | Decimal:
    number = float(text)
    if repr(number) == text:
        return number
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(f"the exponent of a number is too large: {len(text)} digits") from None


def refuse_constant(name: str) -> None:
    """Refuse ``NaN`` and ``Infinity``, which Python reads and which are not JSON.

    :raises ValueError: always
    """
    raise ValueError(name)


@dataclass(frozen=True)
class ApiRequest:
    """A request, independent of its transport."""

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
    """An answer: its status, envelope and further headers, and how it is delivered."""

    status: int
    envelope: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    """The body, if it is another one than the envelope."""
    delivery: Delivery = Delivery.WHOLE
    delay_seconds: float = 0.0
    """The time for which the transport holds the answer back."""

    @property
    def content(self) -> bytes:
        """The body: the envelope as JSON, or what replaces it."""
        return dumps_exact(self.envelope).encode() if self.raw is None else self.raw

    def headers_for(self, content: bytes) -> dict[str, str]:
        """Return all headers of the answer, with type and length of its body."""
        about = {"Content-Type": "application/json", "Content-Length": str(len(content))}
        return {**about, **self.headers}


class Answers(Protocol):
    """An API: it answers the requests of a server, or of the transport within a process."""

    def handle(self, request: ApiRequest) -> ApiResponse:
        """Return the answer to a request."""
        ...

    def failure(self, error: ApiError) -> ApiResponse:
        """Return the answer for an error."""
        ...
