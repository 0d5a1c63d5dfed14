"""The interpreter of the keywords of JSON Schema that the schemas use.

It yields each keyword that a value violates, with what is allowed instead in words. The provider
checks configurations with it, and the sandbox requests. Before synth the library ``jsonschema`` is
the judge, and takes only the words from here; a test compares the verdicts of the two. The words
for kinds of values, and the search for what somebody probably meant, are here as well.

``KNOWN`` has all keywords that a schema may use: those that are interpreted here, and those that
assert nothing. Load this module only to check something: nothing needs it at the provider's start.

Source: JSON Schema draft 2020-12, "Validation" and "Applicator" vocabularies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from constructs_lib.records import NamedTuple
from constructs_lib.schemas import limits
from constructs_lib.schemas.model import IGNORING_CASE, matches
from constructs_lib.schemas.redaction import Path

ALLOWED: Final = "x-allowed"
"""The keyword for what is allowed, in words, where another keyword says it in signs."""
JSON_TEXT: Final = "application/json"
"""The ``contentMediaType`` of an object whose JSON text may be given, too."""

Passes = Callable[[Any], bool]
"""Says of a value that it is known only later, and so violates nothing."""


class Violation(NamedTuple):
    """One keyword that a value violates."""

    keyword: str
    """Such as ``enum``; ``propertyNames`` whatever is wrong with the name of a key."""
    path: Path
    """Where the value is; for ``required`` the object, for ``propertyNames`` the key."""
    value: Any
    demand: Any
    """The value of the keyword; for ``required`` the name that is missing."""
    rule: Mapping[str, Any]
    """The JSON Schema that has the keyword."""

    @property
    def allowed(self) -> str:
        """What is allowed instead, such as ``one of auto, manual``."""
        return allowed(self.keyword, self.demand, self.rule)

    @property
    def suggestion(self) -> str:
        """What was probably meant, as a question; may be empty."""
        return suggestion(self.keyword, self.demand, self.value)


def _never(_value: Any) -> bool:
    return False


def violations(
    rule: Mapping[str, Any], value: Any, *, path: Path = (), passes: Passes = _never
) -> Iterator[Violation]:
    """Yield each keyword that a value violates. What is of the wrong type violates nothing else.

    :param rule: the JSON Schema, without references
    :param value: what is checked; JSON-like, and numbers may be ``Decimal``
    :param path: where the value is
    :param passes: says of a value that it violates nothing
    """
    found: list[Violation] = []
    _add_violations(found, rule, value, path, passes)
    return iter(found)


def _add_violations(
    found: list[Violation], rule: Mapping[str, Any], value: Any, path: Path, passes: Passes
) -> None:
    if not rule or passes(value):
        return
    if "type" in rule and not _has_type(value, rule["type"]):
        found.append(Violation("type", path, value, rule["type"], rule))
        return
    if not _ASSERTIONS.keys().isdisjoint(rule):
        for keyword, is_kept in _ASSERTIONS.items():
            if keyword in rule and not is_kept(value, rule[keyword]):
                found.append(Violation(keyword, path, value, rule[keyword], rule))
    if isinstance(value, list):
        _add_of_list(found, rule, value, path, passes)
    elif isinstance(value, dict):
        _add_of_object(found, rule, value, path, passes)


def _add_of_list(
    found: list[Violation], rule: Mapping[str, Any], items: list[Any], path: Path, passes: Passes
) -> None:
    # What is known later only may turn out as anything.
    if rule.get("uniqueItems") and not any(map(passes, items)) and not _are_unique(items):
        found.append(Violation("uniqueItems", path, items, True, rule))
    for index, item in enumerate(items):
        _add_violations(found, rule.get("items", {}), item, (*path, index), passes)


def _add_of_object(
    found: list[Violation],
    rule: Mapping[str, Any],
    value: dict[str, Any],
    path: Path,
    passes: Passes,
) -> None:
    for name in rule.get("required", ()):
        if name not in value:
            found.append(Violation("required", path, value, name, rule))
    known, others = rule.get("properties", {}), rule.get("additionalProperties", {})
    names = rule.get("propertyNames")
    for name, inner in value.items():
        for wrong in violations(names, name) if names else ():
            here = (*path, name)
            found.append(Violation("propertyNames", here, name, wrong.demand, wrong.rule))
        described = known.get(name, others)
        if described is False:
            found.append(Violation("additionalProperties", (*path, name), inner, False, rule))
        elif described is not True and not _is_of_plain_type(inner, described):
            _add_violations(found, described, inner, (*path, name), passes)


def _is_of_plain_type(value: Any, rule: Mapping[str, Any]) -> bool:
    """Return True for a value of which a rule asks for nothing but the type that it has: most
    values of a large object are such, and need no further look.
    """
    is_of_type = _PLAIN_TYPES.get(type(value), "") == rule.get("type")
    return is_of_type and _ASSERTIONS.keys().isdisjoint(rule)


def without_nulls(rule: Mapping[str, Any], value: Any) -> Any:
    """Return a value without what is null in objects that its rule describes: that was left out.

    Where the rule says nothing of the members, as in ``config``, null is a value and stays.
    """
    known, others = rule.get("properties", {}), rule.get("additionalProperties")
    if not isinstance(value, (dict, Mapping)) or not (known or isinstance(others, dict)):
        return value
    unnamed = others if isinstance(others, dict) else {}
    return {
        name: inner
        if type(inner) in _PLAIN_TYPES
        else without_nulls(known.get(name, unnamed), inner)
        for name, inner in value.items()
        if inner is not None
    }


def find_excess(rule: Mapping[str, Any], value: Any) -> limits.Excess | None:
    """Return what goes beyond the limits of a value whose form nobody knows beforehand, or of its
    JSON text; None if nothing does.

    :param rule: the JSON Schema of the value
    :param value: JSON-like
    """
    if isinstance(value, str):
        is_json = rule.get("contentMediaType") == JSON_TEXT
        return limits.find_excess_in_text(value) if is_json else None
    return limits.find_excess(value)


def _has_type(value: Any, types: str | list[str]) -> bool:
    if isinstance(types, str):
        return _TYPES[types](value)
    return any(_TYPES[name](value) for name in types)


def _is_number(value: Any) -> bool:
    # In Python a boolean is a number, too; in JSON it is not.
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def _is_whole(value: Any) -> bool:
    if isinstance(value, float):
        return value.is_integer()
    if isinstance(value, Decimal):
        return value == value.to_integral_value()
    return _is_number(value)


_TYPES: Final[dict[str, Callable[[Any], bool]]] = {
    "string": lambda value: isinstance(value, str),
    "integer": _is_whole,
    "number": _is_number,
    "boolean": lambda value: isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "null": lambda value: value is None,
}

_PLAIN_TYPES: Final[dict[type, str]] = {str: "string", bool: "boolean", int: "integer"}
"""The types of JSON Schema of scalars, by their Python types."""


def _equal(a: Any, b: Any) -> bool:
    if _is_number(a) and _is_number(b):
        return bool(_exact(a) == _exact(b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_equal(a[name], b[name]) for name in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_equal, a, b))
    return type(a) is type(b) and bool(a == b)


def _exact(number: Any) -> Any:
    # A float means the decimal that it is written as: JSON has no other numbers.
    return Decimal(repr(number)) if isinstance(number, float) else number


def _are_unique(items: list[Any]) -> bool:
    return not any(_equal(one, other) for at, one in enumerate(items) for other in items[:at])


def _for(
    is_concerned: Callable[[Any], bool], is_kept: Callable[[Any, Any], bool]
) -> Callable[[Any, Any], bool]:
    """Return the assertion of a keyword that says nothing about values of other types."""
    return lambda value, demand: not is_concerned(value) or is_kept(value, demand)


_ASSERTIONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "enum": lambda value, choices: any(_equal(value, choice) for choice in choices),
    IGNORING_CASE: _for(_TYPES["string"], lambda value, words: value.lower() in words),
    "pattern": _for(_TYPES["string"], lambda value, pattern: matches(pattern, value)),
    "minLength": _for(_TYPES["string"], lambda value, least: len(value) >= least),
    "minimum": _for(_is_number, lambda value, least: value >= least),
    "exclusiveMinimum": _for(_is_number, lambda value, limit: value > limit),
    "maximum": _for(_is_number, lambda value, most: value <= most),
    "exclusiveMaximum": _for(_is_number, lambda value, limit: value < limit),
    "minItems": _for(_TYPES["array"], lambda value, least: len(value) >= least),
    "minProperties": _for(_TYPES["object"], lambda value, least: len(value) >= least),
}
"""The keywords about one value: each returns True for a value that keeps it."""

_APPLICATORS: Final = {"items", "properties", "additionalProperties", "propertyNames"}
_ANNOTATIONS: Final = {
    *("$id", "$schema", "title", "description", "default", "deprecated", "format"),
    *("readOnly", "writeOnly", "contentMediaType", ALLOWED, "x-clearable", "x-item-keys"),
    *("x-environment-variable", "x-forces-replacement", "x-only-with", "x-request", "x-response"),
    *("x-construct", "x-identity", "x-list", "x-rules", "x-section", "x-time-limit"),
}
KNOWN: Final = frozenset(
    {"type", "required", "uniqueItems", *_ASSERTIONS, *_APPLICATORS, *_ANNOTATIONS}
)
"""The keywords that a schema may use, once its references are resolved."""


def first_sentence(rule: Any) -> str:
    """Return the first sentence of the description in a JSON Schema, without the full stop."""
    description = str(rule.get("description", "")) if isinstance(rule, Mapping) else ""
    return description.partition(". ")[0].removesuffix(".")


def allowed(keyword: str, demand: Any, rule: Mapping[str, Any]) -> str:
    """Return what is allowed by a keyword, in words.

    :param keyword: such as ``minimum``
    :param demand: the value of the keyword; for ``required`` the name of the attribute
    :param rule: the JSON Schema that has the keyword
    """
    words = _WORDS.get(keyword)
    return words(demand, rule) if words else f"{keyword} {demand}"


def suggestion(keyword: str, demand: Any, value: Any) -> str:
    """Return what was probably meant by a value that violates a keyword, as a question.

    :returns: the empty text if nothing allowed is near
    """
    return did_you_mean(value, demand) if keyword in ("enum", IGNORING_CASE) else ""


def _of_type(types: str | list[str], rule: Mapping[str, Any]) -> str:
    if rule.get("contentMediaType") == JSON_TEXT:
        return "a mapping, or its JSON text"
    names = [types] if isinstance(types, str) else types
    return " or ".join(map(type_in_words, names))


def _one_of(choices: Iterable[Any], _rule: Mapping[str, Any]) -> str:
    return "one of " + ", ".join(str(each) for each in choices)


def _of_length(least: int, _rule: Mapping[str, Any]) -> str:
    return "text that is not empty" if least == 1 else f"text of at least {least} characters"


def _in_signs(_demand: Any, rule: Mapping[str, Any]) -> str:
    return rule.get(ALLOWED) or first_sentence(rule) or "other text"


def _number(words: str) -> Callable[[Any, Mapping[str, Any]], str]:
    return lambda limit, _rule: f"a number {words} {limit}"


def _of_size(what: str, one: str, more: str) -> Callable[[int, Mapping[str, Any]], str]:
    return lambda least, rule: (
        rule.get(ALLOWED) or f"{what} at least {least} {one if least == 1 else more}"
    )


_WORDS: Final[dict[str, Callable[[Any, Mapping[str, Any]], str]]] = {
    "type": _of_type,
    "enum": _one_of,
    # To the author of a value it is one keyword, whether the case of the letters matters or not.
    IGNORING_CASE: _one_of,
    "pattern": _in_signs,
    "propertyNames": _in_signs,
    "minLength": _of_length,
    "minimum": _number("of at least"),
    "exclusiveMinimum": _number("greater than"),
    "maximum": _number("of at most"),
    "exclusiveMaximum": _number("less than"),
    "minItems": _of_size("a list of", "item", "items"),
    "minProperties": _of_size("a mapping with", "entry", "entries"),
    "uniqueItems": lambda _demand, _rule: "a list without duplicates",
    "required": lambda name, _rule: f"{name}, which is required",
    "additionalProperties": lambda _demand, rule: _one_of(rule.get("properties", ()), rule),
}
"""What each keyword allows, in words: the one table of them."""

_TYPE_WORDS = {
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
    return _TYPE_WORDS[name]


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

    Text is compared by likeness, or is the beginning of one candidate alone, case ignored; numbers
    are compared by distance.

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


_SHORTEST_BEGINNING = 3
"""How many letters of a name are enough to mean it, if no other name begins with them."""


def _alike(word: str, candidates: list[str]) -> list[str]:
    from difflib import get_close_matches  # It is needed for mistakes only, and slow to load.

    folded = {text.casefold(): text for text in candidates}
    near = get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    if not near and len(word) >= _SHORTEST_BEGINNING:
        begun = [text for text in folded if text.startswith(word.casefold())]
        near = begun if len(begun) == 1 else []
    return [folded[text] for text in near]


def _nearest(number: float, candidates: list[float]) -> list[float]:
    below = [each for each in candidates if each < number]
    above = [each for each in candidates if each > number]
    return [*([max(below)] if below else []), *([min(above)] if above else [])]
