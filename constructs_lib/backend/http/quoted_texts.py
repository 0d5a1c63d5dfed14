"""The texts of a request that an answer may quote, and no message shows.

A provider does not learn which values are marked as sensitive in Terraform. So where an API quotes
what it was sent, as in ``400: Invalid value 'db.example.com' for host``, the message names the
setting in place of its value. What cannot be anybody's secret stays: numbers, booleans, times, and
the words of a contract.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from constructs_lib import schemas
from constructs_lib.backend.http.redaction import MOMENT, SettingText, shows_values
from constructs_lib.backend.plugin.diagnostics import Path, dotted
from constructs_lib.schemas import Attribute

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
