"""States of every form, and states that are known only at apply."""

from __future__ import annotations

from typing import Any

import pytest
from bodies import CURSOR, cursor, later
from expected_requests import careful_state
from sandbox_server import Sandbox
from scenario import Scenario

LATE = "terraform_data.late.output"


def test_big_and_precise_numbers_arrive_digit_by_digit(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    numbers = (
        "{ a = 1763700000000000001, b = 0.1, c = 12345678901234567890123, d = [1, true, null] }"
    )
    expected = {
        "a": 1763700000000000001,
        "b": 0.1,
        "c": 12345678901234567890123,
        "d": [1, True, None],
    }

    terraform.step(cursor(numbers, of=connection), careful_state(connection, expected))

    assert sandbox.state(connection) == expected


NUMBERS = {
    "a": (str(2**68), 2**68),
    "b": (str(-(2**70)), -(2**70)),
    "c": (str(2**80), 2**80),
    "d": ("1e22", 10**22),
    "e": (str(2**63), 2**63),
    "f": (str(10**20), 10**20),
    "g": ("pow(2, 0.5)", 2**0.5),
    "h": ("-0.75", -0.75),
}


def test_numbers_that_a_float_holds_exactly_arrive_as_they_are(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    text = ", ".join(f"{name} = {literal}" for name, (literal, _) in NUMBERS.items())
    expected = {name: value for name, (_, value) in NUMBERS.items()}

    terraform.step(cursor(f"{{ {text} }}", of=connection), careful_state(connection, expected))

    assert sandbox.state(connection) == expected


BEYOND = {
    "levels": ("{ a = " + "[" * 200 + "]" * 200 + " }", "at most 100 levels"),
    "places": ("{ a = 1e1500 }", "between 1e-1000 and 1e1000"),
    "places_in_text": (r'"{\"a\": 1e99999999}"', "between 1e-1000 and 1e1000"),
}


@pytest.mark.parametrize(("state", "allowed"), BEYOND.values(), ids=BEYOND)
def test_a_state_beyond_the_limits_is_refused_clearly(
    terraform: Scenario, connection: str, state: str, allowed: str
) -> None:
    output = terraform.refused(cursor(state, of=connection), allowed, during="validate")

    assert "bug" not in output


FORMS: dict[str, tuple[str, Any]] = {
    "null": ("null", None),
    "empty_text": ('""', ""),
    "empty_list": ("[]", []),
    "empty_object": ("{}", {}),
    "ordered_list": ('["b", "a"]', ["b", "a"]),
}


@pytest.mark.parametrize("policy", ["on_change", "enforce"])
def test_each_form_of_a_value_is_set_as_it_stands(
    terraform: Scenario, sandbox: Sandbox, connection: str, policy: str
) -> None:
    text = ", ".join(f"{name} = {expression}" for name, (expression, _) in FORMS.items())
    expected = {name: value for name, (_, value) in FORMS.items()}

    terraform.step(
        cursor(f"{{ {text} }}", f'drift_policy = "{policy}"', of=connection),
        careful_state(connection, expected),
    )

    assert sandbox.state(connection) == expected


@pytest.mark.parametrize("policy", ["on_change", "enforce"])
def test_an_empty_state_is_set(
    terraform: Scenario, sandbox: Sandbox, connection: str, policy: str
) -> None:
    terraform.step(
        cursor("{}", f'drift_policy = "{policy}"', of=connection), careful_state(connection, {})
    )

    assert sandbox.state(connection) == {}


@pytest.mark.parametrize("policy", ["on_change", "enforce"])
def test_nothing_in_another_form_is_another_state(
    terraform: Scenario, connection: str, policy: str
) -> None:
    # To a connector each form of nothing may mean something else.
    more = f'drift_policy = "{policy}"'
    terraform.step(cursor("{ a = [] }", more, of=connection), careful_state(connection, {"a": []}))

    terraform.step(
        cursor("{ a = null }", more, of=connection),
        careful_state(connection, {"a": None}),
    )


def test_a_list_in_another_order_is_another_state(terraform: Scenario, connection: str) -> None:
    terraform.step(
        cursor('{ a = ["b", "a"] }', of=connection),
        careful_state(connection, {"a": ["b", "a"]}),
    )

    terraform.step(
        cursor('{ a = ["a", "b"] }', of=connection),
        careful_state(connection, {"a": ["a", "b"]}),
        differences={"state", "previous_state"},
    )


def test_optional_attributes_that_are_null_are_left_out(
    terraform: Scenario, connection: str
) -> None:
    nothing = "drift_policy = null\n  paused_after = null\n  on_destroy = null\n  timeouts = null"
    terraform.step(cursor("{ a = 1 }", nothing, of=connection), careful_state(connection, {"a": 1}))

    assert terraform.resource(CURSOR)["drift_policy"] == "on_change"
    terraform.step(cursor("{ a = 1 }", of=connection), actions={})


EXPRESSIONS: dict[str, tuple[str, Any, Any]] = {
    "whole": (f"{{ at = {LATE} }}", {"at": "one"}, {"at": "two"}),
    "inside-jsonencode": (
        f"{{ text = jsonencode({{ at = {LATE} }}) }}",
        {"text": '{"at":"one"}'},
        {"text": '{"at":"two"}'},
    ),
    "inside-jsondecode": (
        f'jsondecode(jsonencode({{ at = ["x", {LATE}] }}))',
        {"at": ["x", "one"]},
        {"at": ["x", "two"]},
    ),
}


@pytest.mark.parametrize(("expression", "first", "second"), EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_a_state_that_is_known_only_at_apply(
    terraform: Scenario, connection: str, expression: str, first: Any, second: Any
) -> None:
    body = cursor(expression, of=connection)
    terraform.step(later('"one"', 1) + body, careful_state(connection, first))

    terraform.step(later('"two"', 2) + body, careful_state(connection, second))

    assert terraform.resource(CURSOR)["previous_state"] == first


def test_a_state_that_turns_out_as_it_was_sends_nothing(
    terraform: Scenario, connection: str
) -> None:
    body = cursor(f"{{ at = {LATE} }}", of=connection)
    terraform.step(later('"one"', 1) + body, careful_state(connection, {"at": "one"}))

    terraform.step(later('"one"', 2) + body)


def test_state_that_turns_out_null_resets_nothing(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    sandbox.ask("PATCH", f"/v1/connections/{connection}/state", {"state": {"cursor": 1}})
    late = f'{LATE} == "none" ? null : {{ cursor = 5 }}'

    terraform.refused(later('"none"') + cursor(late, of=connection), "state has no value")

    assert sandbox.state(connection) == {"cursor": 1}


def test_a_state_that_is_null_by_its_expression_is_refused(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    sandbox.ask("PATCH", f"/v1/connections/{connection}/state", {"state": {"cursor": 1}})
    late = 'resource "terraform_data" "late" { input = null }\n'

    terraform.write(late + cursor(LATE, of=connection))

    assert "state has no value" in terraform.run("apply", "-auto-approve", ok=False)
    assert sandbox.writes() == []
    assert sandbox.state(connection) == {"cursor": 1}
