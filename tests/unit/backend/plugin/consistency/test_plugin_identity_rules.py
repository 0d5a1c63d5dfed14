"""The rules for identities: the test of a rule has its name, and what becomes of a broken one."""

from __future__ import annotations

import json
from typing import Any

import pytest
import tfplugin6_pb2 as pb
from identity_samples import (
    CONFIG,
    IDENTITY,
    PARTS,
    STATE,
    Identified,
    apply,
    ask,
    data,
    identity_of,
    import_,
    plan,
    read,
    with_identity,
)
from plugin_samples import Scripted, errors, message, values

from constructs_lib.backend.plugin.consistency import identity_rules, rules
from constructs_lib.backend.plugin.consistency.identity_rules import IdentityAnswer
from constructs_lib.backend.plugin.diagnostics import Path
from constructs_lib.backend.plugin.protocol import resource_calls
from constructs_lib.backend.plugin.protocol.call import Call
from constructs_lib.backend.plugin.values.value import UNKNOWN

TABLES = (identity_rules.IDENTITY_RULES, identity_rules.IDENTITY_SCHEMA_RULES)
OTHER = {"id": "y", "color": "red"}


def broken(identity: Any = IDENTITY, **more: Any) -> list[tuple[str, Path]]:
    given = {"before": None, "attributes": PARTS, **more}
    answer = IdentityAnswer(given.pop("attributes"), given.pop("before"), identity, **given)
    found = rules.violations(identity_rules.IDENTITY_RULES, answer)
    return [(one.rule, one.path) for one in found]


def schema_broken(*parts: tuple[str, bytes, bool, bool]) -> list[tuple[str, Path]]:
    found = rules.violations(identity_rules.IDENTITY_SCHEMA_RULES, list(parts))
    return [(one.rule, one.path) for one in found]


def rules_of(response: Any) -> list[str]:
    return [text.split("(Rule ")[1].split(".")[0] for text in errors(response)]


def test_every_identity_rule_has_a_test_of_its_name() -> None:
    named = {f"test_{rule.__name__}" for table in TABLES for rule in table}

    assert named - globals().keys() == set()


def test_identity_is_answered() -> None:
    rule = [("identity_is_answered", ())]
    assert broken(None, is_answered=False) == rule
    for fine in ({"failed": True}, {"exists": False}, {"is_planned": True}, {"attributes": {}}):
        assert broken(None, is_answered=False, **fine) == []


def test_gone_has_no_identity() -> None:
    assert broken(exists=False) == [("gone_has_no_identity", ())]
    assert broken(exists=True) == []


def test_identity_needs_a_schema() -> None:
    assert broken(None, attributes={}) == [("identity_needs_a_schema", ())]
    assert broken(None, attributes={}, is_answered=False) == []


def test_identity_is_of_its_type() -> None:
    assert broken(None, is_readable=False) == [("identity_is_of_its_type", ())]


def test_identity_is_known() -> None:
    unknown = {"id": UNKNOWN, "color": "red"}
    for more in ({}, {"is_planned": True, "is_new": True}):
        assert broken(unknown, **more) == [("identity_is_known", ("id",))]


def test_identity_is_complete() -> None:
    for empty in (None, ""):
        found = broken({"id": empty, "color": "red"})
        assert found == [("identity_is_complete", ("id",))]
    assert broken({"id": "x", "color": None}) == []
    assert broken({"id": "x", "color": ""}) == []


def test_identity_is_kept() -> None:
    rule = [("identity_is_kept", ("id",))]
    assert broken(before=OTHER) == broken(before=OTHER, failed=True) == rule
    assert broken(before={"id": "x", "color": None}) == [("identity_is_kept", ("color",))]
    assert broken(before={"id": UNKNOWN, "color": "red"}) == []
    for fine in ("is_new", "is_imported"):
        assert broken(before=OTHER, **{fine: True}) == []


def test_identity_agrees_with_import() -> None:
    rule = [("identity_agrees_with_import", ("id",))]
    assert broken(before=OTHER, is_import=True) == rule
    assert broken(before={"id": "x", "color": None}, is_import=True) == []
    assert broken(is_import=True) == []


def test_identity_is_of_primitives() -> None:
    rule = [("identity_is_of_primitives", ("a",))]
    for type_ in (b'["map","string"]', b'["list","string"]', b'"dynamic"'):
        assert schema_broken(("a", type_, True, False)) == rule
    for type_ in (b'"string"', b'"number"', b'"bool"'):
        assert schema_broken(("a", type_, True, False)) == []


def test_identity_is_for_imports() -> None:
    rule = "identity_is_for_imports"
    text = b'"string"'
    assert schema_broken(("a", text, True, False), ("b", text, False, False)) == [(rule, ("b",))]
    assert schema_broken(("a", text, True, True)) == [(rule, ("a",))]
    assert schema_broken(("a", text, False, True)) == [(rule, ())]


@pytest.mark.parametrize(
    ("schema", "rule"),
    [
        (with_identity(id="required", labels="optional"), "identity_is_of_primitives"),
        (with_identity(id="optional"), "identity_is_for_imports"),
        (with_identity(id="sometimes"), "identity_is_for_imports"),
    ],
)
def test_a_wrong_schema_of_an_identity_is_reported(schema: Any, rule: str) -> None:
    resource = Identified()
    resource.schema = schema

    assert rule in rules_of(ask(resource, "GetResourceIdentitySchemas"))


