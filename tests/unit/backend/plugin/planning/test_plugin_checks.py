from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from every_case import check_every
from plugin_samples import ATTRIBUTES, thing

from constructs_lib.backend.plugin.diagnostics import Diagnostic, Diagnostics, dotted
from constructs_lib.backend.plugin.planning import checks
from constructs_lib.backend.plugin.values import types
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic
from constructs_lib.schemas.model import _attributes
from constructs_lib.schemas.redaction import display
from constructs_lib.schemas.rules.rule import Problem, Rule


def found(**values: Any) -> list[tuple[Any, str]]:
    diagnostics = Diagnostics()
    checks.check_schema_rules(ATTRIBUTES, thing(**values), diagnostics)
    for diagnostic in diagnostics:
        assert diagnostic.is_error
        assert diagnostic.summary == f"Invalid value of {dotted(diagnostic.path)}"
    return [(diagnostic.path, diagnostic.detail) for diagnostic in diagnostics]


NO_OBJECT = "; allowed is a mapping. Write it as { key = value }."


BROKEN: tuple[tuple[Any, Any, str], ...] = (
    (
        {"color": "gren"},
        ("color",),
        "Found text; allowed is one of red, green. Did you mean 'green'?",
    ),
    ({"color": "x"}, ("color",), "Found text; allowed is one of red, green."),
    ({"level": 10}, ("level",), "Found 10; allowed is a number of at most 9."),
    ({"level": -1}, ("level",), "Found -1; allowed is a number of at least 0."),
    ({"level": Decimal("1.5")}, ("level",), "Found 1.5; allowed is a whole number."),
    ({"ratio": 0}, ("ratio",), "Found 0; allowed is a number greater than 0."),
    ({"name": "a"}, ("name",), "Found text; allowed is text of at least 2 characters."),
    ({"config": Dynamic.of("a")}, ("config",), "Found text" + NO_OBJECT),
    ({"config": Dynamic.of(["a"])}, ("config",), "Found a list of 1 item" + NO_OBJECT),
    (
        {"window": {"from": None, "to": "x"}},
        ("window",),
        "Found no from; allowed is from, which is required.",
    ),
    (
        {"window": {"from": "1h\n", "to": None}},
        ("window", "from"),
        "Found text; allowed is a number of hours, such as 5h.",
    ),
)


def test_a_broken_rule_is_told_with_its_place() -> None:
    def is_told(case: tuple[Any, Any, str]) -> None:
        values, path, detail = case
        assert found(**values) == [(path, detail)]

    check_every(BROKEN, is_told)


def test_a_text_that_may_be_marked_is_not_shown() -> None:
    def is_not_shown(values: dict[str, Any]) -> None:
        [(_, detail)] = found(**values)
        assert "canary" not in detail
        assert '"c"' not in detail

    window = {"from": "canary:word", "to": None}
    texts = {"color": "canary", "name": "c", "window": window, "config": Dynamic.of("canary")}
    check_every(({name: value} for name, value in texts.items()), is_not_shown)


@pytest.mark.parametrize("text", ["canary:word@host", "ftp://canary:word@host"])
def test_no_path_leads_to_a_text_that_may_be_a_login(text: str) -> None:
    diagnostics = Diagnostics()

    checks.check_schema_rules(ATTRIBUTES, thing(window={"from": text, "to": None}), diagnostics)

    # Terraform would show the line that a path leads to.
    [(_, summary, detail, path)] = diagnostics
    assert (summary, path) == ("Invalid value of window.from", ())
    assert "canary" not in detail


def test_a_sensitive_value_is_not_shown() -> None:
    properties = {"key": {"type": "string", "format": "password", "minLength": 9}}
    nested = _attributes({"properties": {"login": {"type": "object", "properties": properties}}})
    diagnostics = Diagnostics()

    checks.check_schema_rules(nested, {"login": {"key": "s3cret"}}, diagnostics)

    hidden = "Found a sensitive value; allowed is "
    assert found(token="s3cret") == [(("token",), hidden + "other text.")]
    assert list(diagnostics) == [
        Diagnostic(
            True,
            "Invalid value of login.key",
            hidden + "text of at least 9 characters.",
            ("login", "key"),
        )
    ]


KEPT: tuple[dict[str, Any], ...] = (
    {"color": "red", "level": 9, "ratio": 0.1, "name": "ab", "token": "t-1"},
    {"level": Decimal("1E+0"), "config": Dynamic(types.map_of(types.STRING), {})},
    {"window": {"from": UNKNOWN, "to": None}, "labels": {"a": None, "b": "c"}},
    dict.fromkeys(ATTRIBUTES, UNKNOWN),
    {},
)


def test_what_keeps_the_rules_or_is_unknown_passes() -> None:
    def passes(values: dict[str, Any]) -> None:
        assert found(**values) == []

    check_every(KEPT, passes)


def test_a_huge_exponent_is_answered_at_once() -> None:
    [(_, detail)] = found(level=Decimal("1E+999999"))
    assert "at most" in detail


