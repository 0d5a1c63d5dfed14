"""A sync and a new state of the same connection in one run: both survive, in either order and in
none.
"""

from __future__ import annotations

import pytest
from bodies import CURSOR, SYNC, cursor, sync
from expected_requests import careful_state
from expected_requests import sync as begun
from sandbox_server import Sandbox
from scenario import Scenario

WAIT = "wait = true\n"


@pytest.fixture(autouse=True)
def _short_syncs(sandbox: Sandbox) -> None:
    sandbox.store.configure(sync_seconds=1)


def test_a_sync_after_the_state_goes_on_from_it(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    terraform.step(
        cursor("{ page = 7 }", of=connection)
        + sync(f"{WAIT} depends_on = [{CURSOR}]", of=connection),
        [*careful_state(connection, {"page": 7}), begun(connection)],
    )

    assert sandbox.state(connection)["page"] == 7
    assert sandbox.connection(connection)["paused"] is False
    assert terraform.resource(SYNC)["outcome"] == "succeeded"


@pytest.mark.parametrize("wait", ["", WAIT])
def test_a_state_after_the_sync_waits_for_its_end(
    terraform: Scenario, sandbox: Sandbox, connection: str, wait: str
) -> None:
    body = cursor("{ page = 7 }", f"depends_on = [{SYNC}]", of=connection)
    terraform.write(sync(wait, of=connection) + body)

    output = terraform.apply()

    assert sandbox.writes() == [begun(connection), *careful_state(connection, {"page": 7})]
    assert sandbox.state(connection) == {"page": 7}
    assert "Error" not in output
    terraform.check_settled()


@pytest.mark.parametrize("after", ["restore", "running"])
def test_without_an_order_both_are_done(
    terraform: Scenario, sandbox: Sandbox, connection: str, after: str
) -> None:
    # Given a sync that runs, so that the state has to wait with the connection paused
    sandbox.ask("POST", f"/v1/connections/{connection}/sync", {})
    body = cursor("{ page = 7 }", f'paused_after = "{after}"', of=connection)
    # When both are applied at once, then the one waits for the other
    terraform.write(body + sync(WAIT, of=connection))
    terraform.apply()
    assert begun(connection) in sandbox.writes()
    assert terraform.resource(SYNC)["outcome"] == "succeeded"
    assert terraform.resource(CURSOR)["state"] == {"page": 7}
    assert sandbox.connection(connection)["paused"] is False
    terraform.check_settled()


def test_two_syncs_of_one_connection_at_once_join_each_other(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    second = sync(WAIT, of=connection).replace('"now"', '"too"')
    terraform.write(sync(WAIT, of=connection) + second)

    terraform.apply()

    assert sandbox.writes() == [begun(connection)] * 2
    terraform.check_settled()
