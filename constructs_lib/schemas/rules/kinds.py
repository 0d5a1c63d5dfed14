"""Which values a field takes, judged as the API judges them.

The API reads JSON leniently: text that is a number is a number, a number is text, and ``"true"`` is
true. A list or an object in place of a single value, and the other way round, it cannot read.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from constructs_lib.schemas.fields import FieldKind

Judgement: TypeAlias = Literal["fits", "doubtful", "wrong"]
"""``doubtful`` is what the API may take, but may take otherwise than it was meant."""

_WHOLE = re.compile(r"\s*[+-]?[0-9]+\s*")
_NUMBER = re.compile(r"\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\s*")


def judged(value: Any, kind: FieldKind) -> Judgement:
    """Whether a value fits a kind of field. Nothing, in whatever form, fits everywhere.

    :param value: in plain form: dict, list or scalar
    """
    if kind is FieldKind.ANY or value is None or value in ("", [], {}):
        return "fits"
    if kind is FieldKind.OBJECT:
        return "fits" if isinstance(value, dict) else "wrong"
    if kind is FieldKind.LIST:
        return "fits" if isinstance(value, list) else "wrong"
    if isinstance(value, (dict, list)):
        return "wrong"
    return _SCALARS[kind](value)


def as_text(value: Any) -> str:
    """A single value as the text that the API reads it as."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _string(value: Any) -> Judgement:
    if isinstance(value, bool):
        return "doubtful"
    # 3.10 written as a number is 3.1, and nobody can tell any more.
    return "doubtful" if isinstance(value, (float, Decimal)) and not _is_whole(value) else "fits"


def _integer(value: Any) -> Judgement:
    if isinstance(value, bool):
        return "wrong"
    if isinstance(value, str):
        return "fits" if _WHOLE.fullmatch(value) else "wrong"
    return "fits" if _is_whole(value) else "wrong"


def _number(value: Any) -> Judgement:
    if isinstance(value, bool):
        return "wrong"
    is_number = not isinstance(value, str) or bool(_NUMBER.fullmatch(value))
    return "fits" if is_number else "wrong"


def _boolean(value: Any) -> Judgement:
    if isinstance(value, str):
        return "fits" if value.lower() in ("true", "false") else "wrong"
    return "fits" if isinstance(value, bool) else "wrong"


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) or (math.isfinite(value) and value == math.floor(value))


_SCALARS = {
    FieldKind.STRING: _string,
    FieldKind.INTEGER: _integer,
    FieldKind.NUMBER: _number,
    FieldKind.BOOLEAN: _boolean,
}
