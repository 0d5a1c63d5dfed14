"""What the API tells of the health of connections is read, and a check block watches it."""

from __future__ import annotations

from typing import Any

import pytest
from data_bodies import data, output_of
from pages.catalogue import EXAMPLES
from sandbox_server import Sandbox
from scenario import Scenario

from constructs_lib.sandbox.fivetran.records import Connection

WATCH = (EXAMPLES / "guides" / "watching" / "main.tf").read_text()
CANARY = "canary-of-a-task"


@pytest.fixture
def orders(sandbox: Sandbox) -> str:
    """A connection that a person made, and that has synced."""
    identifier = sandbox.add("postgres", schema_prefix="orders", host=CANARY)
    sandbox.ask("POST", f"/v1/connections/{identifier}/sync", {})
    sandbox.store.advance(1000)
    assert sandbox.connection(identifier)["succeeded_at"] is not None
    return identifier


def change(sandbox: Sandbox, identifier: str, **changes: Any) -> None:
    """What happens at Fivetran."""
    with sandbox.store.transaction() as tables:
        record = tables.connection(identifier)
        assert isinstance(record, Connection)
        for name, value in changes.items():
            setattr(record, name, value)
        tables.update(record)


def task(words: str) -> dict[str, str]:
    """A task that quotes a setting."""
    return {"code": "reconnect", "message": words, "details": f"it asked {CANARY}"}


def test_what_is_to_be_done_is_told_without_settings(
    terraform: Scenario, sandbox: Sandbox, orders: str
) -> None:
    change(sandbox, orders, setup_state="broken", task=task("Password expired"))

    terraform.step(data("connection", f'connection_id = "{orders}"') + data("connections", "", "a"))

    found = output_of(terraform)
    (listed,) = output_of(terraform, "a")["connections"]
    assert found["tasks"][0]["message"] == "Password expired"
    assert CANARY not in str(found["tasks"])
    assert "it asked" in str(found["tasks"])
    assert [one["message"] for one in listed["tasks"]] == ["Password expired", "Reconnect"]
    assert (found["warnings"], found["is_historical_sync"]) == ([], False)


def test_details_of_the_service_are_json(
    terraform: Scenario, sandbox: Sandbox, orders: str
) -> None:
    synced = sandbox.connection(orders)["succeeded_at"]
    said = "jsondecode(data.fivetranops_connection.it.source_sync_details)"
    details = f'output "last" {{ value = {said}.last_synced }}\n'

    terraform.step(data("connection", f'connection_id = "{orders}"') + details)

    assert output_of(terraform, "last") == synced


def test_a_list_reads_only_the_fields_that_are_named(
    terraform: Scenario, sandbox: Sandbox, orders: str
) -> None:
    terraform.step(data("connections", 'fields = ["schema", "setup_state"]'))

    (found,) = output_of(terraform)["connections"]
    said = {name: value for name, value in found.items() if value is not None}
    assert said == {"id": orders, "schema": "orders", "setup_state": "connected"}


def test_a_filter_needs_no_field(terraform: Scenario, sandbox: Sandbox, orders: str) -> None:
    terraform.step(data("connections", 'fields = ["schema"]\n  service = "postgres"'))

    assert output_of(terraform)["ids"] == [orders]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ('["setup_stat"]', "Did you mean 'setup_state'"),
        ("[]", "a list of at least 1 item"),
        ('["config"]', "Invalid value of fields"),
    ],
)
def test_a_field_that_is_none_is_refused(terraform: Scenario, fields: str, words: str) -> None:
    terraform.refused(data("connections", f"fields = {fields}"), words, during="validate")


@pytest.mark.both_terraforms
def test_the_checks_of_the_guide_warn(terraform: Scenario, sandbox: Sandbox, orders: str) -> None:
    # Given a connection with which all is well, and one that never synced
    terraform.write(WATCH)
    output = terraform.run("plan", "-input=false")
    assert "Check block assertion failed" not in output
    # When it breaks, then a plan warns, with Fivetran's words
    change(sandbox, orders, setup_state="broken", task=task("Password expired"))
    sandbox.add("postgres", schema_prefix="invoices", host="h")
    output = terraform.run("plan", "-input=false")
    assert "Warning: Check block assertion failed" in output
    assert "orders is broken: Password expired" in output
    assert "Not synced for a day: invoices." in output
