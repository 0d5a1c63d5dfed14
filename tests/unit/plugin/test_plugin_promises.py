from __future__ import annotations

from typing import Any

import pytest
from plugin_samples import ATTRIBUTES, thing

from constructs_lib.backend.plugin import promises, types
from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.resource import Plan
from constructs_lib.backend.plugin.values import UNKNOWN, Dynamic

LIST = Dynamic(types.list_of(types.STRING), ["a"])
TUPLE = Dynamic.of(["a"])


def broken_by_plan(config: Any, prior: Any, planned: Any) -> list[Any]:
    return [b.path for b in promises.of_plan(ATTRIBUTES, Plan(config, prior, planned))]


@pytest.mark.parametrize("planned", ["green", "red"])
def test_a_configured_value_may_be_planned_as_configured_or_as_before(planned: str) -> None:
    plan = thing(color="green"), thing(color="red"), thing(color=planned)
    assert broken_by_plan(*plan) == []


@pytest.mark.parametrize("planned", ["blue", None, UNKNOWN])
def test_a_configured_value_must_not_be_planned_otherwise(planned: Any) -> None:
    plan = thing(color="green"), thing(color="red"), thing(color=planned)
    assert broken_by_plan(*plan) == [("color",)]


def test_a_dynamic_value_must_be_planned_with_its_type() -> None:
    assert broken_by_plan(thing(config=LIST), None, thing(config=TUPLE)) == [("config",)]
    assert broken_by_plan(thing(config=LIST), thing(config=TUPLE), thing(config=TUPLE)) == []


def test_an_unknown_value_must_be_planned_unknown() -> None:
    assert broken_by_plan(thing(color=UNKNOWN), None, thing(color="red")) == [("color",)]
    assert broken_by_plan(thing(color=UNKNOWN), None, thing(color=UNKNOWN)) == []


def test_a_nested_value_may_be_kept_part_by_part() -> None:
    config = thing(window={"from": "1h", "to": "3h"})
    prior = thing(window={"from": "1.0h", "to": "2h"})
    assert broken_by_plan(config, prior, thing(window={"from": "1.0h", "to": "3h"})) == []
    assert broken_by_plan(config, prior, thing(window={"from": "9h", "to": "3h"})) == [("window",)]


def test_an_unconfigured_value_may_be_anything() -> None:
    assert broken_by_plan(thing(), thing(color="red"), thing(color="blue", id=UNKNOWN)) == []


def test_a_write_only_value_must_be_planned_null() -> None:
    secret = Dynamic.of({"p": "s"})
    config = thing(secret_wo=secret)
    assert broken_by_plan(config, None, thing(secret_wo=secret)) == [("secret_wo",)]
    assert broken_by_plan(config, None, thing()) == []


def test_only_an_existing_resource_can_be_replaced() -> None:
    plan = Plan(thing(), None, thing())
    plan.replace.append(("name",))
    assert [b.path for b in promises.of_plan(ATTRIBUTES, plan)] == [("name",)]


def test_a_known_planned_value_must_be_applied() -> None:
    broken = promises.of_apply(ATTRIBUTES, thing(name="a", id=UNKNOWN), thing(name="b", id="x"))
    assert [b.path for b in broken] == [("name",)]


def test_a_state_must_not_hold_unknown_values() -> None:
    state = thing(id=UNKNOWN)
    assert [b.path for b in promises.of_apply(ATTRIBUTES, thing(id=UNKNOWN), state)] == [("id",)]
    assert [b.path for b in promises.of_read(ATTRIBUTES, state)] == [("id",)]


def test_a_broken_promise_is_reported_with_rule_attribute_and_resource() -> None:
    diagnostics = Diagnostics()
    broken = promises.of_read(ATTRIBUTES, thing(id=UNKNOWN))
    promises.report(broken, "ReadResource of toy_thing", diagnostics)
    [diagnostic] = diagnostics
    assert diagnostic.path == ("id",)
    for part in ("toy_thing", "attribute id", "unknown", "report"):
        assert part in diagnostic.detail
