"""Setup tests as a resource: run at creation and for other triggers, read, imported, forgotten."""

from __future__ import annotations

import pytest
from bodies import CREATED, GATE, ORDERS, gate, later, orders
from expected_requests import creation, deletion, setup_tests
from sandbox_server import Sandbox
from scenario import Scenario

TITLES = ["Connecting to host", "Validating credentials", "Checking permissions"]
OF_A_RUN = {"status", "results", "tested_at"}


def triggers(value: str) -> str:
    return f"triggers = {{ password = {value} }}"


def test_tests_run_at_creation_and_for_other_triggers(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    # Given a gate
    terraform.step(gate(triggers('"1"'), of=database), [setup_tests(database)])
    found = terraform.resource(GATE)
    assert (found["id"], found["status"], found["triggers"]) == (
        database,
        "PASSED",
        {"password": "1"},
    )
    assert [result["title"] for result in found["results"]] == TITLES
    # When the triggers change, then the tests run once more, in place
    terraform.step(
        gate(triggers('"2"'), of=database),
        [setup_tests(database)],
        actions={GATE: ["update"]},
        differences={"triggers", *OF_A_RUN},
    )
    # And destroying sends nothing, and says nothing
    assert "Warning" not in terraform.destroy()


def test_the_least_gate_needs_no_triggers(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    terraform.step(gate(of=database), [setup_tests(database)])
    terraform.step(gate(of=database), [])


def test_a_gate_behind_a_new_connection(terraform: Scenario, sandbox: Sandbox) -> None:
    terraform.write(orders() + gate())

    terraform.apply()

    identifier = terraform.resource(ORDERS)["id"]
    assert sandbox.writes() == [creation(**CREATED), setup_tests(identifier)]
    terraform.check_settled()
    terraform.destroy([deletion(identifier)])


def test_triggers_that_are_known_only_at_apply(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    body = gate(triggers("jsonencode(terraform_data.late.output)"), of=database)
    terraform.step(later('"a"') + body, [setup_tests(database)])

    # Unknown at plan, and as before at apply: no test runs.
    terraform.step(later('"a"', trigger=2) + body, [])
    terraform.step(later('"b"', trigger=3) + body, [setup_tests(database)])


def test_another_connection_is_tested_by_another_gate(
    terraform: Scenario, sandbox: Sandbox, database: str, connection: str
) -> None:
    terraform.step(gate(of=database), [setup_tests(database)])

    terraform.step(
        gate(of=connection), [setup_tests(connection)], actions={GATE: ["delete", "create"]}
    )


def test_setup_tests_of_a_deleted_connection_leave_the_state(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    terraform.write(orders() + gate())
    terraform.apply()
    identifier = terraform.resource(ORDERS)["id"]
    sandbox.ask("DELETE", f"/v1/connections/{identifier}")
    sandbox.writes()

    plan = terraform.plan()

    assert plan.actions() == {ORDERS: ["create"], GATE: ["create"]}


def test_a_gate_of_a_deleted_connection_can_be_destroyed(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    terraform.step(gate(of=database), [setup_tests(database)])
    sandbox.ask("DELETE", f"/v1/connections/{database}")

    terraform.destroy()


def test_an_imported_gate_is_shut_until_its_tests_have_run(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    terraform.step(gate(triggers('"1"'), of=database), [setup_tests(database)])

    terraform.import_(
        GATE,
        database,
        except_={"triggers": None, "status": None, "results": None, "tested_at": None},
        plans=frozenset({"triggers", *OF_A_RUN}),
    )


def test_an_unknown_connection_cannot_be_imported(terraform: Scenario) -> None:
    terraform.write(gate(of="no_such_connection"))

    output = terraform.run("import", "-input=false", GATE, "no_such_connection", ok=False)

    assert "Cannot import non-existent remote object" in output


@pytest.mark.parametrize("more", ["triggers = null", "fail_on = null", "timeouts = null"])
def test_what_is_null_is_left_out(
    terraform: Scenario, sandbox: Sandbox, database: str, more: str
) -> None:
    terraform.step(gate(more, of=database), [setup_tests(database)])
    terraform.step(gate(of=database), [], actions={})


def test_an_empty_map_of_triggers_is_another_one_than_none(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    terraform.step(gate("triggers = {}", of=database), [setup_tests(database)])
    terraform.step(gate('triggers = { a = "" }', of=database), [setup_tests(database)])


def test_twenty_gates_in_parallel(terraform: Scenario, sandbox: Sandbox) -> None:
    made = [
        sandbox.add("postgres", schema_prefix=f"shop_{n}", host="h.example.com") for n in range(20)
    ]
    ids = ", ".join(f'"{identifier}"' for identifier in made)
    body = (
        gate(of="each")
        .replace('"each"', "each.key")
        .replace("connection_id", f"for_each = toset([{ids}])\n  connection_id")
    )
    terraform.write(body)

    terraform.apply()

    assert sorted(sandbox.writes()) == sorted(setup_tests(identifier) for identifier in made)
    terraform.check_settled()
