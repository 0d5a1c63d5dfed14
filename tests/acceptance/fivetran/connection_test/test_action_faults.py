"""An API that is slow, busy, broken or out of reach, when tests and syncs are asked for: nothing is
begun twice, and nothing is left out.
"""

from __future__ import annotations

from typing import Any

import pytest
from bodies import EVERYTHING, GATE, SYNC, gate, sync
from expected_requests import resync, setup_tests
from expected_requests import sync as begun
from sandbox_server import Sandbox
from scenario import Scenario

from constructs_lib.sandbox import FAULT_KINDS

HASTY = 'provider "fivetranops" { request_timeout = 1 }\n'
PASSING = {
    "500": {"kind": "500"},
    "reset-after": {"kind": "reset_after"},
    "slow": {"kind": "delay", "seconds": 2.0},
}
"""A failure that prevents a request, two that hide its effect; ``tests/faults`` has all kinds."""
WAYS = {
    "sync": ("", "sync"),
    "forced": ("force = true", "sync"),
    "resync": (EVERYTHING, "resync"),
    "tables": ('mode = "resync"\n scope = { public = ["orders"] }', "resync"),
}


def fails(sandbox: Sandbox, fault: dict[str, Any], endpoint: str, **more: Any) -> None:
    where = {"method": "POST", "path": f"/v1/connections/{{id}}/{endpoint}"}
    sandbox.store.configure(faults=[{**fault, **where, **more}], sync_seconds=60)


@pytest.mark.parametrize("passing", PASSING.values(), ids=PASSING)
def test_syncs_after_a_brief_failure_start_exactly_once(
    terraform: Scenario, sandbox: Sandbox, passing: dict[str, Any]
) -> None:
    # Given a connection for each way to sync, and for each a failure of its own
    made = {way: sandbox.add("postgres", schema_prefix=way, host="h.example.com") for way in WAYS}
    paths = {way: f"/v1/connections/{made[way]}/{endpoint}" for way, (_, endpoint) in WAYS.items()}
    faults = [{**passing, "method": "POST", "path": path} for path in paths.values()]
    sandbox.store.configure(faults=faults, sync_seconds=60)
    syncs = [
        sync(more, of=made[way]).replace('"now"', f'"{way}"') for way, (more, _) in WAYS.items()
    ]
    terraform.write((HASTY if passing["kind"] == "delay" else "") + "".join(syncs))

    terraform.apply()

    # Then each has begun once, and was asked for again only if the failure prevented it
    journal = sandbox.store.journal(0)
    asked = {way: [e.status for e in journal if e.path == path] for way, path in paths.items()}
    again = not FAULT_KINDS[passing["kind"]].takes_effect
    assert {way: statuses.count(200) for way, statuses in asked.items()} == dict.fromkeys(WAYS, 1)
    assert {way: len(statuses) for way, statuses in asked.items()} == dict.fromkeys(WAYS, 1 + again)
    sandbox.writes()
    terraform.check_settled()


@pytest.mark.parametrize("passing", PASSING.values(), ids=PASSING)
def test_setup_tests_are_run_despite_brief_failures(
    terraform: Scenario, sandbox: Sandbox, database: str, passing: dict[str, Any]
) -> None:
    fails(sandbox, passing, "test")

    terraform.step(HASTY + gate(of=database), [setup_tests(database)] * 2)

    assert terraform.resource(GATE)["status"] == "PASSED"


