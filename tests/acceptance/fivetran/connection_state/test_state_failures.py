"""A state that cannot be set, or not to the end: what is said, and what is kept."""

from __future__ import annotations

from bodies import CURSOR, cursor
from expected_requests import careful_state
from sandbox_server import Sandbox
from scenario import Scenario


def test_service_without_state_is_an_error_at_plan(terraform: Scenario, sandbox: Sandbox) -> None:
    made = sandbox.add("postgres", schema_prefix="orders", host="db.example.com")

    output = terraform.refused(
        cursor("{ cursor = 5 }", of=made),
        "'postgres', whose state cannot be changed",
        during="plan",
    )

    assert "aws_lambda, azure_function, connector_sdk, google_cloud_function" in output


def test_an_unknown_connection_is_an_error_at_plan(terraform: Scenario) -> None:
    terraform.refused(
        cursor("{ cursor = 5 }", of="no_such_connection"), "answered 404", during="plan"
    )


def test_repeated_failed_attempt_keeps_the_previous_state(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    terraform.step(cursor("{ a = 1 }", of=connection), careful_state(connection, {"a": 1}))
    sandbox.store.configure(merge_state=True)
    sent = careful_state(connection, {"b": 2})
    terraform.refused(cursor("{ b = 2 }", of=connection), "reads back differently", writes=sent)
    assert terraform.resource(CURSOR)["previous_state"] == {"a": 1}

    terraform.refused(None, "reads back differently", writes=sent)

    assert terraform.resource(CURSOR)["previous_state"] == {"a": 1}
    assert sandbox.connection(connection)["paused"] is False


def test_failed_first_attempt_keeps_the_previous_state(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    sandbox.ask("PATCH", f"/v1/connections/{connection}/state", {"state": {"a": 1}})
    sandbox.store.configure(merge_state=True)

    terraform.refused(
        cursor("{ b = 2 }", of=connection),
        "reads back differently",
        writes=careful_state(connection, {"b": 2}),
    )

    assert terraform.resource(CURSOR)["previous_state"] == {"a": 1}


def test_a_provider_that_is_known_only_at_apply_can_be_planned(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    url = f"""
resource "terraform_data" "url" {{
  input            = "{sandbox.url}"
  triggers_replace = TRIGGER
}}
provider "fivetranops" {{ api_url = terraform_data.url.output }}
"""
    body = url + cursor("{ cursor = 1 }", of=connection)
    terraform.step(body.replace("TRIGGER", "1"), careful_state(connection, {"cursor": 1}))

    done = terraform.step(body.replace("TRIGGER", "2"), planned=True)

    assert CURSOR not in done.plan.actions()
    assert sandbox.state(connection) == {"cursor": 1}
