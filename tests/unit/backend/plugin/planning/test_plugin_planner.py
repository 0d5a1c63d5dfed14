from __future__ import annotations

from typing import Any

import pytest
from plugin_samples import ATTRIBUTES, thing

from constructs_lib.backend.plugin.planning.planner import plan_change
from constructs_lib.backend.plugin.values import types
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic, identical

CONFIG = thing(name="one", config=Dynamic.of({"a": 1}))
PRIOR = thing(name="one", config=Dynamic.of({"a": 1}), color="red", level=3, id="x")


def test_a_creation_plans_the_configuration_and_leaves_the_rest() -> None:
    plan = plan_change(ATTRIBUTES, CONFIG, None)
    assert plan.is_create
    assert plan.planned == thing(
        name="one",
        config=Dynamic.of({"a": 1}),
        color=UNKNOWN,
        level=3,
        ratio=UNKNOWN,
        labels=UNKNOWN,
        token=UNKNOWN,
        id=UNKNOWN,
    )


def test_an_unchanged_configuration_plans_the_prior_state() -> None:
    plan = plan_change(ATTRIBUTES, CONFIG, PRIOR)
    assert plan.is_update
    assert plan.planned == PRIOR


def test_a_plan_changes_nothing_if_each_value_is_that_of_before() -> None:
    unchanged, replaced, other, fewer = (plan_change(ATTRIBUTES, CONFIG, PRIOR) for _ in range(4))
    replaced.replace.append(("name",))
    other.planned["config"] = Dynamic.of({"a": 1})
    del fewer.planned["color"]
    plans = [unchanged, replaced, other, fewer, plan_change(ATTRIBUTES, CONFIG, None)]

    assert [plan.changes_nothing for plan in plans] == [True, False, False, False, False]


def test_an_equivalent_configured_value_keeps_the_prior_form() -> None:
    prior = {**PRIOR, "config": Dynamic(types.map_of(types.NUMBER), {"a": 1})}
    assert identical(plan_change(ATTRIBUTES, CONFIG, prior).planned["config"], prior["config"])


def test_a_changed_value_is_planned_as_configured() -> None:
    plan = plan_change(ATTRIBUTES, {**CONFIG, "color": "green"}, PRIOR)
    assert plan.planned["color"] == "green"
    assert plan.changed("color")
    assert not plan.changed("config")


def test_an_unknown_value_is_planned_unknown_and_is_a_change() -> None:
    plan = plan_change(ATTRIBUTES, {**CONFIG, "color": UNKNOWN}, PRIOR)
    assert plan.planned["color"] is UNKNOWN
    assert plan.changed("color")


def test_a_partly_unknown_dynamic_value_is_planned_as_configured() -> None:
    config = Dynamic(types.object_of({"a": types.NUMBER}), {"a": UNKNOWN})
    assert plan_change(ATTRIBUTES, {**CONFIG, "config": config}, PRIOR).planned["config"] is config


@pytest.mark.parametrize("prior", [None, PRIOR])
def test_a_write_only_value_is_planned_null(prior: Any) -> None:
    plan = plan_change(ATTRIBUTES, {**CONFIG, "secret_wo": Dynamic.of({"p": "s"})}, prior)
    assert plan.planned["secret_wo"] is None


def test_a_default_is_planned_when_the_value_is_left_out() -> None:
    assert plan_change(ATTRIBUTES, CONFIG, {**PRIOR, "level": 7}).planned["level"] == 3


def test_a_null_default_keeps_what_is_in_the_state() -> None:
    plan = plan_change(ATTRIBUTES, CONFIG, {**PRIOR, "flag": True})
    assert plan.planned["flag"] is True


def test_a_nested_attribute_is_planned_as_a_whole() -> None:
    window = {"from": "1h", "to": None}
    prior = {**PRIOR, "window": {"from": "1h", "to": "2h"}}
    assert plan_change(ATTRIBUTES, {**CONFIG, "window": window}, prior).planned["window"] == window


@pytest.mark.parametrize("name", ["two", UNKNOWN])
def test_a_change_of_a_marked_attribute_replaces(name: Any) -> None:
    assert plan_change(ATTRIBUTES, {**CONFIG, "name": name}, PRIOR).replace == [("name",)]


def test_nothing_is_replaced_at_creation_or_without_a_change() -> None:
    assert plan_change(ATTRIBUTES, CONFIG, None).replace == []
    assert plan_change(ATTRIBUTES, CONFIG, PRIOR).replace == []
