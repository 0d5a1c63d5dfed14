"""``terraform query`` finds what is at Fivetran, and writes a configuration that imports it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from account_size import SIZE
from bodies import CREATED, ORDERS, orders
from sandbox_server import Sandbox
from scenario import Scenario
from workspace import wait_until

from constructs_lib.sandbox.fivetran.generated import UNKNOWN_FIELD, generate
from constructs_lib.sandbox.fivetran.trust.source import CERTIFICATE, FINGERPRINT, Kind

pytestmark = pytest.mark.newest_terraform

LIST = """list "{0}" "all" {{
  provider = fivetranops
  limit    = {1}
  config {{
    {2}
  }}
}}
"""
CONNECTIONS, STATES = "fivetranops_connection", "fivetranops_connection_state"
CANARY = "canary-of-query"
NEWER = {"new_field": 7, "new_object": {"list": [1]}, "port": "http", "new_token": CANARY}
"""Settings that the catalogue of services does not know so, and one that sounds like a secret."""
NO_CHANGES = "No changes. Your infrastructure matches the configuration."


def query(
    terraform: Scenario, type_: str, *arguments: str, limit: int = 1000, **config: str
) -> str:
    given = "\n    ".join(f'{name} = "{value}"' for name, value in config.items())
    terraform.write("")
    (terraform.directory / "all.tfquery.hcl").write_text(LIST.format(type_, limit, given))
    return terraform.run("query", *arguments)


def found(output: str) -> list[str]:
    """The display names that a query printed."""
    _, *lines = output.splitlines()
    return [line.split(None, 2)[2] for line in lines if line.startswith("list.")]


def account(sandbox: Sandbox, connections: int, services: int) -> None:
    sandbox.made_by_hand |= set(generate(sandbox.store, connections=connections, services=services))


def paths(sandbox: Sandbox) -> set[str]:
    return {entry.path for entry in sandbox.requests()}


def test_every_connection_is_found_by_the_pages_alone(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    account(sandbox, 300, 60)

    output = query(terraform, CONNECTIONS)

    names = found(output)
    assert len(names) == len(set(names)) == 300
    assert paths(sandbox) == {"/v1/connections"}


def test_what_is_generated_imports_all_and_changes_nothing(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    account(sandbox, SIZE, 60)
    newer = sandbox.add("postgres", **{**CREATED["config"], **NEWER, "password": CANARY})

    query(terraform, CONNECTIONS, "-generate-config-out=generated.tf")
    generated = (terraform.directory / "generated.tf").read_text()
    plan = terraform.run("plan")
    terraform.run("apply", "-auto-approve")

    assert newer in generated
    assert UNKNOWN_FIELD in generated
    assert len(set(re.findall(r'^  service += "(\w+)"$', generated, re.MULTILINE))) == 60
    assert CANARY not in generated
    assert f"Plan: {SIZE + 1} to import, 0 to add, 0 to change, 0 to destroy." in plan
    assert NO_CHANGES in terraform.run("plan")
    assert sandbox.writes() == []
    terraform.run("state", "rm", *terraform.addresses())


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"service": "postgres"}, ["shop (postgres)"]),
        ({"setup_state": "connected"}, ["shop (postgres)", "invoices (connector_sdk)"]),
        ({"schema": "invoices"}, ["invoices (connector_sdk)"]),
        ({"group_id": "sandbox_warehouse", "setup_state": "broken"}, []),
    ],
    ids=str,
)
def test_filters_leave_what_they_say(
    terraform: Scenario, sandbox: Sandbox, config: dict[str, str], expected: list[str]
) -> None:
    sandbox.add("postgres", schema_prefix="shop", host="db")
    sandbox.add("connector_sdk", schema="invoices", package_id="p")

    assert found(query(terraform, CONNECTIONS, **config)) == expected


def test_no_page_is_asked_for_beyond_the_limit(terraform: Scenario, sandbox: Sandbox) -> None:
    account(sandbox, 12, 4)
    sandbox.store.configure(page_items=5)

    output = query(terraform, CONNECTIONS, limit=7)

    assert len(found(output)) == 7
    assert [entry.path for entry in sandbox.requests()] == ["/v1/connections"] * 2


def test_a_failing_page_keeps_what_was_found(terraform: Scenario, sandbox: Sandbox) -> None:
    account(sandbox, 12, 4)
    fault = {"kind": "refused", "method": "GET", "path": "/v1/connections", "nth": 2}
    sandbox.store.configure(page_items=5, faults=[fault])

    output = query(terraform, CONNECTIONS)

    assert len(found(output)) == 5
    assert "List is incomplete" in output
    assert "5 objects were found; there may be more" in " ".join(output.split())


def test_an_interrupted_query_keeps_what_was_found(terraform: Scenario, sandbox: Sandbox) -> None:
    account(sandbox, 12, 4)
    held = {"kind": "delay", "method": "GET", "path": "/v1/connections", "nth": 2, "seconds": 3}
    sandbox.store.configure(page_items=5, faults=[held])
    terraform.write("")
    (terraform.directory / "all.tfquery.hcl").write_text(LIST.format(CONNECTIONS, 1000, ""))

    process = terraform.start("query", "-no-color")
    wait_until(lambda: len(sandbox.store.journal(0)) == 2)
    output = terraform.interrupt(process)

    assert process.returncode == 0
    # The page that was on its way may still come, and then its first object is taken along.
    names = found(output)
    assert len(names) in (5, 6)
    assert "List is incomplete" in output
    assert f"{len(names)} objects were found" in " ".join(output.split())
    assert len(sandbox.requests()) == 2


def test_no_secret_is_in_what_a_program_reads(terraform: Scenario, sandbox: Sandbox) -> None:
    sandbox.add("postgres", **{**CREATED["config"], **NEWER, "password": CANARY})

    lines = query(terraform, CONNECTIONS, "-json", "-generate-config-out=generated.tf")

    _, *printed = lines.splitlines()
    events: list[Any] = [json.loads(line) for line in printed if line.startswith("{")]
    (event,) = [one for one in events if one.get("type") == "list_resource_found"]
    assert event["list_resource_found"]["resource_object"]["service"] == "postgres"
    assert CANARY not in lines


def test_states_that_exist_are_found_and_imported(
    terraform: Scenario, sandbox: Sandbox, connection: str, database: str
) -> None:
    sandbox.add("connector_sdk", schema="without", package_id="p")
    sandbox.ask("PATCH", f"/v1/connections/{connection}/state", {"state": {"cursor": "2026"}})

    output = query(terraform, STATES, "-generate-config-out=generated.tf")
    plan = terraform.run("plan")
    terraform.run("apply", "-auto-approve")

    assert found(output) == ["invoices (connector_sdk)"]
    assert "Plan: 1 to import, 0 to add, 0 to change, 0 to destroy." in plan
    assert NO_CHANGES in terraform.run("plan")
    terraform.run("state", "rm", *terraform.addresses())


@pytest.mark.parametrize("kind", [CERTIFICATE, FINGERPRINT], ids=lambda kind: kind.segment)
def test_what_is_trusted_is_found_and_imported(
    terraform: Scenario, sandbox: Sandbox, database: str, kind: Kind
) -> None:
    sandbox.add("postgres", schema_prefix="without", host="db.example.com")
    shown = kind.shown("db.example.com")
    body = {name: shown[name] for name in ("hash", kind.value)}
    sandbox.ask("POST", f"/v1/connections/{database}/{kind.segment}", body)
    sandbox.writes()

    type_ = f"fivetranops_connection_{kind.segment}"
    output = query(terraform, type_, "-generate-config-out=generated.tf", service="postgres")
    plan = terraform.run("plan")
    terraform.run("apply", "-auto-approve")

    assert found(output) == ["shop (postgres)"]
    assert "Plan: 1 to import, 0 to add, 0 to change, 0 to destroy." in plan
    assert NO_CHANGES in terraform.run("plan")
    assert sandbox.writes() == []
    terraform.run("state", "rm", *terraform.addresses())


def test_a_connection_is_imported_by_its_identity(terraform: Scenario, sandbox: Sandbox) -> None:
    identifier = sandbox.add("postgres", **CREATED["config"])
    block = f'import {{\n  to = {ORDERS}\n  identity = {{ id = "{identifier}" }}\n}}\n'

    plan = terraform.step(orders() + block, actions={}).plan

    assert "1 to import, 0 to add, 0 to change, 0 to destroy" in plan.output
    (resource,) = json.loads((terraform.directory / "terraform.tfstate").read_text())["resources"]
    assert resource["instances"][0]["identity"] == {"id": identifier}


@pytest.mark.parametrize("identity", ["", "a b"])
def test_an_identity_that_is_none_is_refused(terraform: Scenario, identity: str) -> None:
    block = f'import {{\n  to = {ORDERS}\n  identity = {{ id = "{identity}" }}\n}}\n'
    terraform.write(orders() + block)

    output = terraform.run("plan", ok=False)

    assert "Error: " in output
    assert "Traceback" not in output
