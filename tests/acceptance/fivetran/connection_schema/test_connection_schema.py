"""``fivetranops_connection_schema``: set, changed, taken back, imported."""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_server import Sandbox
from scenario import Scenario, Write

KIND = "fivetranops_connection_schema"
ONE = f"{KIND}.one"


def body(connection: str, schemas: str = "", more: str = "") -> str:
    named = f"schemas = {schemas}" if schemas else ""
    return f'resource "{KIND}" "one" {{\n  connection_id = "{connection}"\n{named}\n{more}\n}}\n'


def orders(inside: str) -> str:
    return f"{{ public = {{ tables = {{ orders = {{ {inside} }} }} }} }}"


def patch(connection: str, sent: Any) -> Write:
    return ("PATCH", f"/v1/connections/{connection}/schemas", sent)


def of_orders(sent: Any) -> dict[str, Any]:
    return {"schemas": {"public": {"enabled": True, "tables": {"orders": sent}}}}


@pytest.fixture
def read(sandbox: Sandbox, database: str) -> str:
    """A connection whose source Fivetran has read."""
    sandbox.ask("POST", f"/v1/connections/{database}/schemas/reload", {})
    return database


@pytest.mark.both_terraforms
@pytest.mark.launched
def test_a_table_is_set_changed_and_left(terraform: Scenario, read: str) -> None:
    history = patch(read, of_orders({"enabled": True, "sync_mode": "HISTORY"}))
    terraform.step(body(read, orders('sync_mode = "HISTORY"')), [history])

    off = patch(read, of_orders({"enabled": False}))
    terraform.step(
        body(read, orders('sync_mode = "HISTORY", enabled = false')),
        [off],
        differences={"schemas"},
    )
    assert terraform.resource(ONE)["schema_change_handling"] == "ALLOW_ALL"
    terraform.destroy()


def test_the_schema_of_a_connection_of_the_same_run(terraform: Scenario, sandbox: Sandbox) -> None:
    made = 'resource "fivetranops_connection" "shop" {\n  group_id = "sandbox_warehouse"\n'
    made += '  service = "postgres"\n  config = { schema_prefix = "s", host = "h" }\n}\n'
    own = body("X", orders("enabled = false")).replace('"X"', "fivetranops_connection.shop.id")
    terraform.write(made + own)

    terraform.run("apply", "-auto-approve", "-input=false")

    created = terraform.resource(ONE)["connection_id"]
    reload = ("POST", f"/v1/connections/{created}/schemas/reload", {"exclude_mode": "PRESERVE"})
    off = patch(created, of_orders({"enabled": False}))
    assert sandbox.writes()[1:] == [reload, off]
    terraform.check_settled()


def test_mistakes_are_errors_of_the_plan_with_their_places(terraform: Scenario, read: str) -> None:
    tables = "{ ordesr = { enabled = false }, migrations = { enabled = true } }"

    output = terraform.refused(
        body(read, f"{{ public = {{ tables = {tables} }} }}"),
        r"schemas\.public\.tables\.ordesr of connection .* Did you mean\s+'orders'",
        r"schemas\.public\.tables\.migrations\.enabled of connection .* is a system\s+table",
        during="plan",
    )

    assert "Nothing was changed" in output


def test_a_mistake_of_form_is_found_by_validate(terraform: Scenario, read: str) -> None:
    terraform.refused(
        body(read, orders('sync_mode = "HISTROY", columns = { email = { hash = true } }')),
        r"schemas\.public\.tables\.orders\.sync_mode",
        r"schemas\.public\.tables\.orders\.columns\.email\.hash",
        during="validate",
    )


def test_a_table_in_a_disabled_schema_is_a_warning(terraform: Scenario, read: str) -> None:
    tables = "{ public = { enabled = false, tables = { orders = { enabled = true } } } }"
    terraform.step(
        body(read, tables),
        [patch(read, {"schemas": {"public": {"enabled": False}}})],
        warns=(r"schemas\.public\.tables\.orders\.enabled.*\[enabled-inside\]",),
    )


@pytest.mark.both_terraforms
def test_an_import_takes_over_what_differs(terraform: Scenario, read: str) -> None:
    named = orders('enabled = false, sync_mode = "HISTORY"')
    sent = patch(read, of_orders({"enabled": False, "sync_mode": "HISTORY"}))
    terraform.step(body(read, named), [sent])

    terraform.import_(ONE, read)


def test_values_of_variables_with_optional_attributes(terraform: Scenario, read: str) -> None:
    variable = """
variable "schemas" {
  type = map(object({ enabled = optional(bool), tables = optional(map(object({
    enabled = optional(bool), sync_mode = optional(string) }))) }))
  default = { public = { tables = { orders = { sync_mode = "HISTORY" } } } }
}
"""
    history = patch(read, of_orders({"enabled": True, "sync_mode": "HISTORY"}))

    terraform.step(variable + body(read, "var.schemas"), [history])


@pytest.mark.newest_terraform
def test_what_a_query_finds_is_imported_without_a_change(
    terraform: Scenario, sandbox: Sandbox, read: str, connection: str
) -> None:
    off = of_orders({"enabled": False, "columns": {"email": {"enabled": True, "hashed": True}}})
    sandbox.ask("PATCH", f"/v1/connections/{read}/schemas", off)
    listing = f'list "{KIND}" "all" {{\n  provider = fivetranops\n}}\n'
    terraform.write("")
    (terraform.directory / "all.tfquery.hcl").write_text(listing)

    terraform.run("query", "-generate-config-out=generated.tf")
    plan = terraform.run("plan")

    generated = (terraform.directory / "generated.tf").read_text()
    assert "customers" not in generated
    assert connection not in generated
    assert "Plan: 1 to import, 0 to add, 0 to change, 0 to destroy." in plan
    assert sandbox.writes() == []
