"""The bodies of requests, by nothing but the schema: what they hold, and what clears a value."""

from __future__ import annotations

from typing import Any

from constructs_lib.backend.managed_object import model
from constructs_lib.backend.managed_object.model import ObjectModel
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic, Object
from constructs_lib.schemas.model import described

BOTH = {"x-request": ["create", "update"]}
TEXT, FLAG, SETTINGS = {"type": "string"}, {"type": "boolean"}, {"type": "object"}
SECRETS = {**SETTINGS, **BOTH, "writeOnly": True, "x-response": None}
SIZES = {"unit": {**TEXT, "x-clearable": True}, "width": {"type": "integer"}}
NAME = {**TEXT, **BOTH, "x-clearable": True, "x-response": "name"}
SCHEMA: dict[str, Any] = {
    "description": "A widget.",
    "properties": {
        "place": {**TEXT, "x-request": ["create"], "x-response": "place"},
        "name": NAME,
        "mode": {**TEXT, **BOTH, "x-enum-ignoring-case": ["fast"], "x-response": "mode"},
        "kind": {**TEXT, **BOTH, "enum": ["Big"], "x-response": "kind"},
        "labels": {
            "type": "object",
            "additionalProperties": TEXT,
            "x-clearable": True,
            **BOTH,
            "x-response": "labels",
        },
        "size": {**SETTINGS, "properties": SIZES, **BOTH, "x-response": "details.size"},
        "status": {**TEXT, "x-request": ["update"], "x-response": None},
        "config": {**SETTINGS, **BOTH, "x-response": "config", "x-item-keys": {"rows": ["id"]}},
        "config_wo": SECRETS,
        "auth": {**SETTINGS, **BOTH, "x-response": None},
        "auth_wo": SECRETS,
        "wait": {**FLAG, **BOTH, "default": True, "x-response": None},
        "force": {**FLAG, **BOTH, "x-response": None},
    },
}


def made(schema: dict[str, Any]) -> ObjectModel:
    return ObjectModel(
        described("widget", schema), vendor="Acme", noun="widget", fixed_keys=lambda _: ("root",)
    )


MODEL = made(SCHEMA)
ROWS = [{"id": 1}, {"id": 2}]


def values(**given: Any) -> Object:
    found: Object = dict.fromkeys(MODEL.attributes)
    found |= {"place": "here", "name": "n", "config": Dynamic.of({"root": "r", "host": "db"})}
    return found | given


def sent(before: Object, after: Object, config: Object | None = None, *named: str) -> Any:
    return model.update_body(MODEL, before, after, config or after, named)


def test_a_creation_carries_each_value_as_the_api_takes_it() -> None:
    planned = values(
        mode=" FAST ",
        kind="big",
        status="x",
        labels={"a": "x", "b": None},
        size={"unit": "", "width": 3},
        auth=Dynamic.of({"login": {"user": "u", "host": {"name": "h"}}, "key": "k", "none": None}),
    )
    secret = {"login": {"password": "p", "host": {"port": 1}}, "key": {"id": "i"}, "none": None}
    config = values(auth_wo=Dynamic.of(secret), wait=False, force=UNKNOWN)

    assert model.creation_body(MODEL, planned, config) == {
        "place": "here",
        "name": "n",
        "mode": "fast",
        "kind": "big",
        "labels": {"a": "x"},
        "size": {"width": 3},
        "wait": False,
        "config": {"root": "r", "host": "db"},
        "auth": {
            "login": {"user": "u", "password": "p", "host": {"name": "h", "port": 1}},
            "key": {"id": "i"},
        },
    }


def test_a_creation_without_settings_carries_none() -> None:
    planned = values(name="", labels={}, config=Dynamic.of({"host": None}), auth=UNKNOWN)

    assert model.creation_body(MODEL, planned, planned) == {"place": "here"}


def test_an_update_carries_what_changes_for_the_api() -> None:
    cases: list[tuple[Object, Object, dict[str, Any]]] = [
        ({}, {}, {}),
        ({}, {"place": "there"}, {}),
        ({}, {"name": UNKNOWN}, {}),
        ({}, {"name": None}, {"name": None}),
        ({}, {"name": ""}, {"name": None}),
        ({"name": None}, {"name": ""}, {}),
        ({"name": ""}, {"name": None}, {"name": None}),
        ({"mode": "fast"}, {"mode": " Fast"}, {"mode": "fast"}),
        ({}, {"kind": "big"}, {"kind": "big"}),
        ({"labels": {"a": "x"}}, {"labels": {}}, {"labels": None}),
        (
            {"labels": {"a": "x"}},
            {"labels": {"a": "x", "b": "y"}},
            {"labels": {"a": "x", "b": "y"}},
        ),
        ({}, {"labels": {}}, {}),
        ({"size": {"unit": "m"}}, {"size": {"unit": ""}}, {"size": {"unit": None}}),
        ({"size": {"unit": None}}, {"size": {"unit": ""}}, {}),
        (
            {"size": {"unit": ""}},
            {"size": {"unit": "", "width": 3}},
            {"size": {"unit": None, "width": 3}},
        ),
        ({}, {"status": "done"}, {"status": "done"}),
        ({}, {"wait": True}, {}),
        ({}, {"name": "m", "force": True}, {"name": "m", "force": True}),
    ]

    found = [sent(values(**before), values(**after)) for before, after, _ in cases]

    assert found == [body for *_, body in cases]


