"""When an answer shows drift: the rules of the documentation ("Drift"), written a second time.

They are slow and plain on purpose: each list is compared in all its orders.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from itertools import permutations
from typing import Any

from constructs_lib.schemas import is_mask

BLIND = frozenset({"drop", "mask", "null"})
"""Distortions under which another value than the one that was set looks the same. Under all others
a text that nobody has set before shows."""


def hides(distortions: Mapping[str, str], key: str) -> bool:
    """True if the value of a setting of ``config`` cannot be told from its answers.

    :param key: the name of the setting
    """
    whole = ("*", "config", "config.*", f"config.{key}")
    return any(distortions.get(path) in BLIND for path in whole)


def may_mean(known: Any, answer: Any, *, whole: bool = False) -> bool:
    """True if the answer can be read as what is known.

    :param whole: True if nothing that is known may be left out
    """
    if is_mask(answer) or (_is_nothing(known) and _is_nothing(answer)):
        return True
    if isinstance(known, dict) and isinstance(answer, dict):
        both = known.keys() & answer.keys()
        complete = not whole or both == known.keys()
        return complete and all(may_mean(known[key], answer[key], whole=whole) for key in both)
    if isinstance(known, list) and isinstance(answer, list):
        return len(known) == len(answer) and any(
            all(may_mean(*pair, whole=whole) for pair in zip(known, order, strict=True))
            for order in permutations(answer)
        )
    if isinstance(known, str) and isinstance(answer, str):
        return known == answer
    return _are_scalars(known, answer) and bool(_scalar(known) == _scalar(answer))


def means(known: Any, answer: Any) -> bool:
    """True if the answer cannot be read otherwise. Which items of two lists belong together is open
    where they lack something and are in another order.
    """
    if isinstance(known, dict) and isinstance(answer, dict):
        return all(means(known[key], answer[key]) for key in known.keys() & answer.keys())
    if isinstance(known, list) and isinstance(answer, list) and len(known) == len(answer):
        return all(map(means, known, answer)) or may_mean(known, answer, whole=True)
    return may_mean(known, answer)


def alike(one: Any, other: Any) -> bool:
    """True if two answers are the same JSON."""
    return json.dumps(one, sort_keys=True, default=str) == json.dumps(
        other, sort_keys=True, default=str
    )


def _is_nothing(value: Any) -> bool:
    return value is None or value in ("", [], {})


def _are_scalars(*values: Any) -> bool:
    return all(isinstance(value, (str, bool, int, float, Decimal)) for value in values)


def _scalar(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        try:
            return Decimal(value)
        except InvalidOperation:
            return value
    return Decimal(str(value))
