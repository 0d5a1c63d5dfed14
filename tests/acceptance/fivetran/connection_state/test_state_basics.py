"""``fivetranops_connection_state`` from its first setting to its end."""

from __future__ import annotations

from typing import Any

import pytest
from bodies import CURSOR, INVOICES, INVOICES_CREATED, cursor
from expected_requests import careful_state, creation, deletion
from sandbox_server import Sandbox
from scenario import Scenario


def given(sandbox: Sandbox, connection: str, state: Any) -> None:
    """The connection has a state already."""
    sandbox.ask("PATCH", f"/v1/connections/{connection}/state", {"state": state})


def test_set_change_and_destroy(terraform: Scenario, sandbox: Sandbox, connection: str) -> None:
    given(sandbox, connection, {"cursor": 1})
    terraform.step(
        cursor("{ cursor = 2 }", of=connection),
        careful_state(connection, {"cursor": 2}),
        actions={CURSOR: ["create"]},
    )
    first = terraform.resource(CURSOR)
    assert (first["id"], first["previous_state"]) == (connection, {"cursor": 1})

    terraform.step(
        cursor("{ cursor = 3 }", of=connection),
        careful_state(connection, {"cursor": 3}),
        actions={CURSOR: ["update"]},
        differences={"state", "previous_state"},
    )
    second = terraform.resource(CURSOR)
    assert (second["id"], second["previous_state"]) == (connection, {"cursor": 2})

    terraform.step("", actions={CURSOR: ["delete"]})
    assert sandbox.state(connection) == {"cursor": 3}


def test_an_apply_without_a_change_sends_no_write_request(
    terraform: Scenario, connection: str
) -> None:
    terraform.step(
        cursor("{ cursor = 1 }", of=connection), careful_state(connection, {"cursor": 1})
    )

    terraform.step(actions={})
    terraform.refresh()


@pytest.mark.both_terraforms
def test_a_state_beside_its_connection_in_one_stack(terraform: Scenario, sandbox: Sandbox) -> None:
    terraform.write(INVOICES + cursor("{ cursor = 5 }"))
    terraform.apply()

    identifier = terraform.resource("fivetranops_connection.invoices")["id"]
    assert sandbox.writes() == [
        creation(**INVOICES_CREATED),
        *careful_state(identifier, {"cursor": 5}),
    ]
    assert sandbox.state(identifier) == {"cursor": 5}
    assert terraform.resource(CURSOR)["previous_state"] is None
    terraform.check_settled()
    terraform.destroy([deletion(identifier)])
    assert sandbox.connections() == []


def test_another_connection_replaces_the_resource(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    other = sandbox.add("connector_sdk", schema="others", package_id="p")
    terraform.step(
        cursor("{ cursor = 5 }", of=connection), careful_state(connection, {"cursor": 5})
    )

    terraform.step(
        cursor("{ cursor = 5 }", of=other),
        careful_state(other, {"cursor": 5}),
        actions={CURSOR: ["delete", "create"]},
    )

    assert terraform.resource(CURSOR)["id"] == other


@pytest.mark.parametrize(
    ("on_destroy", "expected"), [("keep", {"cursor": 5}), ("restore", {"cursor": 1})]
)
def test_destroying_keeps_or_restores_the_state(
    terraform: Scenario, sandbox: Sandbox, connection: str, on_destroy: str, expected: Any
) -> None:
    given(sandbox, connection, {"cursor": 1})
    terraform.step(
        cursor("{ cursor = 5 }", f'on_destroy = "{on_destroy}"', of=connection),
        careful_state(connection, {"cursor": 5}),
    )

    restored = careful_state(connection, {"cursor": 1}) if on_destroy == "restore" else []
    terraform.step("", restored, actions={CURSOR: ["delete"]})

    assert sandbox.state(connection) == expected


def test_the_plan_of_a_restore_tells_what_else_may_happen(
    terraform: Scenario, connection: str
) -> None:
    terraform.step(
        cursor("{ cursor = 5 }", 'on_destroy = "restore"', of=connection),
        careful_state(connection, {"cursor": 5}),
    )

    output = terraform.run("plan", "-destroy", "-input=false")

    assert "everything is synced from the start, unless the connection is destroyed, too" in output
    assert "its state is deleted with it, and nothing is synced again" in output


def test_a_first_state_that_the_api_refuses_says_sync_first(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    sandbox.store.configure(state_must_exist=True)

    terraform.refused(
        cursor("{ cursor = 5 }", of=connection),
        "Sync the connection once first",
        writes=careful_state(connection, {"cursor": 5}),
    )


def test_settings_of_the_resource_alone_need_no_request(
    terraform: Scenario, connection: str
) -> None:
    terraform.step(
        cursor("{ cursor = 5 }", of=connection), careful_state(connection, {"cursor": 5})
    )

    terraform.step(
        cursor("{ cursor = 5 }", 'on_destroy = "restore"', of=connection),
        differences={"on_destroy"},
    )

    assert terraform.resource(CURSOR)["on_destroy"] == "restore"


def test_limits_that_are_no_longer_configured_leave_the_state(
    terraform: Scenario, connection: str
) -> None:
    terraform.step(
        cursor("{ cursor = 1 }", 'timeouts = { delete = "2s" }', of=connection),
        careful_state(connection, {"cursor": 1}),
    )

    terraform.step(cursor("{ cursor = 1 }", of=connection), differences={"timeouts"})

    assert terraform.resource(CURSOR)["timeouts"] is None


def test_a_replacement_made_first_is_not_undone_by_the_old_one(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    given(sandbox, connection, {"cursor": 1})
    more = 'on_destroy = "restore"\n  lifecycle { create_before_destroy = true }'
    terraform.step(
        cursor("{ cursor = 2 }", more, of=connection), careful_state(connection, {"cursor": 2})
    )
    given(sandbox, connection, {"cursor": 9})

    output = terraform.run("apply", "-auto-approve", f"-replace={CURSOR}")

    assert "The previous state is not restored" in output
    assert sandbox.writes() == careful_state(connection, {"cursor": 2})
    assert sandbox.state(connection) == {"cursor": 2}


def test_twenty_states_in_parallel(terraform: Scenario, sandbox: Sandbox) -> None:
    connections = INVOICES.replace('"invoices", package', '"invoices_${count.index}", package')
    connections = connections.replace('"invoices" {', '"invoices" {\n  count = 20')
    body = cursor("{ cursor = count.index }", "count = 20").replace("s.id", "s[count.index].id")
    terraform.write(connections + body)
    terraform.apply()

    writes = [write for write in sandbox.writes() if write[0] == "PATCH"]
    made = {c["schema"]: c["id"] for c in sandbox.connections()}
    for number in range(20):
        identifier = made[f"invoices_{number}"]
        own = [write for write in writes if identifier in write[1]]
        assert own == careful_state(identifier, {"cursor": number})
    terraform.check_settled()
    terraform.run("destroy", "-auto-approve", "-input=false")
    assert sandbox.connections() == []
