"""Values of a connection that are known only at apply."""

from __future__ import annotations

from typing import Any

import pytest
from bodies import CREATED, ORDERS, later, orders
from expected_requests import change, creation, deletion
from sandbox_server import Sandbox
from scenario import Scenario

LATE = "terraform_data.late.output"


def test_a_destination_schema_that_is_known_only_at_apply(terraform: Scenario) -> None:
    terraform.step(later('"orders"') + orders(schema=LATE), [creation(**CREATED)])

    assert terraform.resource(ORDERS)["schema"] == "orders"


def with_setting(expression: str) -> str:
    return orders(config=f", extra = {expression}")


EXPRESSIONS: dict[str, tuple[str, Any, Any]] = {
    "plain": (LATE, "one", "two"),
    "inside-jsonencode": (f"jsonencode({{ at = {LATE} }})", '{"at":"one"}', '{"at":"two"}'),
    "inside-a-list": (f'["first", {LATE}]', ["first", "one"], ["first", "two"]),
    "inside-an-object": (
        f"{{ at = [{{ name = {LATE} }}] }}",
        {"at": [{"name": "one"}]},
        {"at": [{"name": "two"}]},
    ),
    "inside-a-text": (f'"before ${{{LATE}}} after"', "before one after", "before two after"),
}


@pytest.mark.parametrize(("expression", "first", "second"), EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_a_setting_that_is_known_only_at_apply(
    terraform: Scenario, expression: str, first: Any, second: Any
) -> None:
    config = {**CREATED["config"], "extra": first}
    terraform.step(
        later('"one"', 1) + with_setting(expression), [creation(**{**CREATED, "config": config})]
    )
    identifier = terraform.resource(ORDERS)["id"]

    terraform.step(
        later('"two"', 2) + with_setting(expression),
        [change(identifier, config={"extra": second})],
        actions={ORDERS: ["update"], "terraform_data.late": ["delete", "create"]},
    )
    assert terraform.resource(ORDERS)["config"]["extra"] == second


def test_a_setting_that_turns_out_as_it_was_sends_nothing(terraform: Scenario) -> None:
    config = {**CREATED["config"], "extra": "one"}
    terraform.step(
        later('"one"', 1) + with_setting(LATE), [creation(**{**CREATED, "config": config})]
    )

    terraform.step(later('"one"', 2) + with_setting(LATE))


ATTRIBUTES: dict[str, tuple[str, Any, Any]] = {
    "paused": (f'{LATE} == "two"', False, True),
    "sync_frequency": (f'{LATE} == "two" ? 60 : 15', 15, 60),
    "networking_method": (f'{LATE} == "two" ? "Directly" : "SshTunnel"', "SshTunnel", "Directly"),
    "external_secrets_keys_config": (f"{{ user = {LATE} }}", {"user": "one"}, {"user": "two"}),
    "destination_configuration": (
        f"{{ virtual_warehouse = {LATE} }}",
        {"virtual_warehouse": "one"},
        {"virtual_warehouse": "two"},
    ),
}


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_an_attribute_that_is_known_only_at_apply(terraform: Scenario, name: str) -> None:
    expression, first, second = ATTRIBUTES[name]
    body = orders(f"{name} = {expression}")
    terraform.step(later('"one"', 1) + body, [creation(**CREATED, **{name: first})])
    identifier = terraform.resource(ORDERS)["id"]

    terraform.step(later('"two"', 2) + body, [change(identifier, **{name: second})])

    assert terraform.resource(ORDERS)[name] == second


def test_a_group_that_is_known_only_at_apply_replaces_as_planned(terraform: Scenario) -> None:
    body = orders().replace('"sandbox_warehouse"', LATE)
    terraform.step(later('"sandbox_warehouse"', 1) + body, [creation(**CREATED)])
    identifier = terraform.resource(ORDERS)["id"]

    terraform.step(
        later('"sandbox_lake"', 2) + body,
        [deletion(identifier), creation(**{**CREATED, "group_id": "sandbox_lake"})],
        warns=("Replacing the connection syncs its whole history again",),
    )


def test_a_schema_that_is_unknown_for_a_while_replaces_nothing(terraform: Scenario) -> None:
    terraform.step(later('"orders"', 1) + orders(schema=LATE), [creation(**CREATED)])
    identifier = terraform.resource(ORDERS)["id"]

    terraform.step(
        later('"orders"', 2) + orders(schema=LATE),
        warns=("The destination schema is not known yet",),
    )

    assert terraform.resource(ORDERS)["id"] == identifier


def test_schema_that_turns_out_different_changes_nothing(
    terraform: Scenario,
) -> None:
    terraform.step(later('"orders"', 1) + orders(schema=LATE), [creation(**CREATED)])

    output = terraform.refused(
        later('"sales"', 2) + orders(schema=LATE),
        "The destination schema changes, and the plan does not show it",
        warns=("The destination schema is not known yet",),
    )

    assert "inconsistent" not in output
    assert terraform.plan().actions() == {ORDERS: ["delete", "create"]}


CONFIG = '{ schema_prefix = "orders", host = "db.example.com", port = 5432 }'


def test_config_that_turns_out_null_is_an_error(terraform: Scenario, sandbox: Sandbox) -> None:
    body = orders().replace(CONFIG, f'{LATE} == "none" ? null : {CONFIG}')
    terraform.step(later('"some"', 1) + body, [creation(**CREATED)])

    terraform.refused(
        later('"none"', 2) + body,
        "config has no value",
        warns=("The destination schema is not known yet",),
    )

    assert len(sandbox.connections()) == 1


def test_config_with_a_null_expression_is_refused_by_the_plan(
    terraform: Scenario,
) -> None:
    body = orders().replace(CONFIG, LATE)
    terraform.step(later(CONFIG, 1) + body, [creation(**CREATED)])

    terraform.refused(later("null", 2) + body, "config has no value", during="plan")
