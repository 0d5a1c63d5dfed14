"""An account in which managed connections are gone: one of them, or suddenly all."""

from __future__ import annotations

from pathlib import Path

from bodies import INVOICES, cursor, gate, sync
from card_bodies import card
from planned import Messages
from sandbox_server import Sandbox
from scenario import Scenario

ALL_OF_THREE = "All 3 managed connections that were asked for are gone"
ALLOWED = 'provider "fivetranops" { allow_vanished = true }\n'
ADDRESSES = [f"fivetranops_connection.c{n}" for n in range(3)]
EMPTY = "sandbox:empty.sqlite3"
NO_MORE = "does not exist any more"


def connections(count: int = 3) -> str:
    return "".join(
        f'resource "fivetranops_connection" "c{n}" {{\n'
        'group_id = "sandbox_warehouse"\nservice = "connector_sdk"\nrun_setup_tests = false\n'
        f'config = {{ schema = "reads_{n}", package_id = "p" }}\n}}\n'
        for n in range(count)
    )


def created(terraform: Scenario, sandbox: Sandbox) -> list[str]:
    """Three connections; their identifiers."""
    terraform.write(connections())
    terraform.apply()
    sandbox.requests()
    return [terraform.resource(address)["id"] for address in ADDRESSES]


def delete(sandbox: Sandbox, *identifiers: str) -> None:
    for identifier in identifiers:
        sandbox.ask("DELETE", f"/v1/connections/{identifier}")


def test_an_empty_account_is_one_error(terraform: Scenario, sandbox: Sandbox) -> None:
    identifiers = created(terraform, sandbox)
    delete(sandbox, *identifiers)

    output = terraform.refused(None, ALL_OF_THREE, during="plan")
    refreshed = terraform.run("apply", "-refresh-only", "-auto-approve", ok=False)
    destroyed = terraform.run("destroy", "-auto-approve", ok=False)

    assert all(identifier in output for identifier in (*identifiers, sandbox.url))
    assert "allow_vanished = true" in output
    for more in (refreshed, destroyed):
        assert len(Messages.of(more).errors) == 1
        assert ALL_OF_THREE in more
    assert terraform.addresses() == ADDRESSES
    assert sandbox.writes() == []

    terraform.write(ALLOWED + connections())
    plan = terraform.plan()
    assert plan.actions() == {address: ["create"] for address in ADDRESSES}
    assert NO_MORE in plan.output
    terraform.run("apply", "-input=false", plan.file.name)
    terraform.write(connections())
    assert terraform.is_settled()


def test_another_account_is_an_error_that_names_it(terraform: Scenario, sandbox: Sandbox) -> None:
    created(terraform, sandbox)
    right = dict(terraform.environment)
    terraform.environment["FIVETRAN_API_URL"] = EMPTY

    output = terraform.refused(None, ALL_OF_THREE, during="plan")

    assert f"According to {EMPTY}" in output
    assert terraform.addresses() == ADDRESSES
    terraform.environment = right
    assert terraform.is_settled()


def test_an_apply_elsewhere_keeps_the_state(terraform: Scenario, sandbox: Sandbox) -> None:
    created(terraform, sandbox)
    plan = terraform.plan("-destroy")
    right = dict(terraform.environment)
    terraform.environment["FIVETRAN_API_URL"] = EMPTY

    output = terraform.run("apply", "-input=false", plan.file.name, ok=False)

    assert ALL_OF_THREE in output
    assert terraform.addresses() == ADDRESSES
    terraform.environment = right
    assert terraform.is_settled()
    assert len(sandbox.connections()) == 3


def test_one_gone_of_several_warns(terraform: Scenario, sandbox: Sandbox) -> None:
    gone, *_ = created(terraform, sandbox)
    delete(sandbox, gone)

    done = terraform.step(
        None,
        [("POST", "/v1/connections", creation(0))],
        actions={ADDRESSES[0]: ["create"]},
        warns=(f"Connection {gone} {NO_MORE}",),
    )

    assert f"came from {sandbox.url}" in " ".join(done.plan.output.split())


def test_two_gone_of_three_are_named_by_warnings(terraform: Scenario, sandbox: Sandbox) -> None:
    *gone, _ = created(terraform, sandbox)
    delete(sandbox, *gone)

    plan = terraform.plan()

    assert plan.actions() == {address: ["create"] for address in ADDRESSES[:2]}
    assert "Warning: " in plan.output
    assert all(identifier in plan.output for identifier in gone)
    terraform.run("apply", "-input=false", plan.file.name)


def test_one_after_the_other_the_second_is_an_error(terraform: Scenario, sandbox: Sandbox) -> None:
    created(terraform, sandbox)
    right = dict(terraform.environment)
    terraform.environment["FIVETRAN_API_URL"] = EMPTY

    output = terraform.run("plan", "-input=false", "-parallelism=1", ok=False)

    assert "All 2 managed connections that were asked for are gone" in output
    assert len(Messages.of(output).errors) == 1
    assert terraform.addresses() == ADDRESSES
    terraform.environment = right
    assert terraform.is_settled()


def test_a_connection_counts_once_with_its_resources(terraform: Scenario, sandbox: Sandbox) -> None:
    body = INVOICES + cursor("{ cursor = 5 }")
    terraform.write(body)
    terraform.apply()
    identifier = terraform.resource("fivetranops_connection.invoices")["id"]
    sandbox.writes()
    delete(sandbox, identifier)

    plan = terraform.plan()

    assert len(plan.actions()) == 2
    assert len([text for text in Messages.of(plan.output).warnings if NO_MORE in text]) == 1
    terraform.run("apply", "-input=false", plan.file.name)


def test_every_resource_keeps_its_state_elsewhere(
    terraform: Scenario, sandbox: Sandbox, tmp_path: Path
) -> None:
    made = [sandbox.add("connector_sdk", schema=f"s{n}", package_id="p") for n in range(3)]
    made.append(sandbox.add("postgres", schema_prefix="shop", host="shop.example.com"))
    body = cursor("{ cursor = 5 }", of=made[0]) + card(of=made[1])
    terraform.write(body + gate(of=made[2]) + sync(of=made[3]))
    terraform.apply()
    before = terraform.addresses()
    right = dict(terraform.environment)
    terraform.environment["FIVETRAN_API_URL"] = EMPTY
    sandbox.writes()

    output = terraform.refused(
        None, "All 4 managed connections that were asked for are gone", during="plan"
    )

    assert all(identifier in output for identifier in made)
    assert terraform.addresses() == before
    assert len(before) == 4
    terraform.environment = right
    assert terraform.is_settled()


def test_a_missing_import_is_terraforms_own_error(terraform: Scenario, sandbox: Sandbox) -> None:
    blocks = "".join(
        f'import {{\n  to = {address}\n  id = "nobody_{n}"\n}}\n'
        for n, address in enumerate(ADDRESSES)
    )

    output = terraform.refused(
        connections() + blocks, *["Cannot import non-existent remote object"] * 3, during="plan"
    )

    assert "allow_vanished" not in output


def creation(number: int) -> dict[str, object]:
    return {
        "group_id": "sandbox_warehouse",
        "service": "connector_sdk",
        "run_setup_tests": False,
        "config": {"schema": f"reads_{number}", "package_id": "p"},
    }
