"""The planned value of one attribute, for each kind of configuration, prior value and default."""

from __future__ import annotations

from typing import Any

import pytest

from constructs_lib.backend.plugin.planning.planner import plan_change, without_unknown
from constructs_lib.backend.plugin.values import types
from constructs_lib.backend.plugin.values.value import MAX_LEVELS, UNKNOWN, Dynamic, identical
from constructs_lib.schemas.model import _attributes

DOCUMENT: dict[str, Any] = {
    "required": ["name"],
    "properties": {
        "name": {"type": "string"},
        "mode": {"type": "string", "x-enum-ignoring-case": ["fast", "slow"]},
        "level": {"type": "integer", "default": 3},
        "open": {"type": "object", "default": {"a": 1}},
        "flag": {"type": "boolean", "default": None},
        "window": {
            "type": "object",
            "default": {"from": "1h"},
            "properties": {"from": {"type": "string"}, "to": {"type": "string"}},
        },
        "color": {"type": "string"},
        "secret_wo": {"type": "object", "writeOnly": True},
        "place": {"type": "string", "x-forces-replacement": True},
        "zone": {"type": "string", "x-forces-replacement": True},
    },
}
ATTRIBUTES = _attributes(DOCUMENT)
EMPTY: dict[str, Any] = dict.fromkeys(ATTRIBUTES)
ABSENT = object()


def planned(name: str, configured: Any, before: Any = ABSENT) -> Any:
    """The planned value at a creation, or at an update of what was there before."""
    prior = None if before is ABSENT else {**EMPTY, name: before}
    return plan_change(ATTRIBUTES, {**EMPTY, name: configured}, prior).planned[name]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", None),
        ("mode", UNKNOWN),
        ("level", 3),
        ("open", Dynamic.of({"a": 1})),
        ("flag", None),
        ("window", {"from": "1h", "to": None}),
        ("color", UNKNOWN),
        ("secret_wo", None),
    ],
)
def test_creation_plans_what_nobody_configured_as(name: str, value: Any) -> None:
    assert identical(planned(name, None), value)


@pytest.mark.parametrize(
    ("name", "before", "value"),
    [
        ("name", "x", None),
        ("mode", "fast", "fast"),
        ("level", 3, 3),
        ("level", 7, 3),
        ("level", None, 3),
        ("flag", True, True),
        ("flag", None, None),
        ("window", {"from": "1h", "to": None}, {"from": "1h", "to": None}),
        ("window", {"from": "2h", "to": None}, {"from": "1h", "to": None}),
        ("window", None, {"from": "1h", "to": None}),
        ("color", "red", "red"),
        ("color", None, None),
    ],
)
def test_update_plans_what_nobody_configured_as(name: str, before: Any, value: Any) -> None:
    assert identical(planned(name, None, before), value)


@pytest.mark.parametrize(
    ("name", "before", "configured", "value"),
    [
        ("mode", "fast", "FAST", "fast"),
        ("mode", "FAST", "fast", "FAST"),
        ("mode", "fast", "slow", "slow"),
        ("mode", None, "FAST", "FAST"),
        ("color", "red", "RED", "RED"),
        ("color", "red", UNKNOWN, UNKNOWN),
        ("color", None, "red", "red"),
        ("level", 3.0, 3, 3.0),
        ("level", 3, 0, 0),
        ("flag", True, False, False),
    ],
)
def test_configured_value_gives_way_only_to_the_same_meaning(
    name: str, before: Any, configured: Any, value: Any
) -> None:
    found = planned(name, configured, before)

    assert (found, type(found)) == (value, type(value))


def test_default_in_another_form_is_no_change() -> None:
    before = Dynamic(types.map_of(types.NUMBER), {"a": 1})

    assert planned("open", None, before) is before
    assert identical(planned("open", None, Dynamic.of({"a": 2})), Dynamic.of({"a": 1}))


@pytest.mark.parametrize("configured", [Dynamic.of({"p": "s"}), UNKNOWN, None])
def test_write_only_value_is_never_planned(configured: Any) -> None:
    assert planned("secret_wo", configured) is None
    assert planned("secret_wo", configured, None) is None


def test_each_marked_attribute_that_changes_replaces() -> None:
    prior = {**EMPTY, "place": "a", "zone": "b", "color": "red"}

    def replaced(**config: Any) -> list[tuple[str, ...]]:
        return [tuple(p) for p in plan_change(ATTRIBUTES, {**EMPTY, **config}, prior).replace]

    assert replaced(place="x", zone="y", color="green") == [("place",), ("zone",)]
    assert replaced(place="a", zone="y") == [("zone",)]
    assert replaced(place="a", zone="b", color="green") == []
    assert replaced() == []


def test_what_is_unknown_becomes_null_at_any_depth() -> None:
    type_ = types.object_of({"a": types.STRING, "b": types.list_of(types.STRING)})

    assert without_unknown(UNKNOWN) is None
    assert without_unknown({"a": [1, UNKNOWN, {"b": UNKNOWN}]}) == {"a": [1, None, {"b": None}]}
    assert identical(
        without_unknown(Dynamic(type_, {"a": UNKNOWN, "b": ["x", UNKNOWN]})),
        Dynamic(type_, {"a": None, "b": ["x", None]}),
    )


def test_what_is_wholly_known_is_returned_as_it_is() -> None:
    known = {"a": [1, {"b": None}]}

    assert without_unknown(known) is known


def test_unknown_beyond_all_levels_is_left_to_the_encoding() -> None:
    def nested(levels: int) -> Any:
        value: Any = UNKNOWN
        for _ in range(levels):
            value = [value]
        return value

    deepest, deeper = nested(MAX_LEVELS), nested(MAX_LEVELS + 1)

    assert without_unknown(deepest) is not deepest
    assert without_unknown(deeper) is deeper
