"""The rules for plans: the test of a rule has its name."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plugin_samples import ATTRIBUTES, thing

from constructs_lib.backend.plugin.consistency.rules import (
    PLAN_RULES,
    PlanAnswer,
    second_plan_keeps_the_first,
    violations,
    violations_of_plan,
)
from constructs_lib.backend.plugin.diagnostics import Path
from constructs_lib.backend.plugin.planning.planner import plan_change
from constructs_lib.backend.plugin.resource import Plan
from constructs_lib.backend.plugin.values import types
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic
from constructs_lib.schemas.model import _attributes

LIST = Dynamic(types.list_of(types.STRING), ["a"])
TUPLE = Dynamic.of(["a"])
SECRET = Dynamic.of({"p": "s"})
KEYS: dict[str, Any] = {
    "key_wo": {"type": "string", "writeOnly": True},
    "from": {"type": "string"},
    "seen": {"type": "string", "readOnly": True},
}
NESTED = _attributes(
    {
        "required": ["keys"],
        "properties": {
            "password_wo": {"type": "string", "writeOnly": True},
            "keys": {"type": "object", "required": ["from"], "properties": KEYS},
            "more": {"type": "object", "default": None, "properties": KEYS},
        },
    }
)
"""Write-only attributes before others and inside of others."""


def by_plan(
    config: Any,
    prior: Any,
    planned: Any,
    *,
    replace: tuple[Path, ...] = (),
    destroy: bool = False,
    attributes: Any = ATTRIBUTES,
) -> list[tuple[str, Path]]:
    answer = PlanAnswer(attributes, config, prior, planned, list(replace), destroy)
    return [(broken.rule, broken.path) for broken in violations(PLAN_RULES, answer)]


def test_every_rule_for_plans_has_a_test_of_its_name() -> None:
    rules = {rule.__name__ for rule in PLAN_RULES}
    assert {f"test_{rule}" for rule in rules} - globals().keys() == set()


def test_destruction_is_planned_null() -> None:
    assert by_plan(thing(), thing(), thing(), destroy=True) == [("destruction_is_planned_null", ())]
    assert by_plan(thing(), thing(), None, destroy=True) == []


def test_change_is_planned_as_object() -> None:
    assert by_plan(thing(), None, None) == [("change_is_planned_as_object", ())]


@pytest.mark.parametrize("planned", ["blue", None])
def test_configured_is_planned(planned: Any) -> None:
    plan = thing(color="green"), thing(color="red"), thing(color=planned)
    assert by_plan(*plan) == [("configured_is_planned", ("color",))]


@pytest.mark.parametrize("planned", ["green", "red"])
def test_configured_values_are_planned_as_given_or_as_before(planned: str) -> None:
    assert by_plan(thing(color="green"), thing(color="red"), thing(color=planned)) == []


def test_a_dynamic_value_must_be_planned_with_its_type() -> None:
    rule = "configured_is_planned"
    assert by_plan(thing(config=LIST), None, thing(config=TUPLE)) == [(rule, ("config",))]
    assert by_plan(thing(config=LIST), thing(config=TUPLE), thing(config=TUPLE)) == []


def test_an_unknown_value_must_be_planned_unknown() -> None:
    rule = "configured_is_planned"
    assert by_plan(thing(color=UNKNOWN), None, thing(color="red")) == [(rule, ("color",))]
    assert by_plan(thing(color=UNKNOWN), None, thing(color=UNKNOWN)) == []


def test_a_nested_value_may_be_kept_part_by_part() -> None:
    config = thing(window={"from": "1h", "to": "3h"})
    prior = thing(window={"from": "1.0h", "to": "2h"})
    assert by_plan(config, prior, thing(window={"from": "1.0h", "to": "3h"})) == []
    wrong = by_plan(config, prior, thing(window={"from": "9h", "to": "3h"}))
    assert wrong == [("configured_is_planned", ("window", "from"))]


def test_a_map_is_planned_as_a_whole() -> None:
    one, two = thing(labels={"a": "1", "b": "1"}), thing(labels={"a": "2", "b": "2"})
    wrong = by_plan(one, two, thing(labels={"a": "1", "b": "2"}))
    assert wrong == [("configured_is_planned", ("labels",))]
    assert by_plan(one, two, two) == by_plan(one, two, one) == []


@pytest.mark.parametrize(
    ("name", "configured", "planned"),
    [
        ("color", "red", UNKNOWN),
        ("config", LIST, UNKNOWN),
        ("config", LIST, Dynamic(types.list_of(types.STRING), [UNKNOWN])),
    ],
)
def test_known_is_not_planned_unknown(name: str, configured: Any, planned: Any) -> None:
    rule = "known_is_not_planned_unknown"
    assert by_plan(thing(**{name: configured}), None, thing(**{name: planned})) == [(rule, (name,))]


def test_what_is_configured_as_partly_unknown_may_be_planned_so() -> None:
    type_ = types.object_of({"a": types.STRING, "b": types.NUMBER})
    configured = thing(config=Dynamic(type_, {"a": UNKNOWN, "b": 1}))
    other = thing(config=Dynamic(type_, {"a": UNKNOWN, "b": 2}))

    assert by_plan(configured, None, configured) == []
    assert by_plan(configured, None, other) == [("configured_is_planned", ("config",))]


def test_unconfigured_is_planned_null() -> None:
    rule = "unconfigured_is_planned_null"
    assert by_plan(thing(), None, thing(name="one")) == [(rule, ("name",))]
    config, prior = thing(window={"from": "1h", "to": None}), {"from": "1h", "to": "2h"}
    for state in (None, thing(window={**prior, "from": "9h"})):
        assert by_plan(config, state, thing(window=prior)) == [(rule, ("window", "to"))]


def test_an_unconfigured_value_that_is_computed_may_be_anything() -> None:
    assert by_plan(thing(), thing(color="red"), thing(color="blue", id=UNKNOWN)) == []


def test_write_only_is_planned_null() -> None:
    config = thing(secret_wo=SECRET)
    wrong = by_plan(config, None, thing(secret_wo=SECRET))
    assert wrong == [("write_only_is_planned_null", ("secret_wo",))]
    assert by_plan(config, None, thing()) == []


def test_a_write_only_value_inside_of_another_is_planned_null() -> None:
    def of(key: str | None) -> dict[str, Any]:
        return {"key_wo": key, "from": "a", "seen": None}

    config = {"password_wo": "p", "keys": of("k"), "more": of("m")}
    open_ = {"password_wo": None, "keys": of(None), "more": None}
    rule = "write_only_is_planned_null"
    assert by_plan(config, None, config, attributes=NESTED) == [
        (rule, ("password_wo",)),
        (rule, ("keys", "key_wo")),
        (rule, ("more", "key_wo")),
    ]
    assert by_plan({**config, "more": None}, None, open_, attributes=NESTED) == []


def test_the_values_after_a_write_only_one_are_checked_too() -> None:
    config = {"password_wo": "p", "keys": {"key_wo": "k", "from": "a", "seen": None}, "more": None}
    wrong = {"password_wo": None, "keys": {"key_wo": None, "from": "b", "seen": "c"}, "more": None}

    assert by_plan(config, None, wrong, attributes=NESTED) == [
        ("configured_is_planned", ("keys", "from"))
    ]


@pytest.mark.parametrize(("prior", "planned"), [(None, thing(color="red")), (thing(), None)])
def test_replacement_needs_prior_and_plan(prior: Any, planned: Any) -> None:
    wrong = by_plan(
        planned or thing(),
        prior,
        planned,
        replace=(("color",), ("name",)),
        destroy=planned is None,
    )
    assert wrong == [("replacement_needs_prior_and_plan", ("color",))]
    assert by_plan(thing(), thing(), thing(), replace=(("color",),)) == []


@pytest.mark.parametrize("name", ["two", UNKNOWN])
def test_marked_change_replaces(name: Any) -> None:
    plan = thing(name=name), thing(name="one"), thing(name=name)
    assert by_plan(*plan) == [("marked_change_replaces", ("name",))]
    assert by_plan(*plan, replace=((), ("name",))) == by_plan(*plan, replace=(("name", 0),)) == []


def test_second_plan_keeps_the_first() -> None:
    def answer(**planned: Any) -> PlanAnswer:
        return PlanAnswer(ATTRIBUTES, thing(), None, thing(**planned), [])

    def broken(first: PlanAnswer, second: PlanAnswer) -> list[Path]:
        return list(second_plan_keeps_the_first(first, second))

    assert broken(answer(color=UNKNOWN), answer(color="red")) == []
    assert broken(answer(color="red"), answer(color=UNKNOWN)) == [("color",)]
    assert broken(answer(color=None), answer(color="red")) == [("color",)]
    nothing = PlanAnswer(ATTRIBUTES, thing(), thing(), None, [])
    assert broken(nothing, nothing) == []
    assert broken(nothing, answer(color="red")) == broken(answer(color="red"), nothing)
    assert broken(nothing, answer(color="red")) == [("color",)]


COLORS = st.sampled_from(["red", "green", None])
LEVELS = st.sampled_from([None, 0, 3])
CONFIGS = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["one", "two"]),
        "config": st.sampled_from([LIST, TUPLE, SECRET]),
        "color": COLORS,
        "level": LEVELS,
        "flag": st.sampled_from([None, True]),
        "window": st.none() | st.fixed_dictionaries({"from": COLORS, "to": COLORS}),
    }
)


@given(CONFIGS, st.sets(st.sampled_from(["name", "config", "color", "flag"])), st.none() | CONFIGS)
def test_the_planner_keeps_every_rule_in_both_plans(
    values: Any, late: set[str], before: Any
) -> None:
    config, prior = thing(**values), None if before is None else thing(**before, id="x")
    # A value that is not known at first may turn out as anything but null, for which a provider
    # may have a value of its own.
    open_ = {n: UNKNOWN for n in late if config[n] is not None}
    plans = [plan_change(ATTRIBUTES, c, prior) for c in ({**config, **open_}, config)]
    for plan in plans:
        assert list(violations_of_plan(ATTRIBUTES, plan)) == []
    answers = [PlanAnswer(ATTRIBUTES, p.config, prior, p.planned, p.replace) for p in plans]
    first, second = answers
    changed = [name for (name,) in second_plan_keeps_the_first(first, second)]
    assert changed == []


def test_a_plan_can_be_checked_before_it_is_a_message() -> None:
    plan = Plan(thing(color="red"), None, thing(color="green"))
    [broken] = violations_of_plan(ATTRIBUTES, plan)
    text = "Plan a configured value as configured, or exactly as before."
    assert broken == (("color",), "configured_is_planned", text)
    kept = thing(name="one", color="red")
    replaced = Plan(thing(name="two"), kept, {**kept, "name": "two"})
    replaced.replace.append(("name",))
    assert list(violations_of_plan(ATTRIBUTES, replaced)) == []
