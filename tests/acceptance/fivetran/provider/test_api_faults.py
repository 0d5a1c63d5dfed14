"""An API that is slow, busy or broken, for both resources; for one that is out of reach see
``test_api_out_of_reach``.
"""

from __future__ import annotations

from typing import Any

import pytest
from bodies import CREATED, CURSOR, ORDERS, cursor, orders
from expected_requests import careful_state, change, creation, deletion, state
from sandbox_server import Sandbox
from scenario import Scenario

from constructs_lib.sandbox import FAULT_KINDS

HASTY = 'provider "fivetranops" { request_timeout = 1 }\n'
"""A provider that waits one second for an answer."""
CONNECTION, STATE = "^/v1/connections/[^/]+$", "/v1/connections/{id}/state"


def fault(kind: str, method: str, path: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "method": method, "path": path, **more}


def statuses(sandbox: Sandbox, method: str) -> list[int]:
    return [entry.status for entry in sandbox.store.journal(0) if entry.method == method]


def test_a_refused_creation_is_repeated_by_itself(terraform: Scenario, sandbox: Sandbox) -> None:
    sandbox.store.configure(faults=[fault("429", "POST", "/v1/connections", retry_after=1)])

    terraform.step(orders(), [creation(**CREATED)] * 2)

    assert statuses(sandbox, "POST") == [429, 201]


PASSING = {
    "429": {"kind": "429", "retry_after": 1},
    "500": {"kind": "500"},
    "502": {"kind": "502_html"},
    "reset": {"kind": "reset_before"},
    "half-an-answer": {"kind": "truncated_body"},
    "half-of-the-json": {"kind": "invalid_json"},
    "slow": {"kind": "delay", "seconds": 2.0},
}
BEFORE_AND_AFTER = {name: PASSING[name] for name in ("500", "half-an-answer")}
"""A failure that prevents a request, and one that hides its effect. Each kind is tried with a read,
and with every request by ``tests/faults``.
"""


def sent(passing: dict[str, Any]) -> int:
    """How often a modification is sent: one that is found to have worked is not repeated."""
    return 1 if FAULT_KINDS[passing["kind"]].takes_effect else 2


@pytest.mark.parametrize("passing", PASSING.values(), ids=PASSING)
def test_a_read_that_fails_for_a_moment_is_repeated(
    terraform: Scenario, sandbox: Sandbox, passing: dict[str, Any]
) -> None:
    terraform.step(HASTY + orders(), [creation(**CREATED)])
    sandbox.store.configure(faults=[{**passing, "method": "GET", "path": CONNECTION}])

    terraform.step(actions={})

    assert len([e for e in sandbox.store.journal(0) if e.fault]) == 1


@pytest.mark.parametrize("passing", BEFORE_AND_AFTER.values(), ids=BEFORE_AND_AFTER)
def test_an_update_that_fails_for_a_moment_is_made_all_the_same(
    terraform: Scenario, sandbox: Sandbox, passing: dict[str, Any]
) -> None:
    terraform.step(HASTY + orders(), [creation(**CREATED)])
    identifier = terraform.resource(ORDERS)["id"]
    sandbox.store.configure(faults=[{**passing, "method": "PATCH", "path": CONNECTION}])

    terraform.step(
        HASTY + orders("sync_frequency = 15"),
        [change(identifier, sync_frequency=15)] * sent(passing),
    )


@pytest.mark.parametrize(("kind", "count"), [("500", 2), ("500_after", 1), ("reset_after", 1)])
def test_a_deletion_that_fails_for_a_moment_is_repeated(
    terraform: Scenario, sandbox: Sandbox, kind: str, count: int
) -> None:
    terraform.step(orders(), [creation(**CREATED)])
    identifier = terraform.resource(ORDERS)["id"]
    sandbox.store.configure(faults=[fault(kind, "DELETE", CONNECTION)])

    # A read in between tells whether the first one took effect.
    terraform.destroy([deletion(identifier)] * count)


