"""Takes secrets out of texts before anybody reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

HIDDEN = "(hidden)"
_SHORTEST = 4


def texts(value: Any) -> Iterator[str]:
    """All texts inside a JSON value, to be hidden with :func:`hide`."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from texts(inner)


def hide(text: str, secrets: Iterable[str]) -> str:
    """``text`` without the secrets. A secret of fewer than four characters is left: hiding each
    ``1`` would make the message useless, and the value is no better guarded for it.
    """
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST:
            text = text.replace(secret, HIDDEN)
    return text