def test_an_update_carries_only_what_changes_inside_of_settings() -> None:
    def of(**given: Any) -> Object:
        return values(config=Dynamic.of({"root": "r", "host": "db", "rows": ROWS, **given}))

    cases = [
        (of(), of(host="other", root="new"), {"host": "other"}),
        (of(), of(host=None), {"host": None}),
        (of(), of(new=None), {"new": None}),
        (of(new=1), of(), {}),
        (of(), of(rows=ROWS[::-1]), {}),
        (of(), of(rows=[*ROWS[::-1], {"id": 3}]), {"rows": [*ROWS[::-1], {"id": 3}]}),
        (of(cells=ROWS), of(cells=ROWS[::-1]), {"cells": ROWS[::-1]}),
    ]
    found = [sent(before, after) for before, after, _ in cases]

    assert found == [{"config": body} if body else {} for *_, body in cases]
    assert sent(values(), values(config=UNKNOWN)) == {}
    assert sent(values(config=None), values()) == {"config": {"host": "db"}}


def test_what_is_named_goes_along_from_both_places() -> None:
    planned = values(auth=Dynamic.of({"root": "r", "login": {"user": "u"}, "other": "o"}))
    secrets = {"login": {"password": "p"}, "token": "t", "gone": None}
    config = planned | {
        "auth_wo": Dynamic.of(secrets),
        "config_wo": Dynamic.of({"a.b": "x", "c": "y"}),
    }
    named = (
        "auth.login",
        "auth.root",
        "config.a.b",
        "config.root",
        "config.gone",
        "authority.other",
    )

    assert sent(planned, planned, config, *named) == {
        "config": {"a.b": "x"},
        "auth": {"root": "r", "login": {"user": "u", "password": "p"}},
    }
    assert model.changed_parts(MODEL, planned, planned, config) == {}
    assert model.update_body(MODEL, planned, planned, config) == {}


def test_a_value_that_is_no_object_of_settings_has_no_keys() -> None:
    given: list[Any] = [None, UNKNOWN, {"a": 1}, Dynamic.of(["a"]), Dynamic.of({"a": 1})]

    assert list(map(model.as_object, given)) == [{}, {}, {}, {}, {"a": 1}]


def test_what_steers_a_request_is_told_from_what_it_changes() -> None:
    body, config = {"name": "n", "wait": False}, values(wait=True, force=None)

    assert model.without_controls(MODEL, body) == {"name": "n"}
    assert model.with_controls(MODEL, {"name": "n"}, config) == {"name": "n", "wait": True}
    assert model.with_controls(MODEL, {}, config) == {}


def test_the_model_says_which_attributes_go_where() -> None:
    found = made(SCHEMA)

    assert found.settings == ("name", "mode", "kind", "labels", "size")
    assert found.changeable == (*found.settings, "status")
    assert found.echoed == found.settings
    assert (found.only_created, found.controls) == (("place",), ("wait", "force"))
    assert found.scopes == {"config": "config_wo", "auth": "auth_wo"}
    assert found.item_keys == {"rows": ["id"]}
    assert found.places == {
        **{name: [name] for name in ("place", *found.settings)},
        "size": ["details", "size"],
    }
    assert (found.vendor, found.noun, found.fixed_keys({})) == ("Acme", "widget", ("root",))


def test_what_a_vendor_does_not_say_is_nothing() -> None:
    schema = described("widget", {"description": "A widget.", "properties": {"name": NAME}})
    found = ObjectModel(schema, vendor="Acme", noun="widget")

    assert (found.item_keys, found.scopes, found.fixed_keys({}), found.keys_of_api({})) == (
        *({}, {}),
        *((), ()),
    )
    assert (found.elsewhere({"a": 1}), found.without_secrets({"a": 1}, {})) == ({}, {"a": 1})
    assert made({"description": "", "properties": {"config": SETTINGS}}).item_keys == {}
