"""Requests and answers, independent of their transport: their JSON, and the masks of secrets.

The JSON here keeps the digits of decimals. Python reads ``0.12345678901234567890`` as a binary
fraction and writes another number, so a connector that counts money or microseconds would get a
cursor that it never stored. Such a number is a :class:`decimal.Decimal` here, which holds exactly
what was sent: also ``1.10``, and ``1e400``. A number that Python writes with the digits that it
had, such as ``0.5``, stays a ``float``.

Secrets are removed from each request before anything is stored. The sandbox stores the API's mask
in place of a secret, and a salted digest. The digest shows whether the secret equals a given value,
which the setup tests and the tests of a provider need to know, and does not reveal it.
"""

from __future__ import annotations

import enum
import hashlib
import hmac
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from constructs_lib.sandbox.common.errors import ApiError
from constructs_lib.schemas import MASK

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


_WORK = 256  # scrypt's cost: about half a millisecond, because a test run sends thousands.


def mask(value: Mapping[str, Any], paths: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the value with its secrets masked, and the secrets that were found.

    :param paths: where secrets are, such as ``password`` or ``secrets_list[].value``
    :returns: the masked copy; and the secrets by place, such as ``secrets_list[0].value``. Where a
        value has not the shape that a path expects, all of it counts as secret.
    """
    masked: Any = dict(value)
    found: dict[str, Any] = {}
    for path in paths:
        masked = _masked(masked, path.replace("[]", ".[]").split("."), "", found)
    return masked, found


def mask_all(value: Any, place: str = "") -> tuple[Any, dict[str, Any]]:
    """Return the value with every leaf masked, and the leaves by place. Null stays null."""
    found = {at: leaf for at, leaf in _leaves(value, place) if leaf is not None}
    return _all_masked(value), found


def digest_of(secret: Any) -> str:
    """Return a salted digest of a secret: of the text itself, or of the JSON of another value."""
    salt = os.urandom(16)
    return f"{salt.hex()}${_hash(secret, salt)}"


def equals_masked(stored: str, secret: Any) -> bool:
    """Return whether the stored digest was made from this secret."""
    salt, _, expected = stored.partition("$")
    return hmac.compare_digest(expected, _hash(secret, bytes.fromhex(salt)))


def below(place: str, key: str) -> bool:
    """Return whether ``place`` is ``key`` itself or inside it (``key.x``, ``key[0]``)."""
    return place == key or place.startswith((key + ".", key + "["))


def _hash(secret: Any, salt: bytes) -> str:
    text = secret if isinstance(secret, str) else dumps_exact(secret, sort_keys=True)
    raw = text.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(raw, salt=salt, n=_WORK, r=8, p=1, dklen=32).hex()


def _masked(value: Any, path: list[str], at: str, found: dict[str, Any]) -> Any:
    if value is None:
        return None
    if path and path[0] == "[]" and isinstance(value, list):
        return [_masked(item, path[1:], f"{at}[{i}]", found) for i, item in enumerate(value)]
    if path and path[0] != "[]" and isinstance(value, dict):
        key = path[0]
        if key not in value:
            return value
        inner = _masked(value[key], path[1:], f"{at}.{key}" if at else key, found)
        return {**value, key: inner}
    found[at] = value
    return MASK


def _leaves(value: Any, at: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{at}.{key}" if at else key)
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _leaves(inner, f"{at}[{position}]")
    else:
        yield at, value


def _all_masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _all_masked(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_all_masked(inner) for inner in value]
    return None if value is None else MASK
