"""States that Terraform would compose, or not take at all: carried whole, and restored whole."""

from __future__ import annotations

import json
from typing import Any

import pytest
from expected_requests import careful_state
from sandbox_server import Sandbox
from scenario import Scenario

ADDRESS = "fivetranops_connection_state.cursor"
COMPOSED, DECOMPOSED = "caf\u00e9", "cafe\u0301"
NEW = {"cursor": "2026-01-01"}
ODD: dict[str, dict[str, Any]] = {
    "decomposed": {DECOMPOSED: 1, "file": DECOMPOSED, "files": [{DECOMPOSED: 1}]},
    "twins": {COMPOSED: 1, DECOMPOSED: 2},
    "NUL": {"a\0b": "c\0d"},
    "marks": {"key": "x" + "\u0323" * 40},
}


def body(identifier: str, state: str, more: str = "") -> str:
    return f"""
resource "fivetranops_connection_state" "cursor" {{
  connection_id = "{identifier}"
  state         = {state}
  {more}
}}
"""


def text(state: dict[str, Any]) -> str:
    """A state as the JSON text of it, as an HCL expression."""
    return json.dumps(json.dumps(state))


@pytest.fixture(params=list(ODD))
def odd(request: pytest.FixtureRequest, sandbox: Sandbox, connection: str) -> dict[str, Any]:
    """A state that is there, and that Terraform would not leave as it is."""
    state = ODD[request.param]
    sandbox.ask("PATCH", f"/v1/connections/{connection}/state", {"state": state})
    return state


def test_odd_state_is_kept_and_restored(
    terraform: Scenario, sandbox: Sandbox, connection: str, odd: dict[str, Any]
) -> None:
    plain = body(connection, '{ cursor = "2026-01-01" }', 'on_destroy = "restore"')
    terraform.step(plain, careful_state(connection, NEW))
    assert json.loads(terraform.resource(ADDRESS)["previous_state"]) == odd

    terraform.destroy(careful_state(connection, odd))

    assert sandbox.state(connection) == odd


def test_odd_state_is_enforced_imported_and_read(
    terraform: Scenario, sandbox: Sandbox, connection: str, odd: dict[str, Any]
) -> None:
    source = f"""
data "fivetranops_connection_state" "read" {{ connection_id = "{connection}" }}
output "read" {{ value = data.fivetranops_connection_state.read.state }}
"""
    enforced = body(connection, text(odd), 'drift_policy = "enforce"')
    terraform.step(enforced + source, [])

    terraform.import_(
        ADDRESS,
        connection,
        except_={"previous_state": None, "drift_policy": "on_change"},
        plans=frozenset({"previous_state", "drift_policy"}),
    )

    # A connector that stores something else is set back, to the very same characters.
    sandbox.ask("PATCH", f"/v1/connections/{connection}/state", {"state": NEW})
    terraform.step(enforced, careful_state(connection, odd))
    assert sandbox.state(connection) == odd


def test_text_and_object_are_the_same_state(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    terraform.step(body(connection, '{ cursor = "a", n = 1 }'), careful_state(
        connection, {"cursor": "a", "n": 1}))  # fmt: skip
    before = terraform.resource(ADDRESS)["previous_state"]
    # The connector goes on: what means the same as before must not set it back.
    moved = {"cursor": "b", "n": 2}
    sandbox.ask("PATCH", f"/v1/connections/{connection}/state", {"state": moved})

    terraform.step(body(connection, text({"n": 1, "cursor": "a"})), [])

    assert sandbox.state(connection) == moved
    assert terraform.resource(ADDRESS)["previous_state"] == before


@pytest.mark.parametrize("state", ['""', '"no JSON"', '"[1]"'])
def test_text_that_is_no_state_is_refused(terraform: Scenario, connection: str, state: str) -> None:
    output = terraform.refused(body(connection, state), "Invalid value of state", during="validate")

    assert "text that is not a JSON object" in output