KEPT = {"read": lambda state, operation: state, "update": lambda prior, *_: prior}
WRONG = {
    "changed": (OTHER, "identity_is_kept"),
    "unknown": ({"id": UNKNOWN, "color": "red"}, "identity_is_known"),
    "incomplete": ({"id": None, "color": "red"}, "identity_is_complete"),
    "of another type": ({"id": "x", "color": ["red"]}, "identity_is_of_its_type"),
    "of other parts": ({"key": "x"}, "identity_is_of_its_type"),
    "no object": ("x", "require_object"),
}


@pytest.mark.parametrize(("identity", "rule"), WRONG.values(), ids=WRONG)
def test_a_read_with_a_wrong_identity_keeps_what_was(identity: Any, rule: str) -> None:
    """Though the bytes of the state go back as they came."""
    response = read(Identified(identity=lambda state: identity, **KEPT))

    assert rule in rules_of(response)
    assert response.new_state == message(STATE)
    assert identity_of(response.new_identity) == IDENTITY


def test_a_read_that_finds_another_object_keeps_the_state() -> None:
    def other(state: Any, operation: Any) -> Any:
        operation.private["b"] = 2
        return {**state, "level": 9}

    response = read(Identified(read=other, identity=lambda state: OTHER), private=b'{"a": 1}')

    assert rules_of(response) == ["identity_is_kept"]
    assert response.new_state == message(STATE)
    assert response.private == b'{"a": 1}'


@pytest.mark.parametrize("level", [3, 5])
def test_a_plan_with_another_identity_is_refused(level: int) -> None:
    """Also one that changes nothing, and repeats the bytes of the state."""
    config = {**CONFIG, "level": level}

    response = plan(Identified(identity=lambda state: OTHER), config=config)

    assert rules_of(response) == ["identity_is_kept"]
    assert values(response.planned_state) == STATE
    assert not response.HasField("planned_identity")


def test_an_attribute_of_the_identity_cannot_change_in_place() -> None:
    response = plan(Identified(), config={**CONFIG, "color": "green"})

    assert rules_of(response) == ["identity_is_kept"]


@pytest.mark.parametrize(("identity", "rule"), WRONG.values(), ids=WRONG)
def test_an_apply_with_a_wrong_identity_keeps_the_state(identity: Any, rule: str) -> None:
    planned = {**STATE, "level": 4}

    response = apply(Identified(identity=lambda state: identity, **KEPT), STATE, planned, IDENTITY)

    assert rule in rules_of(response)
    assert values(response.new_state) == planned
    assert not response.HasField("new_identity")


def test_an_import_of_another_object_imports_nothing() -> None:
    resource = Identified(import_state=lambda *_: {"id": "y"})

    response = import_(resource, {"id": "x", "color": None})

    assert rules_of(response) == ["identity_agrees_with_import"]
    assert not response.imported_resources


def test_an_import_by_identity_must_answer_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Call, "write_identity", lambda *arguments: None)

    assert rules_of(import_(Identified(), IDENTITY)) == ["identity_is_answered"]
    assert rules_of(import_(Identified(), id="x")) == []


def test_a_missing_identity_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Call, "write_identity", lambda *arguments: None)

    assert rules_of(read(Identified(**KEPT), identity=None)) == ["identity_is_answered"]
    applied = apply(Identified(**KEPT), STATE, {**STATE, "level": 4})
    assert rules_of(applied) == ["identity_is_answered"]


def write_anyway(call: Any, message: Any, identity: Any) -> None:
    message.identity_data.msgpack = data(IDENTITY).identity_data.msgpack


def test_an_identity_without_a_schema_never_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Terraform would crash."""
    monkeypatch.setattr(Call, "write_identity", write_anyway)
    plain = Scripted(create=lambda *_: {"id": "x"}, **KEPT)

    for response in (read(plain), apply(plain)):
        assert rules_of(response) == ["identity_needs_a_schema"]
        assert not response.HasField("new_identity")
    monkeypatch.setattr(
        resource_calls,
        "_write_planned_identity",
        lambda *arguments: write_anyway(None, arguments[-1].planned_identity, None),
    )
    planned = plan(plain)
    assert rules_of(planned) == ["identity_needs_a_schema"]
    assert not planned.HasField("planned_identity")


def test_what_is_gone_never_leaves_an_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Call, "write_identity", write_anyway)

    response = apply(Identified(), STATE, None, IDENTITY)

    assert rules_of(response) == ["gone_has_no_identity"]
    assert not response.HasField("new_identity")


@pytest.mark.parametrize(
    ("converted", "rule"),
    [({"id": ""}, "identity_is_complete"), ({"id": UNKNOWN}, "identity_is_known")],
)
def test_a_wrong_converted_identity_is_reported(converted: Any, rule: str) -> None:
    resource = Identified(upgrade_identity=lambda version, identity: converted)
    resource.identity_version = 1  # type: ignore[misc]
    raw = pb.RawState(json=json.dumps({"key": "x"}).encode())

    response = ask(resource, "UpgradeResourceIdentity", version=0, raw_identity=raw)

    assert rules_of(response) == [rule]
    assert not response.HasField("upgraded_identity")
