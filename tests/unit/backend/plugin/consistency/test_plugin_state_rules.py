"""The rules for states, configurations and schemas: the test of a rule has its name."""

from __future__ import annotations

from typing import Any

import pytest
from plugin_samples import ATTRIBUTES, thing

from constructs_lib.backend.plugin.consistency import rules, state_rules
from constructs_lib.backend.plugin.consistency.state_rules import (
    ApplyAnswer,
    ImportAnswer,
    ReadAnswer,
    UpgradeAnswer,
)
from constructs_lib.backend.plugin.diagnostics import Diagnostic, Diagnostics, Path, ProviderError
from constructs_lib.backend.plugin.values import types
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic

LIST = Dynamic(types.list_of(types.STRING), ["a"])
TUPLE = Dynamic.of(["a"])
SECRET = Dynamic.of({"p": "s"})
STATES = (
    state_rules.APPLY_RULES,
    state_rules.READ_RULES,
    state_rules.IMPORT_RULES,
    state_rules.UPGRADE_RULES,
)
TABLES = (rules.VALIDATE_RULES, rules.SCHEMA_RULES, *STATES)


def by_apply(prior: Any, planned: Any, state: Any, **more: Any) -> list[tuple[str, Path]]:
    return found(state_rules.APPLY_RULES, ApplyAnswer(ATTRIBUTES, prior, planned, state, **more))


def by_read(prior: Any, state: Any, **more: Any) -> list[tuple[str, Path]]:
    return found(state_rules.READ_RULES, ReadAnswer(ATTRIBUTES, prior, state, **more))


def by_import(state: Any, type_name: str = "toy_thing") -> list[tuple[str, Path]]:
    return found(state_rules.IMPORT_RULES, ImportAnswer(ATTRIBUTES, "toy_thing", type_name, state))


def found(table: Any, answer: Any) -> list[tuple[str, Path]]:
    return [(broken.rule, broken.path) for broken in rules.violations(table, answer)]


def test_every_rule_has_a_test_of_its_name() -> None:
    rules = {rule.__name__ for table in TABLES for rule in table}
    assert {f"test_{rule}" for rule in rules} - globals().keys() == set()


def test_validation_changes_nothing() -> None:
    rule = "validation_changes_nothing"
    for given_, left in ((thing(), thing(color="red")), (thing(config=LIST), thing(config=TUPLE))):
        answer = rules.ConfigAnswer(given_, left)
        assert [name for name, _ in found(rules.VALIDATE_RULES, answer)] == [rule]
    for answer in (rules.ConfigAnswer({"a": 1}, {}), rules.ConfigAnswer({}, {"a": 1})):
        assert found(rules.VALIDATE_RULES, answer) == [(rule, ("a",))]
    same = rules.ConfigAnswer(thing(color=UNKNOWN), thing(color=UNKNOWN))
    assert found(rules.VALIDATE_RULES, same) == []


def test_names_are_not_reserved() -> None:
    answer = rules.SchemaAnswer(["name", "count"], rules.RESERVED)
    assert found(rules.SCHEMA_RULES, answer) == [("names_are_not_reserved", ("count",))]
    answer = rules.SchemaAnswer(["count", "alias"], rules.RESERVED_IN_PROVIDERS)
    assert found(rules.SCHEMA_RULES, answer) == [("names_are_not_reserved", ("alias",))]


def test_planned_is_applied() -> None:
    rule = "planned_is_applied"
    planned = thing(name="a", id=UNKNOWN)
    assert by_apply(None, planned, thing(name="b", id="x")) == [(rule, ("name",))]
    assert by_apply(None, planned, thing(name="a", id="x")) == []
    assert by_apply(None, thing(config=LIST), thing(config=TUPLE)) == [(rule, ("config",))]
    assert by_apply(None, planned, thing(name="b", id="x"), failed=True) == []


def test_the_known_part_of_a_planned_value_must_be_applied() -> None:
    planned = thing(config=Dynamic.of({"a": 1, "b": UNKNOWN}))  # type: ignore[arg-type]
    assert by_apply(None, planned, thing(config=Dynamic.of({"a": 1, "b": 2}))) == []
    wrong = by_apply(None, planned, thing(config=Dynamic.of({"a": 0, "b": 2})))
    assert wrong == [("planned_is_applied", ("config",))]


@pytest.mark.parametrize("failed", [False, True])
def test_nothing_is_unknown(failed: bool) -> None:
    wrong = [("nothing_is_unknown", ("id",))]
    state = thing(id=UNKNOWN)
    assert by_apply(None, thing(id=UNKNOWN), state, failed=failed) == wrong
    assert by_read(thing(), state) == wrong
    assert by_import(state) == wrong
    assert found(state_rules.UPGRADE_RULES, UpgradeAnswer(ATTRIBUTES, state)) == wrong