@pytest.mark.parametrize("passing", BEFORE_AND_AFTER.values(), ids=BEFORE_AND_AFTER)
def test_state_is_set_despite_brief_failures(
    terraform: Scenario, sandbox: Sandbox, connection: str, passing: dict[str, Any]
) -> None:
    sandbox.store.configure(faults=[{**passing, "method": "PATCH", "path": STATE}])
    pause, patch, resume = careful_state(connection, {"cursor": 5})

    patches = [patch] * sent(passing)
    terraform.step(HASTY + cursor("{ cursor = 5 }", of=connection), [pause, *patches, resume])

    assert sandbox.state(connection) == {"cursor": 5}


def test_reading_a_state_that_fails_for_a_moment_is_repeated(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    terraform.step(
        cursor("{ cursor = 5 }", of=connection), careful_state(connection, {"cursor": 5})
    )
    sandbox.store.configure(faults=[fault("500", "GET", STATE)])

    terraform.step(actions={})


def test_state_that_cannot_be_set_restores_the_flag(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    sandbox.store.configure(faults=[fault("500", "PATCH", STATE, times=100)])
    body = cursor("{ cursor = 5 }", 'timeouts = { create = "2s" }', of=connection)
    terraform.write(body)

    output = terraform.apply(ok=False)

    assert "answered 500" in output
    writes = sandbox.writes()
    assert writes[0] == change(connection, paused=True)
    assert set(map(str, writes[1:-1])) == {str(state(connection, {"cursor": 5}))}
    assert writes[-1] == change(connection, paused=False)


def test_refused_connection_is_an_error_with_the_address(terraform: Scenario) -> None:
    terraform.environment["FIVETRAN_API_URL"] = "http://127.0.0.1:9"

    output = terraform.refused(orders('timeouts = { create = "2s" }'), "the connection was refused")

    assert "Check api_url" in output


def test_a_refused_connection_stops_a_state_and_keeps_it(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    limit = 'timeouts = { update = "2s" }'
    terraform.step(
        cursor("{ cursor = 1 }", limit, of=connection), careful_state(connection, {"cursor": 1})
    )
    terraform.write(cursor("{ cursor = 2 }", limit, of=connection))
    plan = terraform.plan("-refresh=false")
    terraform.environment["FIVETRAN_API_URL"] = "http://127.0.0.1:9"

    output = terraform.run("apply", "-input=false", plan.file.name, ok=False)

    assert "the connection was refused" in output
    assert "Check api_url" in output
    assert terraform.resource(CURSOR)["state"] == {"cursor": 1}
    assert sandbox.state(connection) == {"cursor": 1}


@pytest.mark.launched
def test_wrong_credentials_name_the_remedy_and_not_the_secret(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    terraform.environment["FIVETRAN_APISECRET"] = "canary-wrong"

    output = terraform.refused(orders(), "answered 401", writes=[creation(**CREATED)])

    assert "Check FIVETRAN_APIKEY and FIVETRAN_APISECRET" in output
    assert "canary" not in output
    assert terraform.addresses() == []


def test_wrong_credentials_stop_a_state_at_the_plan(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    terraform.environment["FIVETRAN_APISECRET"] = "canary-wrong"

    output = terraform.refused(
        cursor("{ cursor = 5 }", of=connection), "answered 401", during="plan"
    )

    assert "Check FIVETRAN_APIKEY and FIVETRAN_APISECRET" in output
    assert "canary" not in output


@pytest.mark.parametrize("resource", [ORDERS, CURSOR])
def test_credentials_that_no_longer_hold_keep_what_is_in_state(
    terraform: Scenario, sandbox: Sandbox, connection: str, resource: str
) -> None:
    if resource == ORDERS:
        terraform.step(orders(), [creation(**CREATED)])
    else:
        body = cursor("{ cursor = 5 }", of=connection)
        terraform.step(body, careful_state(connection, {"cursor": 5}))
    terraform.environment["FIVETRAN_APISECRET"] = "canary-wrong"

    terraform.refused(None, "answered 401", during="plan")

    assert terraform.addresses() == [resource]
