"""Takes secrets out of texts before anybody reads them, in a time that grows with their length."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Final

from constructs_lib.backend.http import jsontext, secret_forms

HIDDEN = "(hidden)"
LONGEST_TEXT: Final = 2000
"""Characters of somebody else's text that a message shows."""
_LONGEST_SHOWN = 300
_SHORTEST_PART = 6
"""Characters of the beginning of a secret that are hidden where it was cut."""
_CUT = re.compile(r"…|\.{3,}")
"""What stands where a text was cut, besides the end of the message."""
_CLOSING = "\"'`)]}>. \n\t"
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


def hide(text: str, secrets: Iterable[str]) -> str:
    """``text`` without the secrets, in whatever form it quotes them (see :mod:`secret_forms`), and
    without the beginning of one where the text was cut.

    A secret of fewer than four characters is left: hiding each ``1`` would make the message
    useless, and the value is no better guarded for it.
    """
    return _without(text, _forms(secrets))


def shown_text(text: str, secrets: Iterable[str]) -> str:
    """Somebody else's text for a message: without the secrets, as :func:`hide`, and no more than
    its first :data:`LONGEST_TEXT` characters. The rest of a longer one is not even looked at.
    """
    forms = _forms(secrets)
    # Twice as long as any form, so that one that is broken into lines fits in, too.
    margin = 2 * len(forms[0]) if forms else 0
    looked_at = text[: LONGEST_TEXT + 2 * margin]
    hidden = _without(looked_at, forms)
    if len(looked_at) == len(text):
        return bounded(hidden)
    # What stands at the end of what was looked at may be the first half of a secret.
    kept = hidden[: max(0, min(LONGEST_TEXT, len(hidden) - margin))]
    return f"{kept}… ({len(text) - len(kept)} more characters)"


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
    for form in forms:
        text = text.replace(form, HIDDEN)
    for part in sorted(_parts(text, forms), key=len, reverse=True):
        text = text.replace(part, HIDDEN)
    return text


def _parts(text: str, forms: list[str]) -> set[str]:
    """The beginnings of forms that stand where the text was cut, six characters or more each."""
    ends = [len(text.rstrip(_CLOSING)), *(found.start() for found in _CUT.finditer(text))]
    found = {_part(text, end, form) for form in forms for end in ends}
    # A secret that begins like the word that hides it must not hide that word again.
    return {part for part in found if part not in HIDDEN}


def _part(text: str, end: int, form: str) -> str:
    """The longest beginning of a form that ends at a place of the text; empty if none does."""
    tail = text[max(0, end - _SHORTEST_PART) : end]
    if len(tail) < _SHORTEST_PART:
        return ""
    start = form.rfind(tail, 0, -1)
    while start >= 0:
        part = form[: start + _SHORTEST_PART]
        if text.endswith(part, 0, end):
            return part
        start = form.rfind(tail, 0, start + _SHORTEST_PART - 1)
    return ""


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


def shown(state: Any) -> str:
    """The state of a connector for a message: short, and without what is named like a secret."""
    text = jsontext.dumps(without_secret_names(state), sort_keys=True)
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"


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