@pytest.mark.parametrize("failed", [False, True])
def test_write_only_is_null(failed: bool) -> None:
    wrong = [("write_only_is_null", ("secret_wo",))]
    state = thing(id="x", secret_wo=SECRET)
    planned = thing(id="x", secret_wo=UNKNOWN)
    assert by_apply(None, planned, state, failed=failed) == wrong
    assert by_read(thing(), state) == wrong
    assert by_import(state) == wrong
    assert found(state_rules.UPGRADE_RULES, UpgradeAnswer(ATTRIBUTES, state)) == wrong


@pytest.mark.parametrize("prior", [None, thing()])
def test_change_is_applied_as_object(prior: Any) -> None:
    assert by_apply(prior, thing(), None) == [("change_is_applied_as_object", ())]


def test_deletion_is_applied_as_null() -> None:
    assert by_apply(thing(), None, thing()) == [("deletion_is_applied_as_null", ())]
    assert by_apply(thing(), None, thing(), failed=True) == []
    assert by_apply(thing(), None, None) == []


@pytest.mark.parametrize(
    ("prior", "planned", "saved"),
    [(None, thing(), {"id": "x"}), (thing(), thing(), None), (thing(), None, None)],
)
def test_failure_keeps_what_exists(prior: Any, planned: Any, saved: Any) -> None:
    wrong = by_apply(prior, planned, None, saved=saved, failed=True)
    assert wrong == [("failure_keeps_what_exists", ())]
    assert by_apply(prior, planned, thing(), saved=saved, failed=True) == []
    assert by_apply(None, planned, None, failed=True) == []


def test_error_keeps_the_state() -> None:
    rule = "error_keeps_the_state"
    prior = thing(color="red")
    assert by_read(prior, thing(color="green"), failed=True) == [(rule, ("color",))]
    assert by_read(prior, None, failed=True) == [(rule, ()), (rule, ("color",))]
    assert by_read(prior, prior, failed=True, private_kept=False) == [(rule, ())]
    assert by_read(prior, prior, failed=True) == []
    assert by_read(prior, None) == by_read(prior, thing(color="green")) == []
    assert by_read(None, None, failed=True) == []
    assert by_read(None, thing(), failed=True) == [(rule, ()), ("absent_stays_absent", ())]


def test_absent_stays_absent() -> None:
    assert by_read(None, thing()) == [("absent_stays_absent", ())]
    assert by_read(None, None) == []


def test_identifier_is_kept() -> None:
    for now in (thing(id="y"), thing(id=None)):
        assert by_read(thing(id="x"), now) == [("identifier_is_kept", ("id",))]
    assert by_read(thing(id="x"), None) == by_read(thing(id=None), thing(id="x")) == []
    assert by_read(thing(id="x"), thing(id="x")) == []


def test_same_meaning_keeps_its_form() -> None:
    wrong = by_read(thing(config=LIST), thing(config=TUPLE))
    assert wrong == [("same_meaning_keeps_its_form", ("config",))]


@pytest.mark.parametrize("state", [None, thing(), thing(id="")])
def test_import_has_an_id(state: Any) -> None:
    assert by_import(state) == [("import_has_an_id", ("id",))]
    assert by_import(thing(id="x")) == []
    without = {name: one for name, one in ATTRIBUTES.items() if name != "id"}
    answer = ImportAnswer(without, "toy_thing", "toy_thing", state)
    assert found(state_rules.IMPORT_RULES, answer) == []


def test_import_is_of_the_type() -> None:
    assert by_import(thing(id="x"), "toy_other") == [("import_is_of_the_type", ())]


@pytest.mark.parametrize("returned", [None, 5, [("id", "x")]])
def test_require_object(returned: Any) -> None:
    with pytest.raises(ProviderError) as raised:
        rules.require_object(returned, "ReadResource of toy_thing")
    assert (raised.value.summary, raised.value.detail) == (
        "Provider broke a rule of Terraform",
        "ReadResource of toy_thing: An operation must return an object. (Rule require_object.) "
        "This is a bug in the provider; please report it.",
    )
    assert rules.require_object({"a": 1}, "") == {"a": 1}


def test_a_violation_is_reported_with_rule_attribute_and_type() -> None:
    diagnostics = Diagnostics()
    answer = UpgradeAnswer(ATTRIBUTES, thing(id=UNKNOWN))
    broken = rules.violations(state_rules.UPGRADE_RULES, answer)
    assert rules.report_violations(broken, "ReadResource of toy_thing", diagnostics)
    [diagnostic] = diagnostics
    assert diagnostic == Diagnostic(
        True,
        "Provider broke a rule of Terraform",
        "ReadResource of toy_thing, attribute id: Keep unknown values out of a state. "
        "(Rule nothing_is_unknown.) This is a bug in the provider; please report it.",
        ("id",),
    )
    assert not rules.report_violations([], "ReadResource of toy_thing", diagnostics)


def test_a_rule_says_the_first_line_of_its_docstring_or_its_name() -> None:
    def named(answer: object) -> None: ...

    assert rules.first_line(named) == "named"
    assert rules.first_line(rules.second_plan_keeps_the_first) == (
        "Turn unknown values into known ones in the second plan, and change nothing else."
    )
