"""Terraform alone is killed (``kill -9``) while its provider sets a state: the provider finishes,
Terraform's state never learns of it, and what was there before is not lost.
"""

from __future__ import annotations

import pytest
from killed_run import kill_terraform_while
from sandbox_server import Sandbox
from scenario import Scenario

pytestmark = pytest.mark.killed
ADDRESS = "fivetranops_connection_state.cursor"
FIRST, OLD, NEW, LATER = ({"cursor": f"{year}-01-01"} for year in (2023, 2024, 2025, 2026))


def body(identifier: str, state: dict[str, str], more: str = "") -> str:
    return f"""
resource "fivetranops_connection_state" "cursor" {{
  connection_id = "{identifier}"
  state         = {{ cursor = "{state["cursor"]}" }}
  {more}
}}
"""


@pytest.fixture
def made(sandbox: Sandbox, connection: str) -> str:
    """A connection with a state."""
    sandbox.ask("PATCH", f"/v1/connections/{connection}/state", {"state": FIRST})
    return connection


def kill(terraform: Scenario, sandbox: Sandbox, made: str) -> None:
    """Terraform dies while the answer to the state is held back."""
    path = f"/v1/connections/{made}/state"
    kill_terraform_while(terraform, sandbox, "PATCH", path, provider_too=False)
    assert sandbox.connection(made)["paused"] is False
    sandbox.requests()


@pytest.mark.parametrize("policy", ["on_change", "enforce"])
@pytest.mark.parametrize("later", [NEW, LATER])
def test_first_state_that_terraform_did_not_learn_of(
    terraform: Scenario, sandbox: Sandbox, made: str, later: dict[str, str], policy: str
) -> None:
    more = f'drift_policy = "{policy}"'
    terraform.write(body(made, NEW, more))
    kill(terraform, sandbox, made)
    assert sandbox.state(made) == NEW

    terraform.write(body(made, later, more))
    terraform.apply()

    assert sandbox.state(made) == later
    assert terraform.resource(ADDRESS)["previous_state"] == FIRST
    assert terraform.is_settled()


@pytest.mark.parametrize("policy", ["on_change", "enforce"])
def test_changed_state_that_terraform_did_not_learn_of(
    terraform: Scenario, sandbox: Sandbox, made: str, policy: str
) -> None:
    more = f'drift_policy = "{policy}"'
    terraform.write(body(made, OLD, more))
    terraform.apply()
    terraform.write(body(made, NEW, more))
    kill(terraform, sandbox, made)

    terraform.apply()

    assert terraform.resource(ADDRESS)["previous_state"] == OLD
    assert terraform.is_settled()
    # And the next change is one like any other.
    terraform.write(body(made, LATER, more))
    terraform.apply()
    assert terraform.resource(ADDRESS)["previous_state"] == NEW


def test_state_that_terraform_did_not_learn_of_is_restored(
    terraform: Scenario, sandbox: Sandbox, made: str
) -> None:
    terraform.write(body(made, NEW, 'on_destroy = "restore"'))
    kill(terraform, sandbox, made)
    terraform.apply()

    terraform.run("destroy", "-auto-approve")

    assert sandbox.state(made) == FIRST


def test_restoring_that_terraform_did_not_learn_of(
    terraform: Scenario, sandbox: Sandbox, made: str
) -> None:
    terraform.write(body(made, NEW, 'on_destroy = "restore"'))
    terraform.apply()
    terraform.write("")
    kill(terraform, sandbox, made)
    assert sandbox.state(made) == FIRST

    output = terraform.apply()

    assert "is not restored" not in output
    assert sandbox.state(made) == FIRST
    assert terraform.addresses() == []
