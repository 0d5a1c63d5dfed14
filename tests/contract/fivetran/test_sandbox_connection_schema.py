"""The sandbox answers about the schema configuration of a connection as the contract says."""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_carriers import POSTGRES, Carrier

from constructs_lib.sandbox.common.errors import SandboxError

TABLE = {
    "columns",
    "enabled",
    "enabled_patch_settings",
    "name_in_destination",
    "supports_columns_config",
    "supports_history_mode",
}
"""What the contract requires of a table in an answer."""


def path(made: dict[str, Any], more: str = "") -> str:
    return f"/v1/connections/{made['id']}/schemas{more}"


def read(carrier: Carrier) -> dict[str, Any]:
    """A connection whose source Fivetran has read."""
    made = carrier.create(POSTGRES)
    carrier.data("POST", path(made, "/reload"), json={})
    return made


def public(tables: Any) -> dict[str, Any]:
    return {"schemas": {"public": {"enabled": True, "tables": tables}}}


def test_a_source_that_was_never_read_has_no_configuration(carrier: Carrier) -> None:
    made = carrier.create(POSTGRES)

    for method, body in (("GET", None), ("PATCH", {})):
        assert carrier.error(method, path(made), json=body)[:2] == (404, "NotFound_SchemaConfig")


def test_answers_have_what_the_contract_requires(carrier: Carrier) -> None:
    data = carrier.data("GET", path(read(carrier)))

    assert data["schema_change_handling"] == "ALLOW_ALL"
    assert data["enable_new_by_default"] is True
    tables = [table for one in data["schemas"].values() for table in one["tables"].values()]
    assert [one for one in tables if not one.keys() >= TABLE] == []
    locked = data["schemas"]["public"]["tables"]["migrations"]["enabled_patch_settings"]
    assert locked == {"allowed": False, "reason_code": "SYSTEM_TABLE"}


def test_only_columns_that_were_set_are_answered(carrier: Carrier) -> None:
    made = read(carrier)
    email = {"email": {"enabled": True, "hashed": True, "is_primary_key": True}}

    data = carrier.data(
        "PATCH", path(made), json=public({"orders": {"enabled": True, "columns": email}})
    )

    columns = data["schemas"]["public"]["tables"]["orders"]["columns"]
    assert columns.keys() == {"email"}
    assert columns["email"].items() >= email["email"].items()
    every = carrier.data("GET", path(made, "/public/tables/orders/columns"))["columns"]
    assert every.keys() > columns.keys()


@pytest.mark.parametrize(
    "tables",
    [
        {"Orders": {"enabled": True}},
        {"orders": {"enabled": True, "columns": {"Email": {"enabled": True}}}},
    ],
)
def test_a_name_in_another_case_is_404(carrier: Carrier, tables: Any) -> None:
    made = read(carrier)

    assert carrier.error("PATCH", path(made), json=public(tables))[0] == 404
    assert carrier.error("GET", path(made, "/public/tables/Orders/columns"))[0] == 404


@pytest.mark.parametrize(
    "tables",
    [
        {"orders": {}},
        {"orders": {"enabled": "true"}},
        {"orders": {"enabled": True, "sync_mode": "OFTEN"}},
        {"orders": {"enabled": True, "columns": {"email": {"hashed": True}}}},
        {"migrations": {"enabled": True}},
        {"events": {"enabled": True, "sync_mode": "HISTORY"}},
    ],
)
def test_what_cannot_be_is_400_and_changes_nothing(carrier: Carrier, tables: Any) -> None:
    made = read(carrier)
    before = carrier.data("GET", path(made))

    assert carrier.error("PATCH", path(made), json=public(tables))[:2] == (400, "InvalidInput")
    assert carrier.data("GET", path(made)) == before


def test_what_is_sent_ahead_holds_once_the_source_is_read(carrier: Carrier) -> None:
    made = carrier.create(POSTGRES)
    tables = {"orders": {"enabled": False}, "unknown": {"enabled": True}}
    sent = {**public(tables), "schema_change_handling": "BLOCK_ALL"}

    data = carrier.data("POST", path(made), json=sent)
    assert data["schemas"]["public"]["tables"]["orders"]["enabled"] is False
    carrier.data("POST", path(made, "/reload"), json={})

    found = carrier.data("GET", path(made))["schemas"]["public"]["tables"]
    assert found["orders"]["enabled"] is False
    assert "unknown" not in found
    assert carrier.error("POST", path(made), json=sent)[0] == 409


def test_a_reload_keeps_all_settings_unless_it_is_told_otherwise(carrier: Carrier) -> None:
    made = read(carrier)
    carrier.data("PATCH", path(made), json=public({"orders": {"enabled": False}}))
    found = {}

    for mode in ("PRESERVE", "INCLUDE", "EXCLUDE"):
        data = carrier.data("POST", path(made, "/reload"), json={"exclude_mode": mode})
        tables = data["schemas"]["public"]["tables"]
        found[mode] = [tables[name]["enabled"] for name in ("orders", "customers", "migrations")]

    assert found == {
        "PRESERVE": [False, True, False],
        "INCLUDE": [True, True, False],
        "EXCLUDE": [False, False, False],
    }
    assert carrier.error("POST", path(made, "/reload"), json={"exclude_mode": "X"})[0] == 400


@pytest.mark.parametrize(
    ("policy", "table", "column"),
    [("ALLOW_ALL", True, True), ("ALLOW_COLUMNS", False, True), ("BLOCK_ALL", False, False)],
)
def test_the_policy_decides_on_what_is_new(
    carrier: Carrier, policy: str, table: bool, column: bool
) -> None:
    made = read(carrier)
    carrier.data("PATCH", path(made), json={"schema_change_handling": policy})
    grown = {"orders": {"columns": {"id": {}, "new": {}}}, "new": {"columns": {"id": {}}}}
    carrier.set_source(made["id"], {"public": grown})

    data = carrier.data("POST", path(made, "/reload"), json={})

    assert data["schemas"]["public"]["tables"]["new"]["enabled"] is table
    columns = carrier.data("GET", path(made, "/public/tables/orders/columns"))["columns"]
    assert (columns["id"]["enabled"], columns["new"]["enabled"]) == (True, column)


def test_a_source_that_is_not_connected_cannot_be_read(carrier: Carrier) -> None:
    made = carrier.create(POSTGRES, run_setup_tests=False)

    assert made["status"]["setup_state"] != "connected"
    for method, more in (("POST", "/reload"), ("GET", "/public/tables/orders/columns")):
        body = {} if method == "POST" else None
        assert carrier.error(method, path(made, more), json=body)[0] == 400


def test_the_first_sync_reads_the_source(carrier: Carrier) -> None:
    carrier.configure(sync_seconds=1)
    made = carrier.create(POSTGRES)
    carrier.request("POST", f"/v1/connections/{made['id']}/sync", json={})
    carrier.advance(5)

    assert "orders" in carrier.data("GET", path(made))["schemas"]["public"]["tables"]


def test_a_schema_goes_with_its_connection(carrier: Carrier) -> None:
    made = read(carrier)

    carrier.request("DELETE", f"/v1/connections/{made['id']}")

    assert carrier.error("GET", path(made))[:2] == (404, "NotFound_Connection")


@pytest.mark.parametrize(
    "source", [[], {"a": []}, {"a": {"t": {"lock": "OTHER"}}}, {"a": {"t": {"locked": "KEY"}}}]
)
def test_a_source_that_is_none_is_refused(carrier: Carrier, source: Any) -> None:
    made = carrier.create(POSTGRES)

    with pytest.raises((AssertionError, SandboxError)):
        carrier.set_source(made["id"], source)
