"""A connection that cannot be made, or that fails its setup tests: what is said, and what stays."""

from __future__ import annotations

from bodies import CONFIG, CREATED, ORDERS, orders
from expected_requests import change, creation, deletion, setup_tests
from sandbox_server import Sandbox
from scenario import Scenario

UNREACHABLE = "db.invalid"
BROKEN = {**CREATED, "config": {**CONFIG, "host": UNREACHABLE}}
TEST_FAILED = "Setup test"


def test_failed_setup_tests_are_warnings_with_their_messages(terraform: Scenario) -> None:
    output = terraform.step(
        orders(host=UNREACHABLE), [creation(**BROKEN)], warns=(TEST_FAILED,), planned=True
    ).output
    assert "cannot be resolved" in output
    assert terraform.resource(ORDERS)["setup_state"] == "incomplete"
    identifier = terraform.resource(ORDERS)["id"]

    terraform.step(
        orders(),
        [change(identifier, config={"host": "db.example.com"})],
        differences={"config", "setup_state"},
    )

    assert terraform.resource(ORDERS)["setup_state"] == "connected"


def test_required_setup_tests_keep_the_connection_in_state(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    required = "require_setup_tests = true"

    output = terraform.refused(
        orders(required, host=UNREACHABLE), TEST_FAILED, writes=[creation(**BROKEN)]
    )

    assert "terraform untaint" in output
    identifier = terraform.resource(ORDERS)["id"]
    assert identifier == sandbox.connections()[0]["id"]
    terraform.run("untaint", ORDERS)
    terraform.step(orders(required), [change(identifier, config={"host": "db.example.com"})])


def test_a_connection_that_stays_tainted_is_replaced(terraform: Scenario) -> None:
    required = "require_setup_tests = true"
    terraform.refused(orders(required, host=UNREACHABLE), TEST_FAILED, writes=[creation(**BROKEN)])
    identifier = terraform.resource(ORDERS)["id"]

    terraform.step(
        orders(required),
        [deletion(identifier), creation(**CREATED)],
        actions={ORDERS: ["delete", "create"]},
    )


def test_required_setup_tests_stay_a_gate_until_they_pass(terraform: Scenario) -> None:
    required = "require_setup_tests = true"
    terraform.step(orders(required), [creation(**CREATED)])
    identifier = terraform.resource(ORDERS)["id"]
    terraform.refused(
        orders(required, host=UNREACHABLE),
        TEST_FAILED,
        writes=[change(identifier, config={"host": UNREACHABLE})],
    )

    terraform.refused(None, TEST_FAILED, writes=[setup_tests(identifier)])

    terraform.step(orders(required), [change(identifier, config={"host": "db.example.com"})])


def test_a_taken_destination_schema_says_what_to_do(terraform: Scenario, sandbox: Sandbox) -> None:
    there = sandbox.add("postgres", schema_prefix="orders", host="db.example.com")

    output = terraform.refused(
        orders(),
        "already has the destination schema orders in group sandbox_warehouse",
        writes=[creation(**CREATED)],
    )

    assert f"To manage that connection: terraform import ADDRESS {there}" in output
    assert "sync that is in progress" not in output
    assert terraform.addresses() == []


def test_unknown_group_is_an_error_of_the_api(terraform: Scenario, sandbox: Sandbox) -> None:
    body = orders().replace('"sandbox_warehouse"', '"no_such_group"')

    output = terraform.refused(
        body, "no_such_group", writes=[creation(**{**CREATED, "group_id": "no_such_group"})]
    )

    assert "fivetranops_connection" in output
    assert terraform.addresses() == []
    assert sandbox.connections() == []


def test_refused_update_changes_nothing_and_can_be_repeated(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    terraform.step(orders(), [creation(**CREATED)])
    identifier = terraform.resource(ORDERS)["id"]
    path = f"/v1/connections/{identifier}"
    fault = {"kind": "429", "method": "PATCH", "path": path, "retry_after": 3600, "times": 9}
    sandbox.store.configure(faults=[fault])
    sent = change(identifier, config={"host": "db2.example.com"})

    terraform.refused(orders(host="db2.example.com"), "answered 429", writes=[sent])

    assert terraform.resource(ORDERS)["config"]["host"] == "db.example.com"
    sandbox.store.configure(faults=[])
    terraform.step(writes=[sent], differences={"config"})
