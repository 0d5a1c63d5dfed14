"""Values of a response with the types of their attributes, and what of a state they confirm."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from every_case import check_every

from constructs_lib.backend.managed_object import response
from constructs_lib.backend.managed_object.equivalence import fingerprint
from constructs_lib.backend.managed_object.model import ObjectModel
from constructs_lib.backend.plugin.diagnostics import Diagnostic, Diagnostics
from constructs_lib.backend.plugin.values.value import Dynamic, Object
from constructs_lib.schemas import MASK
from constructs_lib.schemas.limits import MAX_LEVELS
from constructs_lib.schemas.model import described

BOTH = {"x-request": ["create", "update"]}
TEXT, FLAG = {"type": "string", **BOTH}, {"type": "boolean", **BOTH}
LABELS = {"type": "object", "additionalProperties": {"type": "string"}, **BOTH}
SIZES = {"width": {"type": "integer"}, "unit": {"type": "string"}}
SCHEMA: dict[str, Any] = {
    "description": "A widget.",
    "properties": {
        "id": {**TEXT, "readOnly": True, "x-response": "id"},
        "place": {**TEXT, "x-forces-replacement": True, "x-response": "place"},
        "name": {**TEXT, "x-response": "name"},
        "mode": {**TEXT, "enum": ["Fast", "Slow"], "x-response": "mode"},
        "open": {**FLAG, "x-response": "open"},
        "count": {"type": "integer", **BOTH, "x-response": "count", "minimum": 1},
        "share": {"type": "number", **BOTH, "x-response": "numbers.parts.share"},
        "tags": {"type": "array", "items": TEXT, **BOTH, "x-response": "tags"},
        "labels": {**LABELS, "x-response": "labels", "x-clearable": True},
        "size": {"type": "object", "properties": SIZES, **BOTH, "x-response": "size"},
        "level": {**TEXT, "default": "low", "x-response": "level"},
        "wait": {**FLAG, "default": True, "x-response": None},
        "config": {
            "type": "object",
            **BOTH,
            "x-response": "config",
            "x-item-keys": {"rows": ["id"]},
        },
        "health": {**TEXT, "readOnly": True, "x-response": "status.health"},
        "noted": {**TEXT, "readOnly": True},
    },
}
MODEL = ObjectModel(described("widget", SCHEMA), vendor="Acme", noun="widget")
STATE: Object = {
    **dict.fromkeys(MODEL.attributes),
    "id": "w_1",
    "place": "here",
    "name": "n",
    "mode": "Fast",
    "open": True,
    "count": 1,
    "share": Decimal("0.5"),
    "labels": {"a": "x"},
    "level": "low",
    "wait": True,
    "config": Dynamic.of({"host": "db", "port": 1}),
    "health": "good",
    "noted": "t",
}
ITEM: dict[str, Any] = {
    "id": "w_1",
    "place": "here",
    "name": "n",
    "mode": "Fast",
    "open": True,
    "count": 1,
    "numbers": {"parts": {"share": 0.5}},
    "labels": {"a": "x"},
    "level": "low",
    "config": {"host": "db", "port": 1},
    "status": {"health": "good"},
}
LEFT_OUT = object()


def nested(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = [value]
    return value


def test_each_value_is_of_the_type_of_its_attribute_or_left_out() -> None:
    cases: list[tuple[str, Any, Any]] = [
        ("name", "cafe\u0301", "caf\u00e9"),
        ("name", 3, "3"),
        ("name", Decimal("3.50"), "3.5"),
        ("name", True, "true"),
        ("name", ["x"], LEFT_OUT),
        ("name", {"a": 1}, LEFT_OUT),
        ("name", MASK, LEFT_OUT),
        ("name", None, None),
        ("name", "", ""),
        ("mode", " FAST ", "Fast"),
        ("open", False, False),
        ("open", " True ", True),
        ("open", "FALSE", False),
        ("open", 1, LEFT_OUT),
        ("open", {}, None),
        ("count", 3, 3),
        ("count", 2.5, 2.5),
        ("count", " 3 ", Decimal(3)),
        ("count", "-3.5e-2", Decimal("-0.035")),
        ("count", "1" * 31, LEFT_OUT),
        ("count", "1e100", LEFT_OUT),
        ("count", "3x", LEFT_OUT),
        ("count", False, LEFT_OUT),
        ("count", [3], LEFT_OUT),
        ("count", "", None),
        ("tags", ["x"], LEFT_OUT),
        ("tags", [], None),
        ("labels", {"a": 1, "b": None, "c": "x", "d": [1]}, {"a": "1", "c": "x", "d": "[1]"}),
        ("labels", {}, {}),
        ("labels", [], None),
        ("labels", ["x"], LEFT_OUT),
        ("size", {"width": "3", "unit": 1, "new": 1}, {"width": Decimal(3), "unit": "1"}),
        ("size", {"width": "wide", "unit": None}, {"unit": None}),
        ("size", {"new": 1}, {}),
        ("size", {}, None),
        ("size", "big", LEFT_OUT),
    ]

    def check(case: tuple[str, Any, Any]) -> None:
        name, answered, expected = case
        found = response.attributes_of(MODEL, {name: answered}).get(name, LEFT_OUT)
        assert (type(found), found) == (type(expected), expected)

    check_every(cases, check)


def test_the_way_to_a_value_leads_through_objects_alone() -> None:
    def found(answer: dict[str, Any]) -> Object:
        return response.attributes_of(MODEL, answer)

    assert found({"numbers": {"parts": {"share": 1}}, "status": {"health": "x"}}) == {
        "share": 1,
        "health": "x",
    }
    assert found({"numbers": {"parts": "text", "share": 1}, "status": ["health"], "share": 1}) == {}
    assert found({"config": {"host": "db"}, "new": 1}) == {}


def test_the_objects_of_a_response_are_those_with_attributes() -> None:
    model = ObjectModel(described("widget", SCHEMA), vendor="Acme", noun="widget")

    assert model.roots == {"config", "numbers", "status"}


def test_of_a_response_no_more_is_read_than_is_asked_for() -> None:
    assert response.attributes_of(MODEL, ITEM, ["name", "config", "tags"]) == {"name": "n"}


def test_what_a_response_repeats_is_the_very_value_of_the_state() -> None:
    def text() -> str:
        return "".join(["a long ", "text"])

    known = STATE | {"name": text(), "health": text(), "count": 10**20}
    answer = ITEM | {"name": text(), "status": {"health": text()}, "count": 10**20}

    read = response.refreshed_state(MODEL, known, answer, {})

    assert [name for name in known if read[name] is not known[name]] == []
    found = response.attributes_of(
        MODEL,
        {"count": True, "open": 1, "name": "0.50", "numbers": {"parts": {"share": True}}},
        known={"count": 1, "open": True, "name": Decimal("0.5"), "share": 1},
    )
    assert found == {"name": "0.50"}


def test_a_read_keeps_what_means_the_same() -> None:
    def read(state: Object, **answered: Any) -> Object:
        found = response.refreshed_state(MODEL, STATE | state, ITEM | answered, {})
        return {n: v for n, v in found.items() if v != (STATE | state)[n]}

    cases: list[tuple[Object, dict[str, Any], Object]] = [
        ({}, {}, {}),
        ({"mode": "fast"}, {"mode": "FAST"}, {}),
        ({"mode": "fast"}, {"mode": "slow"}, {"mode": "Slow"}),
        ({"name": "1.0"}, {"name": 1}, {"name": "1"}),
        ({"name": None}, {}, {"name": "n"}),
        ({"name": ""}, {"name": None}, {}),
        ({"name": ""}, {}, {"name": "n"}),
        ({"labels": {}}, {"labels": None}, {}),
        ({"labels": {}}, {"labels": {"a": ""}}, {}),
        ({"labels": {}}, {"labels": {"a": "x"}}, {"labels": {"a": "x"}}),
        ({"labels": {"a": "x"}}, {"labels": {"a": "y", "b": "z"}}, {"labels": {"a": "y"}}),
        ({"size": {"width": 1, "unit": None}}, {"size": {"width": 1, "unit": "m"}}, {}),
        ({"size": {"unit": None}}, {"size": {"unit": None}}, {}),
        ({"size": {"unit": None}}, {"size": {"unit": "m"}}, {"size": {"unit": "m"}}),
        ({"place": "There"}, {"place": "here"}, {}),
        ({"place": None}, {"place": "here"}, {"place": "here"}),
        ({}, {"status": None, "id": None}, {"health": None, "id": None}),
        ({"level": None, "wait": None}, {}, {"level": "low", "wait": True}),
        ({"level": "high"}, {}, {"level": "low"}),
        ({"wait": False, "noted": None}, {"wait": True, "noted": "u"}, {}),
        ({}, {"config": None}, {}),
        ({}, {"config": {"host": "db", "new": 1}}, {}),
        ({"config": None}, {"config": {"a": MASK, "b": 1}}, {"config": Dynamic.of({"b": 1})}),
    ]

    check_every(cases, lambda case: _equal(read(case[0], **case[1]), case[2]))


def _equal(found: object, expected: object) -> None:
    assert found == expected


def test_drift_of_items_with_keys_is_shown_at_their_places() -> None:
    rows = [{"id": 1, "x": "p"}, {"id": 2, "x": "q"}]
    live = {"rows": [{"id": 2, "x": "r"}, {"id": 1, "x": "s"}]}

    found = response.refreshed_state(
        MODEL, STATE | {"config": Dynamic.of({"rows": rows})}, ITEM | {"config": live}, {}
    )

    assert found["config"].value == {"rows": live["rows"][::-1]}


def test_what_is_not_answered_keeps_its_value_or_default() -> None:
    item = {name: ITEM[name] for name in ("id", "status", "config")}

    assert response.refreshed_state(MODEL, STATE | {"level": "high"}, item, {}) == STATE | {
        "level": "high"
    }
    assert response.refreshed_state(MODEL, STATE | {"level": None}, item, {}) == STATE


def test_an_item_of_a_list_confirms_all_that_is_known_or_nothing() -> None:
    without_share = STATE | {"share": None}
    confirmed: list[tuple[Object, dict[str, Any]]] = [
        (STATE, ITEM),
        (STATE, ITEM | {"status": {"health": "bad"}}),
        (STATE | {"health": None}, ITEM | {"status": {}}),
        (without_share, ITEM | {"numbers": {}}),
        (STATE, ITEM | {"mode": "FAST", "config": {"host": "db", "port": "1", "new": 1}}),
        (STATE, ITEM | {"config": {**ITEM["config"], "x": nested(MAX_LEVELS - 2)}}),
    ]
    open_: list[tuple[Object, dict[str, Any]]] = [
        (STATE, ITEM | {"status": {}}),
        (STATE | {"health": None}, ITEM | {"status": None}),
        (without_share, {name: value for name, value in ITEM.items() if name != "numbers"}),
        (STATE, ITEM | {"config": "text"}),
        (STATE, {name: value for name, value in ITEM.items() if name != "config"}),
        (STATE, ITEM | {"config": {**ITEM["config"], "x": nested(MAX_LEVELS - 1)}}),
        (STATE, ITEM | {"config": {"host": "other", "port": 1}}),
        (STATE, ITEM | {"count": 2}),
        (STATE | {"name": None}, ITEM),
    ]

    found = [response.confirmed_state(MODEL, *each, {}) for each in confirmed]
    assert found == [response.refreshed_state(MODEL, *each, {}) for each in confirmed]
    assert [response.confirmed_state(MODEL, *each, {}) for each in open_] == [None] * 9


def test_a_form_that_was_learnt_is_confirmed() -> None:
    echo = {"config.host": [fingerprint("db"), fingerprint("DB.")]}
    item = ITEM | {"config": {"host": "DB.", "port": 1}}

    assert response.confirmed_state(MODEL, STATE, item, echo) == STATE
    assert response.confirmed_state(MODEL, STATE, item, {}) is None


def test_an_echo_is_two_fingerprints_of_these_very_values() -> None:
    one, other = fingerprint("db"), fingerprint("DB")
    kept: list[Any] = [[one, other], (one, other), [one], [one, other, one], [other, one], None, {}]

    found = [response.is_echo(MODEL, {"name": each}, "name", "db", "DB") for each in kept]

    assert found == [True, *[False] * 6]
    assert not response.is_echo(MODEL, {}, "name", "db", "DB")
    assert not response.is_echo(MODEL, {"name": [one, other]}, "name", "db", "Db")
    assert response.echo(MODEL, "name", "db", "DB") == {"name": [one, other]}
    assert response.echo(MODEL, "name", 5, "5") == response.echo(MODEL, "name", MASK, "x") == {}


def test_echoes_are_kept_of_what_was_sent_and_answered() -> None:
    sent = {"name": "N", "mode": "Fast", "labels": None, "wait": False, "count": 1}
    sent |= {"config": {"host": "DB", "port": 1, "user": "U", "secret": "S"}}
    answer = {"name": "n", "mode": "FAST", "labels": {"a": "x"}, "wait": "x", "share": 1}
    answer |= {"config": {"host": "db", "port": "1", "secret": "s", "new": "x"}}
    prints = {"name": ("N", "n"), "config.host": ("DB", "db")}
    expected = {name: list(map(fingerprint, pair)) for name, pair in prints.items()}

    assert response.echoes(MODEL, sent, answer, {"config.secret": "S"}) == expected
    assert response.echoes(MODEL, sent, answer | {"config": "text"}) == {"name": expected["name"]}
    assert response.echoes(MODEL, sent | {"config": None}, answer) == {"name": expected["name"]}
    assert "config.secret" in response.echoes(MODEL, sent, answer)


def test_an_import_leaves_out_what_the_schema_does_not_allow() -> None:
    state, diagnostics = STATE | {"mode": "Sideways", "count": 0, "schema": "s"}, Diagnostics()

    found = response.configurable_state(MODEL, state, diagnostics)

    assert found == state | {"mode": None, "count": None}
    detail = (
        "Acme returns a value for {} of widget w_1 (s) that this version of the provider does not "
        "know. It stays as it is at Acme, and is left out of the state. Newer versions of the "
        "provider may know it."
    )
    assert list(diagnostics) == [
        Diagnostic(False, f"{name} cannot be managed", detail.format(name), (name,))
        for name in ("mode", "count")
    ]
