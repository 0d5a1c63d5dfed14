"""``data.fivetranops_connection`` and ``data.fivetranops_connection_state``: one connection."""

from __future__ import annotations

from typing import Any

import pytest
from bodies import INVOICES, later
from data_bodies import data, output_of
from sandbox_server import Sandbox
from scenario import Scenario

from constructs_lib import schemas

BY_NAME = 'group_id = "sandbox_warehouse"\n  schema = "orders"'


@pytest.fixture
def orders(sandbox: Sandbox) -> str:
    """A connection with a secret, that somebody else manages."""
    return sandbox.add(
        "postgres",
        schema_prefix="orders",
        host="db.example.com",
        port=5432,
        password="canary-secret",
    )


def by_id(identifier: str) -> str:
    return f'connection_id = "{identifier}"'


@pytest.mark.launched
def test_a_connection_is_read_by_its_identifier(terraform: Scenario, orders: str) -> None:
    terraform.step(data("connection", by_id(orders)))

    found = output_of(terraform)
    assert (found["id"], found["connection_id"]) == (orders, orders)
    assert (found["group_id"], found["schema"]) == ("sandbox_warehouse", "orders")
    assert (found["service"], found["paused"]) == ("postgres", False)
    assert (found["sync_state"], found["sync_frequency"]) == ("scheduled", 360)


@pytest.mark.parametrize("list_config", [True, False])
def test_a_connection_is_read_by_group_and_schema(
    terraform: Scenario, sandbox: Sandbox, orders: str, list_config: bool
) -> None:
    sandbox.store.configure(list_config=list_config)
    terraform.step(data("connection", BY_NAME) + data("connection", by_id(orders), "same"))

    assert output_of(terraform) == output_of(terraform, "same")
    assert output_of(terraform)["config"]["host"] == "db.example.com"


def test_both_forms_tell_every_attribute(terraform: Scenario, orders: str) -> None:
    terraform.step(data("connection", by_id(orders)))

    assert (
        output_of(terraform).keys() == schemas.load("data.fivetranops_connection").attributes.keys()
    )


def test_settings_are_told_without_secrets(
    terraform: Scenario, sandbox: Sandbox, orders: str
) -> None:
    # An API that forgets to mask, and settings that are newer than the catalogue.
    with sandbox.store.transaction() as tables:
        record = tables.connection(orders)
        assert record is not None
        record.config |= {"new_field": "canary-new", "new_password": "canary-newer"}
        tables.update(record)

    terraform.step(data("connection", by_id(orders)), planned=True)

    config = output_of(terraform)["config"]
    assert (config["host"], config["port"]) == ("db.example.com", 5432)
    assert not {"password", "new_field", "new_password"} & config.keys()
    assert b"canary-secret" not in terraform.bytes_of_all_files()
    assert b"canary-new" not in terraform.bytes_of_all_files()


