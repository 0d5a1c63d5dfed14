"""Takes secrets out of texts before anybody reads them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from constructs_lib.backend.fivetran import jsontext

HIDDEN = "(hidden)"
_SHORTEST = 4
_LONGEST_SHOWN = 300
_SECRET_NAME = re.compile(r"passw|secret|token|credential|private|(^|_)key$", re.IGNORECASE)


def texts(value: Any) -> Iterator[str]:
    """All texts and numbers inside a JSON value, as texts to be hidden with :func:`hide`."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        yield str(value)
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


def hide_inside(value: Any, secrets: Iterable[str]) -> Any:
    """A JSON value without the secrets in any of its texts and numbers."""
    kept = list(secrets)
    if isinstance(value, dict):
        return {hide(key, kept): hide_inside(inner, kept) for key, inner in value.items()}
    if isinstance(value, list):
        return [hide_inside(inner, kept) for inner in value]
    if isinstance(value, str):
        return hide(value, kept)
    is_number = isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)
    return HIDDEN if is_number and HIDDEN in hide(str(value), kept) else value


def shown(state: Any) -> str:
    """The state of a connector for a message: short, and without what is named like a secret."""
    text = jsontext.dumps(_without_secret_names(state), sort_keys=True)
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"


def _without_secret_names(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: HIDDEN if _SECRET_NAME.search(key) else _without_secret_names(inner)
            for key, inner in value.items()
        }
    return list(map(_without_secret_names, value)) if isinstance(value, list) else value
