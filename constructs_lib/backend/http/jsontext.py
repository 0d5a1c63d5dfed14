"""JSON without loss: decimal numbers keep every digit, in both directions.

A cursor may be a number that a binary float cannot hold; :mod:`json` alone would round it.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any


def loads(text: str) -> Any:
    """Reads JSON; numbers with a fraction or an exponent become :class:`~decimal.Decimal`.

    :raises ValueError: if the text is not JSON
    """
    return json.loads(text, parse_float=Decimal, parse_constant=_refuse)


def dumps(value: Any, *, sort_keys: bool = False) -> str:
    """Writes JSON.

    :raises TypeError: if a value has no JSON form
    """
    if isinstance(value, dict):
        keys = sorted(value) if sort_keys else list(value)
        inner = (f"{json.dumps(key)}: {dumps(value[key], sort_keys=sort_keys)}" for key in keys)
        return "{" + ", ".join(inner) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(dumps(item, sort_keys=sort_keys) for item in value) + "]"
    if isinstance(value, Decimal):
        return str(value)
    return json.dumps(value, allow_nan=False)


def pretty(value: Any, indent: str = "") -> str:
    """Writes JSON for a person: a value a line, two blanks for each level.

    :param indent: what stands before each line but the first
    :raises TypeError: if a value has no JSON form
    """
    inner = indent + "  "
    if isinstance(value, dict) and value:
        lines = [f"{json.dumps(key)}: {pretty(value[key], inner)}" for key in value]
        return "{\n" + ",\n".join(inner + line for line in lines) + f"\n{indent}}}"
    if isinstance(value, (list, tuple)) and value:
        lines = [pretty(item, inner) for item in value]
        return "[\n" + ",\n".join(inner + line for line in lines) + f"\n{indent}]"
    return dumps(value)


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")
