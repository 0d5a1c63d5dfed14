"""Words for messages: kinds of values, and what somebody probably meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
    "null": "null",
}


def type_in_words(name: str) -> str:
    """Return a type of JSON Schema in words: ``integer`` is ``a whole number``."""
    return _TYPES[name]


def describe_type(value: Any) -> str:
    """Return the kind of a value in words, such as ``a number``."""
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, str):
        return "text"
    if isinstance(value, Mapping):
        return "a mapping"
    return "a list" if isinstance(value, (list, tuple)) else "null"


def did_you_mean(word: Any, candidates: Iterable[Any]) -> str:
    """Return a question that names the nearest candidates, or the empty text if none is near.

    Text is compared by likeness, case ignored; numbers by distance.

    :param word: what was found
    :param candidates: what is allowed
    """
    near: list[Any] = []
    if isinstance(word, str):
        near = _alike(word, [text for text in candidates if isinstance(text, str)])
    elif isinstance(word, (int, float)) and not isinstance(word, bool):
        near = _nearest(word, [n for n in candidates if isinstance(n, (int, float))])
    return f"did you mean {' or '.join(repr(each) for each in near)}?" if near else ""


def nearest_name(word: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate that is most like a name, case ignored, or None if none is near."""
    near = _alike(word, list(candidates))
    return near[0] if near else None


def _alike(word: str, candidates: list[str]) -> list[str]:
    from difflib import get_close_matches  # It is needed for mistakes only, and slow to load.

    folded = {text.casefold(): text for text in candidates}
    near = get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return [folded[text] for text in near]


def _nearest(number: float, candidates: list[float]) -> list[float]:
    below = [each for each in candidates if each < number]
    above = [each for each in candidates if each > number]
    return [*([max(below)] if below else []), *([min(above)] if above else [])]