def test_a_forced_sync_of_which_nothing_is_known_is_not_repeated(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    # Given a sync that runs, so that a second one cannot be told from it
    sandbox.store.configure(sync_seconds=60)
    sandbox.ask("POST", f"/v1/connections/{database}/sync", {})
    fails(sandbox, {"kind": "reset_after"}, "sync")
    # When a forced one is asked for and the answer is lost, then it is not asked for again
    output = terraform.refused(
        sync("force = true", of=database),
        "Cannot sync fivetranops_connection_sync",
        writes=[begun(database, force=True)],
    )
    assert "so it was not requested again" in output
    assert "terraform import ADDRESS IDENTIFIER" in output
    assert terraform.addresses() == []


def test_unconfirmed_sync_can_be_adopted_without_another(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    fails(sandbox, {"kind": "500_after"}, "resync", times=1)
    sandbox.store.configure(
        faults=[
            {"kind": "500_after", "method": "POST", "path": "/v1/connections/{id}/resync"},
            {"kind": "500", "method": "GET", "path": "/v1/connections/{id}", "nth": 4, "times": 99},
        ]
    )
    body = sync(EVERYTHING + 'timeouts = { create = "3s" }', of=database)
    output = terraform.refused(body, "re-sync fivetranops", writes=[resync(database)])
    assert "is not known" in output
    sandbox.store.configure(faults=[])

    terraform.run("import", "-input=false", SYNC, database)

    terraform.step(body, [])


def test_unreadable_sync_is_followed_by_the_next_apply(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    first = 'wait = true\n triggers = { day = "1" }\n'
    sandbox.store.configure(sync_seconds=0)
    terraform.step(sync(first, of=database), [begun(database)])
    sandbox.store.configure(sync_seconds=60)
    limit = 'timeouts = { update = "3s" }'
    terraform.write(sync(first.replace("1", "2") + limit, of=database))
    plan = terraform.plan()
    one = {"method": "GET", "path": "/v1/connections/{id}"}
    sandbox.store.configure(faults=[{"kind": "500", **one, "nth": 3, "times": 99}])

    output = terraform.run("apply", "-input=false", plan.file.name, ok=False)

    assert "answered 500" in output
    assert "The sync continues at Fivetran" in output
    assert sandbox.writes() == [begun(database)]
    sandbox.store.configure(faults=[])
    sandbox.store.advance(100)
    terraform.step(None, [], actions={SYNC: ["update"]})


@pytest.mark.parametrize("body", [gate, sync])
def test_wrong_credentials_of_an_action_name_the_remedy(
    terraform: Scenario, sandbox: Sandbox, database: str, body: Any
) -> None:
    terraform.environment["FIVETRAN_APISECRET"] = "canary-wrong"
    terraform.write(body(of=database))

    output = terraform.run("apply", "-auto-approve", "-input=false", ok=False)

    assert "answered 401" in output
    assert "Check FIVETRAN_APIKEY and FIVETRAN_APISECRET" in output
    assert "canary" not in output
    sandbox.writes()


@pytest.mark.parametrize("address", [GATE, SYNC])
def test_credentials_that_no_longer_hold_keep_an_action_in_state(
    terraform: Scenario, sandbox: Sandbox, database: str, address: str
) -> None:
    is_gate = address == GATE
    body = gate(of=database) if is_gate else sync(of=database)
    terraform.step(body, [setup_tests(database) if is_gate else begun(database)])
    terraform.environment["FIVETRAN_APISECRET"] = "canary-wrong"

    terraform.refused(None, "answered 401", during="plan")

    assert terraform.addresses() == [address]


@pytest.mark.parametrize("body", [gate, sync])
def test_a_refused_connection_stops_an_action_and_leaves_nothing(
    terraform: Scenario, sandbox: Sandbox, database: str, body: Any
) -> None:
    terraform.write(body('timeouts = { create = "2s" }', of=database))
    plan = terraform.plan()
    terraform.environment["FIVETRAN_API_URL"] = "http://127.0.0.1:9"

    output = terraform.run("apply", "-input=false", plan.file.name, ok=False)

    assert "the connection was refused" in output
    assert terraform.addresses() == []


@pytest.mark.parametrize("body", [gate, sync])
def test_reading_an_action_that_fails_for_a_moment_is_repeated(
    terraform: Scenario, sandbox: Sandbox, database: str, body: Any
) -> None:
    terraform.write(body(of=database))
    terraform.apply()
    sandbox.writes()
    one = {"method": "GET", "path": "/v1/connections/{id}"}
    sandbox.store.configure(faults=[{"kind": "500", **one}])

    terraform.step(None, [], actions={})
