"""``fivetranops_connection`` is imported, by the command and by an ``import`` block."""

from __future__ import annotations

import pytest
from bodies import CREATED, ORDERS, orders
from expected_requests import change, creation
from sandbox_server import Sandbox
from scenario import Scenario

MASK = "******"


def by_hand(sandbox: Sandbox, **config: object) -> str:
    return sandbox.add("postgres", **{**CREATED["config"], **config})


def import_block(identifier: str) -> str:
    return f'import {{\n  to = {ORDERS}\n  id = "{identifier}"\n}}\n'


def test_an_import_equals_the_managed_connection(terraform: Scenario) -> None:
    terraform.step(orders(), [creation(**CREATED)])
    identifier = terraform.resource(ORDERS)["id"]

    terraform.import_(ORDERS, identifier)


@pytest.mark.both_terraforms
def test_an_import_equals_a_connection_with_many_settings(terraform: Scenario) -> None:
    settings = {
        "sync_frequency": 1440,
        "daily_sync_time": "05:00",
        "data_delay_sensitivity": "CUSTOM",
        "data_delay_threshold": 30,
        "paused": True,
        "networking_method": "PrivateLink",
        "private_link_id": "link",
    }
    lines = (
        f'{name} = "{value}"' if isinstance(value, str) else f"{name} = {str(value).lower()}"
        for name, value in settings.items()
    )
    terraform.step(orders("\n  ".join(lines)), [creation(**CREATED, **settings)])
    identifier = terraform.resource(ORDERS)["id"]

    terraform.import_(ORDERS, identifier)


def test_import_plans_what_the_api_does_not_return(
    terraform: Scenario,
) -> None:
    more = 'auth = { client_access = { user_agent = "x" } }\n  timeouts = { create = "5m" }'
    masked = {"client_access": {"user_agent": MASK}}
    terraform.step(orders(more), [creation(**CREATED, auth=masked)])

    identifier = terraform.resource(ORDERS)["id"]
    terraform.import_(
        ORDERS,
        identifier,
        except_={"auth": None, "timeouts": None},
        plans=frozenset({"auth", "timeouts"}),
    )


def test_masked_secrets_are_not_imported_and_plan_nothing(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    identifier = by_hand(sandbox, password="canary-password")
    terraform.write(orders())
    terraform.run("import", ORDERS, identifier)

    assert MASK not in str(terraform.resource(ORDERS))
    terraform.step(actions={})


def test_imported_connection_is_changed_in_place(terraform: Scenario, sandbox: Sandbox) -> None:
    identifier = by_hand(sandbox, user="somebody", tables=["a", "b"])
    plan = terraform.step(orders() + import_block(identifier), actions={}).plan
    assert "1 to import, 0 to add, 0 to change, 0 to destroy" in plan.output

    terraform.step(
        orders(host="db2.example.com"),
        [change(identifier, config={"host": "db2.example.com"})],
        differences={"config"},
        warns=("Settings are no longer managed",),
    )


def test_an_import_by_the_command_settles_and_can_be_taken_back(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    identifier = by_hand(sandbox)
    terraform.write(orders())
    terraform.run("import", ORDERS, identifier)
    terraform.check_settled()

    terraform.run("state", "rm", ORDERS)

    terraform.step(orders() + import_block(identifier), actions={})
    assert terraform.resource(ORDERS)["id"] == identifier


def test_the_import_of_an_unknown_identifier_is_a_clear_error(terraform: Scenario) -> None:
    terraform.write(orders())

    assert "Cannot import non-existent remote object" in terraform.run(
        "import", ORDERS, "no_such_connection", ok=False
    )
    terraform.refused(
        orders() + import_block("no_such_connection"),
        "Cannot import non-existent remote object",
        during="plan",
    )


@pytest.mark.parametrize("identifier", ["", ".", "..", "a/b"])
def test_import_of_what_is_no_identifier_asks_nothing(
    terraform: Scenario, sandbox: Sandbox, identifier: str
) -> None:
    terraform.write(orders())

    output = terraform.run("import", ORDERS, identifier, ok=False)

    assert "Cannot import a connection by this identifier" in output
    assert f"Found '{identifier}'. Give the identifier as Fivetran shows it" in output
    assert sandbox.requests() == []
    assert not terraform.holds_anything()


def test_an_import_under_strict_settings_plans_them_alone(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    identifier = by_hand(sandbox)
    terraform.write(orders("require_setup_tests = true"))
    terraform.run("import", ORDERS, identifier)

    terraform.step(differences={"require_setup_tests"})


def test_an_import_with_a_historical_sync_configured_starts_none(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    identifier = by_hand(sandbox)
    terraform.write(orders("is_historical_sync = true"))
    terraform.run("import", ORDERS, identifier)

    terraform.step(
        differences={"is_historical_sync", "sync_state"}, warns=("No historical sync is started",)
    )
