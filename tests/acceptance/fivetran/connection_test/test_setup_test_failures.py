"""Setup tests that do not pass: the gate stays shut, and each apply tries again."""

from __future__ import annotations

from typing import Any

import pytest
from bodies import CURSOR, GATE, cursor, gate
from expected_requests import careful_state, setup_tests
from sandbox_server import Sandbox
from scenario import Scenario

NOT_PASSED = "did not pass"


def host(sandbox: Sandbox, identifier: str, name: str) -> None:
    """A person gives the connection another host, without testing it."""
    body = {"config": {"host": name}, "run_setup_tests": False}
    sandbox.ask("PATCH", f"/v1/connections/{identifier}", body)


def test_failure_at_creation_keeps_no_state_and_runs_again(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    # Given a connection whose host cannot be found
    host(sandbox, database, "shop.invalid")
    # When a gate is created, then that is an error in Fivetran's words, twice
    for _ in range(2):
        output = terraform.refused(gate(of=database), NOT_PASSED, writes=[setup_tests(database)])
        assert "The host in config.host cannot be resolved" in output
        assert "Connecting to host: FAILED" in output
        assert "SKIPPED" not in output
        assert terraform.addresses() == []
    # And when the host is mended, the gate opens
    host(sandbox, database, "shop.example.com")
    terraform.step(None, [setup_tests(database)], actions={GATE: ["create"]})


def test_a_test_that_fails_later_keeps_the_triggers_that_passed(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    terraform.step(gate('triggers = { a = "1" }', of=database), [setup_tests(database)])
    host(sandbox, database, "shop.invalid")

    terraform.refused(
        gate('triggers = { a = "2" }', of=database), NOT_PASSED, writes=[setup_tests(database)]
    )

    found = terraform.resource(GATE)
    assert (found["triggers"], found["status"]) == ({"a": "1"}, "PASSED")


def test_failed_setup_tests_run_again_with_the_old_triggers(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    terraform.step(gate('triggers = { a = "1" }', of=database), [setup_tests(database)])
    host(sandbox, database, "shop.invalid")
    terraform.refused(
        gate('triggers = { a = "2" }', of=database), NOT_PASSED, writes=[setup_tests(database)]
    )

    # Neither the former triggers nor taking them away opens it without a test.
    for more in ('triggers = { a = "1" }', ""):
        terraform.refused(gate(more, of=database), NOT_PASSED, writes=[setup_tests(database)])

    host(sandbox, database, "shop.example.com")
    terraform.step(None, [setup_tests(database)], actions={GATE: ["update"]})


def test_what_depends_on_a_shut_gate_is_not_touched(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    sandbox.ask(
        "PATCH",
        f"/v1/connections/{connection}",
        {"config": {"host": "x.invalid"}, "run_setup_tests": False},
    )
    body = gate(of=connection) + cursor(
        "{ page = 1 }", "depends_on = [fivetranops_connection_test.gate]", of=connection
    )

    terraform.refused(body, NOT_PASSED, writes=[setup_tests(connection)])

    assert terraform.addresses() == []
    host(sandbox, connection, "x.example.com")
    terraform.write(body)
    terraform.apply()
    assert sandbox.writes() == [setup_tests(connection), *careful_state(connection, {"page": 1})]
    assert terraform.addresses() == sorted([CURSOR, GATE])
    terraform.check_settled()


@pytest.mark.parametrize(
    ("name", "fail_on", "passes"),
    [
        ("shop.example.com", "warning", True),
        ("shop.old.test", "failed", True),
        ("shop.old.test", "warning", False),
        ("shop.old.test", "never", True),
        ("shop.stuck.test", "failed", False),
        ("shop.stuck.test", "never", True),
        ("shop.invalid", "warning", False),
        ("shop.invalid", "never", True),
    ],
)
def test_fail_on_says_what_shuts_the_gate(
    terraform: Scenario, sandbox: Sandbox, database: str, name: str, fail_on: str, passes: bool
) -> None:
    host(sandbox, database, name)
    body = gate(f'fail_on = "{fail_on}"', of=database)
    if not passes:
        terraform.refused(body, NOT_PASSED, writes=[setup_tests(database)])
        return

    all_pass = name == "shop.example.com"
    terraform.step(body, [setup_tests(database)], warns=() if all_pass else ("did not all pass",))

    worst = {"shop.old.test": "WARNING", "shop.stuck.test": "JOB_FAILED", "shop.invalid": "FAILED"}
    assert terraform.resource(GATE)["status"] == worst.get(name, "PASSED")


def test_details_are_kept_as_json(terraform: Scenario, sandbox: Sandbox, database: str) -> None:
    host(sandbox, database, "shop.old.test")

    terraform.step(gate(of=database), [setup_tests(database)], warns=("did not all pass",))

    last = terraform.resource(GATE)["results"][-1]
    assert last == {
        "title": "Checking permissions",
        "status": "WARNING",
        "message": "The host in config.host will soon be too old",
        "details": '{"field": "config.host"}',
    }


def test_a_stricter_fail_on_sends_nothing_and_says_what_it_means(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    host(sandbox, database, "shop.old.test")
    terraform.step(gate(of=database), [setup_tests(database)], warns=("did not all pass",))

    terraform.step(
        gate('fail_on = "warning"', of=database),
        [],
        differences={"fail_on"},
        warns=("would no longer pass",),
    )

    terraform.refused(
        gate('fail_on = "warning"\n triggers = { a = "1" }', of=database),
        NOT_PASSED,
        writes=[setup_tests(database)],
    )


@pytest.mark.parametrize(
    ("name", "trust"),
    [("shop.unsigned.test", "trust_certificates"), ("shop.unknown.test", "trust_fingerprints")],
)
def test_what_is_trusted_opens_the_gate(
    terraform: Scenario, sandbox: Sandbox, database: str, name: str, trust: str
) -> None:
    host(sandbox, database, name)
    terraform.refused(gate(of=database), "is not trusted", writes=[setup_tests(database)])

    trusting: dict[str, Any] = {trust: True}
    terraform.step(gate(f"{trust} = true", of=database), [setup_tests(database, **trusting)])