def test_a_number_of_too_many_places_is_told_with_its_place() -> None:
    config = Dynamic.of({"a": [1, Decimal("1e2000")]})
    problem = (
        "Found a number that is too large or too close to zero at config.a[1]; allowed is numbers "
        "between 1e-1000 and 1e1000."
    )
    assert found(config=config) == [(("config",), problem)]
    assert len(found(config=Dynamic.of([Decimal("1e2000")]))) == 1


EMPTY_TEXT = "Found an empty text; allowed is text that is not empty."


def of_lists(**values: Any) -> list[tuple[Any, str]]:
    rules = {
        "hosts": {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": "^h"}},
        "size": {"type": "string", "x-enum-ignoring-case": ["small", "large"]},
        "scope": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {
                "type": "array",
                "uniqueItems": True,
                "items": {"type": "string", "minLength": 1},
            },
        },
    }
    diagnostics = Diagnostics()
    attributes = _attributes({"properties": rules})
    checks.check_schema_rules(attributes, {**dict.fromkeys(rules), **values}, diagnostics)
    return [(diagnostic.path, diagnostic.detail) for diagnostic in diagnostics]


BROKEN_LISTS: tuple[tuple[Any, Any, str], ...] = (
    (
        {"hosts": []},
        ("hosts",),
        "Found a list of 0 items; allowed is a list of at least 1 item.",
    ),
    ({"hosts": ["h", None]}, ("hosts", 1), "Found null; allowed is text."),
    ({"scope": {}}, ("scope",), "Found a mapping; allowed is a mapping with at least 1 entry."),
    ({"scope": {"a": None}}, ("scope", "a"), "Found null; allowed is a list."),
    (
        {"scope": {"a": ["t", "t"]}},
        ("scope", "a"),
        "Found a list of 2 items; allowed is a list without duplicates.",
    ),
    ({"scope": {"a": ["t", ""]}}, ("scope", "a", 1), EMPTY_TEXT),
    (
        {"hosts": ["h", "x"]},
        ("hosts", 1),
        "Found text; allowed is other text.",
    ),
    (
        {"size": "Smal"},
        ("size",),
        "Found text; allowed is one of small, large. Did you mean 'small'?",
    ),
)


def test_a_broken_rule_of_a_list_or_of_words_is_told() -> None:
    def is_told(case: tuple[Any, Any, str]) -> None:
        values, path, detail = case
        assert of_lists(**values) == [(path, detail)]

    check_every(BROKEN_LISTS, is_told)


def test_items_may_be_unknown_and_words_of_any_case() -> None:
    assert of_lists(hosts=["h", UNKNOWN]) == of_lists(size="LARGE") == []
    assert of_lists(scope={"a": ["t", "t", UNKNOWN]}) == []


def json_or_text(config: Any) -> list[str]:
    rule = {"type": ["object", "string"], "contentMediaType": "application/json"}
    diagnostics = Diagnostics()
    checks.check_schema_rules(
        _attributes({"properties": {"state": rule}}), {"state": config}, diagnostics
    )
    return [diagnostic.detail for diagnostic in diagnostics]


def test_json_text_is_accepted_where_the_schema_says_so() -> None:
    assert json_or_text(Dynamic.of({"a": 1})) == json_or_text(Dynamic.of('{"a": 1}')) == []


def test_the_limits_hold_inside_of_json_text() -> None:
    deep = "[" * 201 + "]" * 201

    assert json_or_text(Dynamic.of(3)) == [
        "Found 3; allowed is a mapping, or its JSON text. Write it as { key = value }."
    ]
    assert [detail[:6] for detail in json_or_text(Dynamic.of(deep))] == ["Found "]


def of_parts(*parts: Any) -> list[tuple[Any, str]]:
    rule = {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["name"],
            "properties": {"name": {"type": "string"}, "size": {"type": "integer", "minimum": 1}},
        },
    }
    diagnostics = Diagnostics()
    attributes = _attributes({"properties": {"parts": rule}})
    checks.check_schema_rules(attributes, {"parts": list(parts)}, diagnostics)
    return [(diagnostic.path, diagnostic.detail) for diagnostic in diagnostics]


def test_what_is_left_out_in_a_list_of_objects_passes() -> None:
    assert of_parts({"name": "a", "size": None}, {"name": "b", "size": UNKNOWN}) == []


def test_a_wrong_value_in_a_list_of_objects_is_told() -> None:
    assert of_parts({"name": "a", "size": None}, {"name": None, "size": 0}) == [
        (("parts", 1), "Found no name; allowed is name, which is required."),
        (("parts", 1, "size"), "Found 0; allowed is a number of at least 1."),
    ]


def test_an_object_that_is_null_in_a_list_is_told() -> None:
    assert of_parts(None) == [(("parts", 0), "Found null; allowed is a mapping.")]


