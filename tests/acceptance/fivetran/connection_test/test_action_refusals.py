"""Each error that the contract documents of testing, syncing and re-syncing: what a person reads,
and that nothing is in state that did not happen.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest
from bodies import EVERYTHING, GATE, SYNC, gate, sync
from expected_requests import resync, setup_tests
from expected_requests import sync as begun
from sandbox_server import Sandbox
from scenario import Scenario, Write

SCOPE = 'mode = "resync"\n scope = { public = ["orders"] }\n'
CREDENTIALS = "Check FIVETRAN_APIKEY and FIVETRAN_APISECRET"
GONE = "The connection is not there any more"
HEADERS = "The API did not accept the headers of the request"
TABLES = "Not every service can re-sync single tables"


class Refusal(NamedTuple):
    """One documented error."""

    endpoint: str
    code: int
    remedy: str


REFUSALS = [
    *(
        Refusal("sync", code, remedy)
        for code, remedy in {401: CREDENTIALS, 404: GONE, 406: HEADERS, 415: HEADERS}.items()
    ),
    *(
        Refusal("resync", code, remedy)
        for code, remedy in {
            400: TABLES,
            401: CREDENTIALS,
            404: GONE,
            405: "Fivetran does not re-sync this connection",
            406: HEADERS,
            415: HEADERS,
        }.items()
    ),
    *(
        Refusal("test", code, remedy)
        for code, remedy in {
            400: "Fivetran could not run the tests as asked",
            401: CREDENTIALS,
            404: GONE,
            405: "Fivetran does not run setup tests of this connection",
            406: HEADERS,
            415: HEADERS,
        }.items()
    ),
]


def body(endpoint: str, identifier: str, number: int) -> str:
    more = f'triggers = {{ day = "{number}" }}\n'
    if endpoint == "test":
        return gate(more, of=identifier)
    return sync(more + (SCOPE if endpoint == "resync" else ""), of=identifier)


def sent(endpoint: str, identifier: str) -> Write:
    if endpoint == "test":
        return setup_tests(identifier)
    if endpoint == "resync":
        return resync(identifier, {"public": ["orders"]})
    return begun(identifier)


def refuse(sandbox: Sandbox, refusal: Refusal) -> None:
    path = f"/v1/connections/{{id}}/{refusal.endpoint}"
    fault = {"kind": "refused", "code": refusal.code, "method": "POST", "path": path}
    sandbox.store.configure(faults=[fault], sync_seconds=0)


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda one: f"{one.endpoint}-{one.code}")
def test_refusal_says_what_to_do_and_keeps_the_state(
    terraform: Scenario, sandbox: Sandbox, database: str, refusal: Refusal
) -> None:
    # Given an API that refuses once at creation, and once later
    endpoint, address = refusal.endpoint, GATE if refusal.endpoint == "test" else SYNC
    refuse(sandbox, refusal)
    write = sent(endpoint, database)
    # When it is created, then the error says what to do, and nothing is in state
    output = terraform.refused(
        body(endpoint, database, 1), f"answered {refusal.code}", writes=[write]
    )
    assert refusal.remedy in output
    assert "canary" not in output
    assert terraform.addresses() == []
    # And when it is changed, then the state keeps what was before
    terraform.step(body(endpoint, database, 1), [write])
    before = terraform.resource(address)
    refuse(sandbox, refusal)
    output = terraform.refused(
        body(endpoint, database, 2), f"answered {refusal.code}", writes=[write]
    )
    assert refusal.remedy in output
    assert terraform.resource(address) == before
    # And the next apply does it
    terraform.step(None, [write], actions={address: ["update"]})


def test_table_resync_of_other_services_shows_the_api_message(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    output = terraform.refused(
        sync(SCOPE, of=connection),
        "does not support table-level re-sync",
        writes=[resync(connection, {"public": ["orders"]})],
    )

    assert TABLES in output


@pytest.mark.parametrize("scope", ["{}", "{ public = [] }"])
def test_a_scope_that_the_api_would_refuse_is_never_sent(
    terraform: Scenario, sandbox: Sandbox, database: str, scope: str
) -> None:
    terraform.refused(
        sync(f'mode = "resync"\n scope = {scope}', of=database), "scope", during="plan"
    )


def test_a_scope_that_turns_out_empty_during_apply_is_never_sent(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    late = 'resource "terraform_data" "late" { input = [] }\n'
    scope = 'mode = "resync"\n scope = { public = terraform_data.late.output }'

    terraform.refused(late + sync(scope, of=database), "Invalid value of scope.public")


def test_resync_during_a_sync_waits_for_the_conflict(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    refuse(sandbox, Refusal("resync", 409, ""))

    terraform.step(sync(EVERYTHING, of=database), [resync(database)] * 2)
