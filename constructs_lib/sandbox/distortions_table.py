"""The table of distortions: what each does to a field, and what it means in words."""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from constructs_lib.sandbox import exact_json
from constructs_lib.schemas import MASK, is_mask


class Absent(enum.Enum):
    """The type of :data:`ABSENT`."""

    ABSENT = enum.auto()


ABSENT = Absent.ABSENT
"""What a distortion gets, or gives, for a field that is not there."""

ADDED = "added_by_sandbox"
"""The value, and where one is needed the name, of what was never sent."""

Act = Callable[[Any], Any]
"""From the value of a field, or :data:`ABSENT`, to the one that is answered. It changes nothing."""


class Distortion(NamedTuple):
    """One way in which a field is answered differently."""

    act: Act
    meaning: str
    makes_field: bool = False
    """True if it answers a field that is not there, so that its path must end with a name."""


def _deep(leaf: Act) -> Act:
    # A leaf is anything but an object or a list with something in it.
    def act(value: Any) -> Any:
        if isinstance(value, dict) and value:
            return {key: act(inner) for key, inner in value.items()}
        if isinstance(value, list) and value:
            return [act(inner) for inner in value]
        return value if value is ABSENT or is_mask(value) else leaf(value)

    return act


def _each_mask(other: str) -> Act:
    """Another mask in place of the usual one."""

    def act(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: act(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [act(inner) for inner in value]
        return other if is_mask(value) else value

    return act


def _text(change: Callable[[str], Any]) -> Act:
    return _deep(lambda value: change(value) if isinstance(value, str) else value)


def _nothing_as(other: Any) -> Act:
    return _deep(lambda value: other if _is_nothing(value) else value)


def _is_nothing(value: Any) -> bool:
    return value is None or value in ("", [], {})


def _present(change: Act) -> Act:
    return lambda value: value if value is ABSENT else change(value)


def _missing(value: Any) -> Act:
    return lambda found: value if found is ABSENT else found


def _list(change: Callable[[list[Any]], list[Any]]) -> Act:
    return lambda value: change(value) if isinstance(value, list) else value


def _reordered(value: Any) -> Any:
    if isinstance(value, dict):
        return dict(reversed(value.items()))
    return value[::-1] if isinstance(value, list) else value


def _is_number(value: Any) -> bool:
    return isinstance(value, exact_json.Number) and not isinstance(value, bool)


def _as_decimal(value: Any) -> Any:
    # A number that no double holds would come back as another number.
    exact = type(value) is int and abs(value) <= 2**53
    return float(value) if exact else value


def _as_number(text: str) -> Any:
    return (
        json.loads(text) if re.fullmatch(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?", text) else text
    )


def _as_boolean(text: str) -> Any:
    return {"true": True, "false": False}.get(text.lower(), text)


def _without_fraction(text: str) -> str:
    return re.sub(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d+(?=Z$|[+-]\d\d:\d\d$)", r"\1", text)


DISTORTIONS: dict[str, Distortion] = {
    "add": Distortion(_missing(ADDED), "A field that is not there is answered with a text.", True),
    "add_null": Distortion(_missing(None), "A field that is not there is answered as null.", True),
    "add_key": Distortion(
        lambda value: {**value, ADDED: ADDED} if isinstance(value, dict) else value,
        "An object gains a key that nobody sent.",
    ),
    "add_item": Distortion(
        _list(lambda items: [*items, ADDED]), "A list gains a text at its end that nobody sent."
    ),
    "drop": Distortion(lambda _: ABSENT, "The field is left out."),
    "drop_item": Distortion(_list(lambda items: items[:-1]), "A list loses its last item."),
    "drop_nothing": Distortion(
        lambda value: ABSENT if _is_nothing(value) else value,
        'A field that is null, "", [] or {} is left out.',
    ),
    "reorder": Distortion(
        _reordered, "A list, or the keys of an object, comes in the reverse order."
    ),
    "lower": Distortion(_text(str.lower), "Text comes in lower case, at any depth."),
    "upper": Distortion(_text(str.upper), "Text comes in upper case, at any depth."),
    "trim": Distortion(_text(str.strip), "Text comes without blanks at its ends, at any depth."),
    "pad": Distortion(_text(lambda text: f" {text} "), "Text comes between blanks, at any depth."),
    "number_as_text": Distortion(
        _deep(lambda value: exact_json.dumps(value) if _is_number(value) else value),
        "Numbers come as text, at any depth.",
    ),
    "number_as_decimal": Distortion(
        _deep(_as_decimal), "Whole numbers come with a decimal point (5432.0), at any depth."
    ),
    "text_as_number": Distortion(
        _text(_as_number), "Text that reads as a number comes as one, at any depth."
    ),
    "boolean_as_text": Distortion(
        _deep(lambda value: json.dumps(value) if isinstance(value, bool) else value),
        'true and false come as "true" and "false", at any depth.',
    ),
    "text_as_boolean": Distortion(
        _text(_as_boolean), 'Text "true" or "false" comes as a boolean, at any depth.'
    ),
    "mask": Distortion(
        _deep(lambda value: value if value is None else MASK),
        "Everything but null is masked as a secret is, at any depth.",
    ),
    "mask_as_bullets": Distortion(
        _each_mask("\N{BULLET}" * 8), "Secrets are masked by eight bullets, at any depth."
    ),
    "mask_as_stars": Distortion(
        _each_mask("*" * 8), "Secrets are masked by eight stars, at any depth."
    ),
    "null": Distortion(_present(lambda _: None), "The field is null, whatever was sent."),
    "nothing_as_null": Distortion(_nothing_as(None), '"", [] and {} come as null, at any depth.'),
    "nothing_as_text": Distortion(_nothing_as(""), 'null, [] and {} come as "", at any depth.'),
    "nothing_as_list": Distortion(_nothing_as([]), 'null, "" and {} come as [], at any depth.'),
    "nothing_as_object": Distortion(_nothing_as({}), 'null, "" and [] come as {}, at any depth.'),
    "default_for_null": Distortion(
        _deep(lambda value: ADDED if value is None else value),
        "null comes as a text, as if it were the default, at any depth.",
    ),
    "truncate_time": Distortion(
        _text(_without_fraction), "Times (RFC 3339) come in whole seconds, at any depth."
    ),
}
"""All distortions by name."""
