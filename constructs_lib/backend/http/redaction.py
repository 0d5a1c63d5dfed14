"""Redact secrets in texts before anybody reads them, in time that grows with the text's length.

A provider does not learn which values are marked as sensitive in Terraform. So where an API quotes
what it was sent, as in ``400: Invalid value 'db.example.com' for host``, the message names the
setting in place of its value. What cannot be anybody's secret stays: numbers, booleans, times, and
the words of a contract.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from typing import Any, Final, TypeAlias

from constructs_lib import schemas
from constructs_lib.backend.http import jsontext, secret_matching
from constructs_lib.backend.http.secret_matching import Needle
from constructs_lib.backend.plugin.diagnostics import Path, dotted
from constructs_lib.schemas import Attribute
from constructs_lib.schemas.redaction import HIDDEN, is_secret_name

LONGEST_TEXT: Final = 2000
"""Characters of somebody else's text that a message shows."""
_LONGEST_SHOWN = 300
MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?")
"""A moment or a date in the form of ISO 8601."""
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z|…\Z)(?P<colon>\s*:)?|\btrue\b|\bfalse\b')
"""The texts, booleans and keys in a JSON text."""
_SHOWS_VALUES: ContextVar[bool] = ContextVar("shows_values", default=False)


def texts_in(value: Any) -> Iterator[str]:
    """Yield all texts and numbers inside a JSON value, as texts for :func:`redact`."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        yield str(value)
        if isinstance(value, Decimal):
            yield format(value, "f")
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts_in(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from texts_in(inner)


class SettingText(str):
    """A text of a setting that somebody may have marked as sensitive, which the provider does
    not learn. Messages show ``(value of PLACE)`` in place of it.

    It is one of the secrets that :func:`redact` and its like take. Unlike a secret it may be an
    everyday word: it is hidden where it is no part of another word, and only between quotes if it
    has fewer than four characters.

    :param text: the text itself
    :param place: where the setting is, such as ``config.host``
    """

    place: str

    def __new__(cls, text: str, place: str) -> SettingText:
        """Return a text that knows its place."""
        made = super().__new__(cls, text)
        made.place = place
        return made

    @property
    def marker(self) -> str:
        """What takes its place."""
        return f"(value of {self.place})"


def redact(text: str, secrets: Iterable[str]) -> str:
    """Return a text without the secrets, in whatever form it quotes them (:mod:`secret_matching`),
    and without the beginning of one where the text was cut.

    A secret of fewer than four characters is left: hiding each ``1`` would make the message
    useless, and the value is no better guarded for it.

    :param secrets: secrets, and texts of settings (:class:`SettingText`)
    """
    return secret_matching.without_escaped(text, _needles(secrets))


def redacted_text(text: str, secrets: Iterable[str]) -> str:
    """Return somebody else's text for a message: redacted, and no more than its first
    :data:`LONGEST_TEXT` characters. No more of a longer text is searched than that takes.
    """
    needles = _needles(secrets)
    # So much longer than any form that one fits in of which each character is escaped.
    margin = 6 * max((len(needle.text) for needle in needles), default=0)
    length = LONGEST_TEXT + 2 * margin
    while True:
        hidden = secret_matching.without_escaped(text[:length], needles)
        if length >= len(text):
            return truncated(hidden)
        # The end of what was searched may be the first half of a secret.
        if len(hidden) >= LONGEST_TEXT + margin:
            kept = hidden[:LONGEST_TEXT]
            return f"{kept}… ({len(text) - len(kept)} more characters)"
        length *= 4


def truncated(text: str) -> str:
    """Return the first :data:`LONGEST_TEXT` characters of a text without secrets, and how many more
    there are.
    """
    more = len(text) - LONGEST_TEXT
    return text if more <= 0 else f"{text[:LONGEST_TEXT]}… ({more} more characters)"


def redact_json(value: Any, secrets: Iterable[str]) -> Any:
    """Return a JSON value without the secrets in any of its texts and numbers; hide one that is
    nested too deeply to be searched as a whole.
    """
    return json_redactor(secrets)(value)


def json_redactor(secrets: Iterable[str]) -> Callable[[Any], Any]:
    """Return :func:`redact_json` for many values, which finds the forms of the secrets once."""
    needles = _needles(secrets)

    def redacted(value: Any) -> Any:
        try:
            return _redacted_json(value, needles)
        except RecursionError:
            return HIDDEN

    return redacted


def _needles(texts: Iterable[str]) -> set[Needle]:
    """Return what must not be shown. A text that is a secret and a setting is a secret."""
    given = dict.fromkeys(sorted(texts, key=lambda text: isinstance(text, SettingText)))
    return {needle for text in given for needle in _needles_of(text)}


def _needles_of(text: str) -> Iterator[Needle]:
    if not isinstance(text, SettingText):
        if len(text) >= secret_matching.SHORTEST:
            yield from (Needle(form, HIDDEN) for form in secret_matching.forms(text))
        return
    if len(text) < secret_matching.SHORTEST:
        yield Needle(secret_matching.lowered(text), text.marker, is_word=True)
        return
    for form in secret_matching.readable(text):
        yield Needle(secret_matching.lowered(form), text.marker, is_word=True)
    yield from (Needle(form, text.marker) for form in secret_matching.in_base64(text))


def _redacted_json(value: Any, needles: set[Needle]) -> Any:
    if isinstance(value, dict):
        pairs = value.items()
        return {
            secret_matching.without_escaped(key, needles): _redacted_json(inner, needles)
            for key, inner in pairs
        }
    if isinstance(value, list):
        return [_redacted_json(inner, needles) for inner in value]
    if isinstance(value, str):
        return secret_matching.without_escaped(value, needles)
    is_number = isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)
    return HIDDEN if is_number and _is_secret(str(value), needles) else value


def _is_secret(number: str, needles: set[Needle]) -> bool:
    """Return True if a number holds a secret; that of a setting may be shown."""
    secrets = [needle for needle in needles if needle.marker == HIDDEN]
    return HIDDEN in secret_matching.without_escaped(number, secrets)


@contextmanager
def values_shown(are_shown: bool) -> Iterator[None]:
    """Show all values in the messages that are made inside, or only numbers and moments.

    The provider does not learn which values somebody marked as sensitive in Terraform, so it shows
    no others unless the user asks for it.
    """
    token = _SHOWS_VALUES.set(are_shown)
    try:
        yield
    finally:
        _SHOWS_VALUES.reset(token)


def shows_values() -> bool:
    """Return True if messages show all values now."""
    return _SHOWS_VALUES.get()


def display_state(state: Any) -> str:
    """Return a state for a message: short, without what is named like a secret, and with only its
    numbers and times unless all values may be shown.
    """
    text = display_text(jsontext.dumps(without_secret_names(state), sort_keys=True))
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"


def display_text(text: str) -> str:
    """Return as much of the JSON text of a value, which may be cut, as may be shown."""
    return text if shows_values() else _TEXT.sub(_without_text, text)


def _without_text(found: re.Match[str]) -> str:
    text, is_key = found[0], found["colon"] is not None
    is_hidden = not is_key and MOMENT.fullmatch(text.strip('"')) is None
    return f'"{HIDDEN}"' if is_hidden else text


def display_value(path: str, value: Any) -> str:
    """Return one value of a state for a message, hidden if its name says that it is secret.

    :param path: its place, such as ``tables.orders.mark``
    """
    return HIDDEN if any(map(is_secret_name, path.split("."))) else display_state(value)


def without_secret_names(value: Any) -> Any:
    """Return a JSON value without what is named like a secret, such as ``{"password": …}``."""
    if isinstance(value, dict):
        return {
            key: HIDDEN if is_secret_name(key) else without_secret_names(inner)
            for key, inner in value.items()
        }
    return list(map(without_secret_names, value)) if isinstance(value, list) else value


IsHarmless: TypeAlias = Callable[[Path, str], bool]
"""Returns True if a text may be shown, by its place and what it says."""

_WORDS: Final = ("enum", schemas.IGNORING_CASE)
_LITERALS: Final = frozenset({"true", "false", "null"})
_TIME: Final = re.compile(r"\d\d:\d\d(:\d\d)?")


def texts_of(sent: Any, is_harmless: IsHarmless) -> list[SettingText]:
    """Return the texts of a request, each with its place; none while messages show all values.

    A text that is also the name of a setting in the same request is left out: names are shown.

    :param sent: the body of the request; None if it has none
    :param is_harmless: which of its texts may be shown
    """
    if shows_values() or sent is None:
        return []
    left: list[tuple[Path, Any]] = [((), sent)]
    names, found = set(_LITERALS), list[SettingText]()
    while left:
        path, value = left.pop()
        if isinstance(value, dict):
            names |= {name.lower() for name in value}
            left.extend(((*path, name), inner) for name, inner in value.items())
        elif isinstance(value, list):
            left.extend(((*path, place), inner) for place, inner in enumerate(value))
        elif isinstance(value, str) and not (_says_nothing(value) or is_harmless(path, value)):
            found.append(SettingText(value, dotted(path)))
    return [text for text in found if text.lower() not in names]


def allowed_by(attributes: dict[str, Attribute]) -> frozenset[str]:
    """Return the texts that the rules of attributes allow, in lower case, those inside included."""
    found: set[str] = set()
    for attribute in attributes.values():
        found |= allowed_by(attribute.attributes)
        rules = (attribute.rule, attribute.rule.get("items", {}))
        for choices in (rule.get(name) for rule in rules for name in _WORDS):
            found |= {word.lower() for word in choices or () if isinstance(word, str)}
    return frozenset(found)


def _says_nothing(text: str) -> bool:
    is_time = MOMENT.fullmatch(text) or _TIME.fullmatch(text)
    return not text.strip() or schemas.is_mask(text) or is_time is not None
