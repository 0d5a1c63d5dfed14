"""Takes secrets out of texts before anybody reads them, in a time that grows with their length."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from typing import Any, Final

from constructs_lib.backend.http import escapes, jsontext, secret_forms

HIDDEN = "(hidden)"
LONGEST_TEXT: Final = 2000
"""Characters of somebody else's text that a message shows."""
_LONGEST_SHOWN = 300
MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?")
"""A moment or a date in the form of ISO 8601."""
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z|…\Z)(?P<colon>\s*:)?|\btrue\b|\bfalse\b')
"""What a JSON text says beside numbers, and its keys."""
_SHOWS_VALUES: ContextVar[bool] = ContextVar("shows_values", default=False)
_SECRET_NAME = re.compile(r"passw|secret|token|credential|private|(^|_)key$", re.IGNORECASE)


def texts(value: Any) -> Iterator[str]:
    """All texts and numbers inside a JSON value, as texts to be hidden with :func:`hide`."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        yield str(value)
        if isinstance(value, Decimal):
            yield format(value, "f")
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from texts(inner)


def state_texts(state: Any) -> list[str]:
    """The texts of a state that no message shows, to be hidden with :func:`hide` in what an API
    quotes of it; none if messages show all values.
    """
    if shows_values():
        return []
    left, found = [state], []
    while left:
        value = left.pop()
        if isinstance(value, (dict, list)):
            left.extend(value.values() if isinstance(value, dict) else value)
        elif isinstance(value, str) and MOMENT.fullmatch(value) is None:
            found.append(value)
    return found


def hide(text: str, secrets: Iterable[str]) -> str:
    """``text`` without the secrets, in whatever form it quotes them (see :mod:`secret_forms`), and
    without the beginning of one where the text was cut.

    A secret of fewer than four characters is left: hiding each ``1`` would make the message
    useless, and the value is no better guarded for it.
    """
    return _without(text, _forms(secrets))


def shown_text(text: str, secrets: Iterable[str]) -> str:
    """Somebody else's text for a message: without the secrets, as :func:`hide`, and no more than
    its first :data:`LONGEST_TEXT` characters. Of a longer one no more is looked at than that takes.
    """
    forms = _forms(secrets)
    # So much longer than any form that one fits in of which each character is escaped.
    margin = 6 * len(forms[0]) if forms else 0
    length = LONGEST_TEXT + 2 * margin
    while True:
        hidden = _without(text[:length], forms)
        if length >= len(text):
            return bounded(hidden)
        # What stands at the end of what was looked at may be the first half of a secret.
        if len(hidden) >= LONGEST_TEXT + margin:
            kept = hidden[:LONGEST_TEXT]
            return f"{kept}… ({len(text) - len(kept)} more characters)"
        length *= 4


def bounded(text: str) -> str:
    """A text for a message, which holds no secret: its first :data:`LONGEST_TEXT` characters, and
    how many more there are.
    """
    more = len(text) - LONGEST_TEXT
    return text if more <= 0 else f"{text[:LONGEST_TEXT]}… ({more} more characters)"


def hide_inside(value: Any, secrets: Iterable[str]) -> Any:
    """A JSON value without the secrets in any of its texts and numbers. What is nested too deeply
    to be looked through is hidden as a whole.
    """
    try:
        return _without_inside(value, _forms(secrets))
    except RecursionError:
        return HIDDEN


def _forms(secrets: Iterable[str]) -> list[str]:
    """What must not be shown, the longest first, because one may be a part of another."""
    long = {secret for secret in secrets if len(secret) >= secret_forms.SHORTEST}
    forms = sorted({form for secret in long for form in secret_forms.forms(secret)})
    return sorted(forms, key=len, reverse=True)


def _without(text: str, forms: list[str]) -> str:
    return escapes.without_escaped(text, forms, HIDDEN)


def _without_inside(value: Any, forms: list[str]) -> Any:
    if isinstance(value, dict):
        pairs = value.items()
        return {_without(key, forms): _without_inside(inner, forms) for key, inner in pairs}
    if isinstance(value, list):
        return [_without_inside(inner, forms) for inner in value]
    if isinstance(value, str):
        return _without(value, forms)
    is_number = isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)
    return HIDDEN if is_number and HIDDEN in _without(str(value), forms) else value


@contextmanager
def values_shown(are_shown: bool) -> Iterator[None]:
    """Show all values in the messages that are made inside, or only numbers and moments.

    The provider does not learn which values somebody marked as sensitive in Terraform, so it shows
    no others unless it is told to.
    """
    token = _SHOWS_VALUES.set(are_shown)
    try:
        yield
    finally:
        _SHOWS_VALUES.reset(token)


def shows_values() -> bool:
    """True if messages show all values now."""
    return _SHOWS_VALUES.get()


def shown(state: Any) -> str:
    """The state of a connector for a message: short, without what is named like a secret, and with
    numbers and moments alone unless all values are to be shown.
    """
    text = as_shown(jsontext.dumps(without_secret_names(state), sort_keys=True))
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"


def as_shown(text: str) -> str:
    """The JSON text of a value, which may be cut, with as much of it as is to be shown."""
    return text if shows_values() else _TEXT.sub(_without_text, text)


def _without_text(found: re.Match[str]) -> str:
    text, is_key = found[0], found["colon"] is not None
    is_hidden = not is_key and MOMENT.fullmatch(text.strip('"')) is None
    return f'"{HIDDEN}"' if is_hidden else text


def shown_value(path: str, value: Any) -> str:
    """One value of a state for a message, or that it is hidden because of its name.

    :param path: where it stands, such as ``tables.orders.cursor``
    """
    return HIDDEN if any(map(_SECRET_NAME.search, path.split("."))) else shown(value)


def without_secret_names(value: Any) -> Any:
    """A JSON value without what is named like a secret, such as ``{"password": …}``."""
    if isinstance(value, dict):
        return {
            key: HIDDEN if _SECRET_NAME.search(key) else without_secret_names(inner)
            for key, inner in value.items()
        }
    return list(map(without_secret_names, value)) if isinstance(value, list) else value
