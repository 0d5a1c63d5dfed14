"""Our interpreter of JSON Schema's keywords judges as the library jsonschema does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from constructs_lib import schemas
from constructs_lib.schemas import keywords, model
from constructs_lib.validation.schema_check import compile_validator

Rule = dict[str, Any]
NAMES = st.sampled_from(["a", "ab", "b"])
TEXTS = st.sampled_from(["", "a", "ab", "A", "b\n", "1h", "1h\n", "true"])
NUMBERS = st.sampled_from([-1, 0, 1, 2, 3, 0.0, 1.0, 1.5, 2.5])
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | TEXTS, inner, max_size=3),
    max_leaves=6,
)
TYPES = st.sampled_from(
    ["string", "integer", "number", "boolean", "object", "array", "null", ["object", "string"]]
)
PATTERNS = st.sampled_from(["^a", "h$", "^[a$]+$", r"^\$?b?$", "^(?!a$)", "[0-9]+"])
SIZES = st.integers(0, 2)
ASSERTIONS: dict[str, st.SearchStrategy[Any]] = {
    "type": TYPES,
    "enum": st.lists(VALUES, min_size=1, max_size=3),
    "x-enum-ignoring-case": st.just(["a", "true"]),
    "pattern": PATTERNS,
    "minLength": SIZES,
    "minimum": NUMBERS,
    "exclusiveMinimum": NUMBERS,
    "maximum": NUMBERS,
    "exclusiveMaximum": NUMBERS,
    "minItems": SIZES,
    "minProperties": SIZES,
    "uniqueItems": st.booleans(),
    "required": st.lists(NAMES, unique=True, max_size=2),
    "description": st.just("Says nothing of a value."),
}


def _nested(inner: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
    applicators = {
        "items": inner,
        "properties": st.dictionaries(NAMES, inner, max_size=2),
        "additionalProperties": inner | st.booleans(),
        "propertyNames": st.fixed_dictionaries({"pattern": PATTERNS}),
    }
    return st.fixed_dictionaries({}, optional={**ASSERTIONS, **applicators})


RULES = st.recursive(st.fixed_dictionaries({}, optional=ASSERTIONS), _nested, max_leaves=4)


def ours(rule: Rule, value: Any) -> set[tuple[str, tuple[Any, ...]]]:
    return {
        # The library reports what should not be there, and the names of keys, at the object.
        (one.keyword, one.path[:-1] if one.keyword in OF_AN_OBJECT else one.path)
        for one in keywords.violations(rule, value)
    }


OF_AN_OBJECT = ("additionalProperties", "propertyNames")


def of_the_library(rule: Rule, value: Any) -> set[tuple[str, tuple[Any, ...]]]:
    found = set()
    for error in compile_validator(rule).iter_errors(value):
        named = "propertyNames" in list(error.absolute_schema_path)[:-1]
        keyword = "propertyNames" if named else str(error.validator)
        found.add((keyword, tuple(error.absolute_path)))
    mistyped = [path for keyword, path in found if keyword == "type"]

    def follows_from_a_type(keyword: str, path: tuple[Any, ...]) -> bool:
        return any(
            path[: len(above)] == above and (keyword, path) != ("type", above) for above in mistyped
        )

    return {each for each in found if not follows_from_a_type(*each)}


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(RULES, VALUES)
def test_verdicts_are_those_of_the_library(rule: Rule, value: Any) -> None:
    assert ours(rule, value) == of_the_library(rule, value)


def _samples(rule: Rule) -> st.SearchStrategy[Any]:
    """Values that keep a rule or nearly do."""
    allowed: list[Any] = [*rule.get("enum", ()), *rule.get("x-enum-ignoring-case", ())]
    inside = {name: _samples(inner) for name, inner in rule.get("properties", {}).items()}
    near = st.sampled_from(allowed) if allowed else SCALARS
    if inside:
        near = st.fixed_dictionaries({}, optional=inside)
    return near | SCALARS | VALUES


@pytest.mark.parametrize("name", schemas.names())
def test_verdicts_about_our_schemas_are_those_of_the_library(name: str) -> None:
    document = json.loads(json.dumps(schemas.load(name).document))
    document.pop("$id", None)

    @settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
    @given(_samples(document))
    def judge(value: Any) -> None:
        assert ours(document, value) == of_the_library(document, value)

    judge()


def rules_in(rule: Any) -> Iterator[Rule]:
    """Yield a JSON Schema and all that are inside of it."""
    if not isinstance(rule, dict):
        return
    yield rule
    for keyword in ("items", "additionalProperties", "propertyNames"):
        yield from rules_in(rule.get(keyword))
    for inner in rule.get("properties", {}).values():
        yield from rules_in(inner)


@pytest.mark.parametrize("name", schemas.names())
def test_a_schema_uses_no_unknown_keyword(name: str) -> None:
    used = {keyword for rule in rules_in(schemas.load(name).document) for keyword in rule}

    assert used - keywords.KNOWN == set()


@pytest.mark.parametrize("name", schemas.names())
def test_each_pattern_of_a_schema_has_words(name: str) -> None:
    for rule in rules_in(schemas.load(name).document):
        if "pattern" in rule:
            assert rule[keywords.ALLOWED]
            assert not set("^$[]|\\") & set(rule[keywords.ALLOWED])


def test_each_duration_has_the_limit_that_its_description_names() -> None:
    limits = {
        (name, action): (schemas.load(name).time_limit(action), one.description)
        for name in schemas.names()
        if "timeouts" in schemas.load(name).attributes
        for action, one in schemas.load(name).attributes["timeouts"].attributes.items()
    }

    assert len(limits) > 10
    assert [at for at, (limit, text) in limits.items() if f"Default {limit}." not in text] == []


@pytest.mark.parametrize(
    ("keyword", "demand", "words"),
    [
        ("type", ["object", "string"], "a mapping or text"),
        ("enum", [15, 30], "one of 15, 30"),
        ("x-enum-ignoring-case", ["ready"], "one of ready"),
        ("minLength", 1, "text that is not empty"),
        ("minLength", 2, "text of at least 2 characters"),
        ("minimum", 1, "a number of at least 1"),
        ("exclusiveMinimum", 0, "a number greater than 0"),
        ("maximum", 9, "a number of at most 9"),
        ("exclusiveMaximum", 9, "a number less than 9"),
        ("minItems", 2, "a list of at least 2 items"),
        ("minProperties", 1, "a mapping with at least 1 entry"),
        ("uniqueItems", True, "a list without duplicates"),
        ("required", "group_id", "group_id, which is required"),
        ("maxItems", 3, "maxItems 3"),
    ],
)
def test_what_is_allowed_is_said_in_words(keyword: str, demand: Any, words: str) -> None:
    assert keywords.allowed(keyword, demand, {}) == words


def test_a_pattern_without_words_is_explained_by_its_description() -> None:
    rule = {"pattern": "^a$", "description": "One letter. No more."}

    assert keywords.allowed("pattern", "^a$", rule) == "One letter"
    assert keywords.allowed("pattern", "^a$", {"pattern": "^a$"}) == "other text"


@pytest.mark.parametrize(
    ("pattern", "text", "is_match"),
    [
        ("^a$", "a\n", False),
        ("^(a|b$)", "b\n", False),
        ("^[$]$", "$", True),
        (r"^a\$$", "a$", True),
        (r"^a\\$", "a\\\n", False),
        (r"[\]$]b", "$b", True),
    ],
)
def test_a_dollar_means_the_very_end(pattern: str, text: str, is_match: bool) -> None:
    assert model.matches(pattern, text) is is_match


@pytest.mark.parametrize(
    ("value", "is_whole"),
    [(Decimal("1E+0"), True), (Decimal("1.5"), False), (Decimal("1E+999999"), True), (True, False)],
)
def test_an_exact_number_may_be_whole(value: Any, is_whole: bool) -> None:
    assert (list(keywords.violations({"type": "integer"}, value)) == []) is is_whole


def test_what_is_not_known_yet_violates_nothing() -> None:
    unknown = object()
    rule = {
        "type": "object",
        "properties": {
            "a": {"type": "string"},
            "b": {"type": "array", "uniqueItems": True, "items": {"minimum": 1}},
        },
    }

    found = keywords.violations(
        rule, {"a": unknown, "b": [0, 0, unknown]}, passes=lambda value: value is unknown
    )

    assert [(one.keyword, one.path) for one in found] == [
        ("minimum", ("b", 0)),
        ("minimum", ("b", 1)),
    ]


def test_a_violation_says_what_was_meant() -> None:
    [found] = keywords.violations({"enum": ["auto", "manual"]}, "manua", path=("schedule_type",))

    assert (found.keyword, found.path) == ("enum", ("schedule_type",))
    assert (found.allowed, found.suggestion) == ("one of auto, manual", "did you mean 'manual'?")
