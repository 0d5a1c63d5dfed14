"""Masking of secrets, which are removed from each request before anything is stored.

The sandbox stores the API's mask in place of a secret, and a salted digest. The digest shows
whether the secret equals a given value, which the setup tests and the tests of a provider need to
know, and does not reveal it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from constructs_lib.sandbox.common.messages import dumps_exact
from constructs_lib.schemas import MASK

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


def digest(secret: Any) -> str:
    """Return a salted digest of a secret: of the text itself, or of the JSON of another value."""
    salt = os.urandom(16)
    return f"{salt.hex()}${_hash(secret, salt)}"


def equals(stored: str, secret: Any) -> bool:
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