def test_what_is_null_is_left_out_at_any_depth() -> None:
    part = {"type": "object", "properties": {"size": {"type": "integer"}}}
    inside = {"part": part, "any": {"type": "object"}, "name": {"type": "string"}}
    rule = {"type": "object", "required": ["name"], "properties": inside}
    attributes = _attributes({"properties": {"whole": rule}})

    def of(**values: Any) -> list[Any]:
        diagnostics = Diagnostics()
        checks.check_schema_rules(attributes, {"whole": values}, diagnostics)
        return [(diagnostic.path, diagnostic.detail) for diagnostic in diagnostics]

    assert of(part={"size": None}, any=Dynamic.of({"a": 1}), name="a") == []
    assert of(part=UNKNOWN, any=UNKNOWN, name=UNKNOWN) == of(part=None, any=None, name="a") == []
    assert of(part={"size": True}, any=Dynamic.of(1), name=None) == [
        (("whole",), "Found no name; allowed is name, which is required."),
        (("whole", "part", "size"), "Found true; allowed is a whole number."),
        (("whole", "any"), "Found 1; allowed is a mapping."),
    ]


def level_problems(inputs: dict[str, Any]) -> Iterator[Problem]:
    config, level = inputs["config"], display(inputs["level"])
    yield Problem(("config", "a", 0), display(config["a"]), "no text", "leave it out", "warning")
    yield Problem((), f"level {level}", "level 1", "is it 1?")
    yield Problem(("level",), level, "1", "Write 1.")
    yield Problem(("level",), level, "2")


LEVEL = Rule("toy-level", ("level", "config"), level_problems, title="Level too high")
OTHER = Rule("toy-other", ("color", "flag"), lambda inputs: iter([Problem((), str(inputs), "x")]))
CONFIG = {"level": 3, "config": Dynamic.of({"a": "canary"}), "color": UNKNOWN, "flag": None}
LEVEL_FOUND = [
    Diagnostic(
        False,
        "Level too high",
        "config.a[0]: found (hidden); allowed is no text. Leave it out. [toy-level]",
        ("config", "a", 0),
    ),
    Diagnostic(
        True, "Level too high", "Found level 3; allowed is level 1. Is it 1? [toy-level]", ()
    ),
    Diagnostic(
        True, "Level too high", "level: found 3; allowed is 1. Write 1. [toy-level]", ("level",)
    ),
    Diagnostic(True, "Level too high", "level: found 3; allowed is 2. [toy-level]", ("level",)),
]


def test_problems_across_attributes_become_diagnostics() -> None:
    diagnostics = Diagnostics()

    checks.check_rules(iter([LEVEL, OTHER]), CONFIG, diagnostics)

    assert list(diagnostics) == checks.rule_problems([OTHER, LEVEL], CONFIG) == LEVEL_FOUND
    assert display("shown") == "'shown'"


def test_a_rule_sees_what_is_left_out_as_none() -> None:
    [found] = checks.rule_problems([OTHER], {"color": "red"})

    assert found.detail == "Found {'color': 'red', 'flag': None}; allowed is x. [toy-other]"


def in_clear(inputs: dict[str, Any]) -> Iterator[Problem]:
    if inputs["config"] == {"a": "canary"}:
        yield Problem(("config", "a"), "text", "nothing")


def anywhere(inputs: dict[str, Any]) -> Iterator[Problem]:
    for name in ("config", "auth", "level"):
        yield Problem((name,), "a value", "another one")


IN_CLEAR = (
    Rule("secret-in-config", ("config",), in_clear, about="config"),
    Rule("secret-in-auth", ("auth",), lambda inputs: iter(()), about="auth"),
    Rule("toy-anywhere", (), anywhere),
)


@pytest.mark.parametrize(
    ("config", "auth", "without_path"),
    [
        ({"a": "canary"}, None, {"config"}),
        # One that no rule has found counts by its name.
        ({"password": "canary"}, {"b": 1}, {"config"}),
        ({"a": "canary"}, {"password": "canary"}, {"config", "auth"}),
        ({"b": 1}, {"b": 1}, set()),
    ],
)
def test_no_path_leads_to_a_line_with_a_secret(
    config: Any, auth: Any, without_path: set[str]
) -> None:
    values = {"config": Dynamic.of(config), "auth": auth and Dynamic.of(auth), "level": 3}

    found = checks.rule_problems(IN_CLEAR, values)

    of_anywhere = [one for one in found if "toy-anywhere" in one.detail]
    assert [one.path for one in of_anywhere] == [
        () if name in without_path else (name,) for name in ("config", "auth", "level")
    ]
    assert [one.path for one in found if "toy-anywhere" not in one.detail] == (
        [()] if config == {"a": "canary"} else []
    )


def test_what_is_no_problem_needs_no_look_for_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[Any] = []
    monkeypatch.setattr("constructs_lib.schemas.redaction.holds_secret", looked.append)
    values = {"config": Dynamic.of({"password": "canary"})}

    assert checks.rule_problems(IN_CLEAR[:2], values) == []
    assert looked == []


def test_only_the_value_that_comes_later_is_unknown() -> None:
    assert [checks.is_unknown(value) for value in (UNKNOWN, None, "UNKNOWN")] == [
        True,
        False,
        False,
    ]