def test_connection_created_in_the_same_run_is_read_at_apply(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    of = "connection_id = fivetranops_connection.invoices.id"
    terraform.write(INVOICES + data("connection", of) + data("connection_state", of, "state"))

    terraform.apply(from_file=True)

    assert output_of(terraform)["schema"] == "invoices"
    assert output_of(terraform, "state")["state"] is None
    sandbox.writes()
    terraform.check_settled()


def test_a_form_that_is_known_only_at_apply_may_turn_out_null(
    terraform: Scenario, orders: str
) -> None:
    late = 'terraform_data.late.output == "id" ? "%s" : null'
    form = f"""connection_id = {late % orders}
  group_id = terraform_data.late.output == "id" ? null : "sandbox_warehouse"
  schema   = terraform_data.late.output == "id" ? null : "orders"
"""
    # Whether both forms are given cannot be told before; it is told then.
    terraform.step(later('"name"') + data("connection", form.replace("connection_id", "#")))
    assert output_of(terraform)["id"] == orders

    both = f"connection_id = {late % orders}"
    terraform.refused(later('"name"', 2) + data("connection", both), "Found nothing")


def test_a_change_elsewhere_is_told_by_the_next_plan(
    terraform: Scenario, sandbox: Sandbox, orders: str
) -> None:
    terraform.step(data("connection", by_id(orders)))
    sandbox.ask("PATCH", f"/v1/connections/{orders}", {"paused": True})

    terraform.step()

    assert output_of(terraform)["paused"] is True


@pytest.mark.parametrize(
    ("form", "found"),
    [
        ("", "nothing"),
        ('group_id = "a"', "group_id"),
        ('schema = "a"', "schema"),
        ('connection_id = "a"\n  schema = "b"', "connection_id and schema"),
        ('connection_id = "a"\n  group_id = "b"', "connection_id and group_id"),
        (
            'connection_id = "a"\n  group_id = "b"\n  schema = "c"',
            "connection_id and group_id and schema",
        ),
    ],
)
def test_one_form_and_not_two_or_a_half(terraform: Scenario, form: str, found: str) -> None:
    output = terraform.refused(
        data("connection", form), "by connection_id, or by group_id and schema", during="validate"
    )

    assert f"ound {found}; allowed is connection_id alone" in " ".join(output.split())


def test_an_unknown_identifier_is_an_error(terraform: Scenario) -> None:
    output = terraform.refused(data("connection", by_id("nobody")), "answered 404", during="plan")

    assert "Check the identifiers" in output


@pytest.mark.parametrize("identifier", [" ", "..", "."])
@pytest.mark.parametrize("kind", ["connection", "connection_state"])
def test_an_identifier_that_cannot_be_one_is_an_error(
    terraform: Scenario, kind: str, identifier: str
) -> None:
    terraform.refused(
        data(kind, by_id(identifier)), "Invalid value of connection_id", during="plan"
    )


def test_an_unknown_name_is_an_error_that_names_it(terraform: Scenario, orders: str) -> None:
    other = 'group_id = "sandbox_warehouse"\n  schema = "ordres"'

    output = terraform.refused(data("connection", other), "no such connection", during="plan")

    assert "The group sandbox_warehouse has no connection with the schema ordres" in output


def test_a_schema_in_another_group_is_another_connection(terraform: Scenario, orders: str) -> None:
    other = 'group_id = "sandbox_lake"\n  schema = "orders"'

    terraform.refused(data("connection", other), "no such connection", during="plan")


STATES: list[dict[str, Any]] = [
    {},
    {"cursor": 5, "big": 12345678901234567890123, "nested": {"a": [1, None, True]}},
]


@pytest.mark.parametrize("state", STATES)
def test_the_live_state_is_told(
    terraform: Scenario, sandbox: Sandbox, connection: str, state: dict[str, Any]
) -> None:
    sandbox.ask("PATCH", f"/v1/connections/{connection}/state", {"state": state})

    terraform.step(data("connection_state", by_id(connection)))

    assert output_of(terraform) == {"connection_id": connection, "state": state}


def test_a_state_that_was_never_written_is_null(terraform: Scenario, connection: str) -> None:
    terraform.step(data("connection_state", by_id(connection)))

    assert output_of(terraform)["state"] is None


def test_a_state_that_moves_is_told_by_the_next_plan(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    sandbox.ask("PATCH", f"/v1/connections/{connection}/state", {"state": {"cursor": 1}})
    terraform.step(data("connection_state", by_id(connection)))
    sandbox.ask("PATCH", f"/v1/connections/{connection}/state", {"state": {"cursor": 2}})

    terraform.step()

    assert output_of(terraform)["state"] == {"cursor": 2}


@pytest.mark.parametrize("status", [400, 405])
def test_a_service_without_a_state_is_named(
    terraform: Scenario, sandbox: Sandbox, orders: str, status: int
) -> None:
    sandbox.store.configure(unsupported_state_status=status)

    terraform.refused(
        data("connection_state", by_id(orders)),
        "'postgres', whose state cannot be changed",
        during="plan",
    )
