"""Two runs, or a run and a person, change the same thing at once: nothing is overwritten."""

from __future__ import annotations

from bodies import CREATED, CURSOR, ORDERS, cursor, orders
from expected_requests import careful_state, change, creation
from sandbox_server import Sandbox
from scenario import Scenario

HOST = {"config": {"host": "db9.example.com"}}


def test_setting_changed_since_the_plan_is_not_overwritten(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    terraform.step(orders(), [creation(**CREATED)])
    made = terraform.resource(ORDERS)["id"]
    terraform.write(orders(host="db2.example.com"))
    plan = terraform.plan()
    sandbox.ask("PATCH", f"/v1/connections/{made}", HOST)

    output = terraform.run("apply", "-input=false", plan.file.name, ok=False)

    assert 'config.host was "(hidden)", is "(hidden)" now' in output
    assert "db9.example.com" not in output
    assert 'was to become "(hidden)"' in output
    assert sandbox.writes() == []
    terraform.step(writes=[change(made, config={"host": "db2.example.com"})])


def test_a_change_beside_what_is_planned_stands_in_nobodys_way(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    terraform.step(orders(), [creation(**CREATED)])
    made = terraform.resource(ORDERS)["id"]
    terraform.write(orders("sync_frequency = 15"))
    plan = terraform.plan()
    sandbox.ask("PATCH", f"/v1/connections/{made}", HOST)

    terraform.run("apply", "-input=false", plan.file.name)

    assert sandbox.writes() == [change(made, sync_frequency=15)]
    terraform.step(writes=[change(made, config={"host": "db.example.com"})])


def test_state_set_since_the_plan_is_not_overwritten(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    path = f"/v1/connections/{connection}/state"
    sandbox.ask("PATCH", path, {"state": {"cursor": 1}})
    for wanted, theirs in ((2, 7), (3, 8)):
        terraform.write(cursor(f"{{ cursor = {wanted} }}", of=connection))
        plan = terraform.plan()
        sandbox.ask("PATCH", path, {"state": {"cursor": theirs}})

        output = terraform.run("apply", "-input=false", plan.file.name, ok=False)

        assert "was changed by somebody else since it was last read" in output
        assert f'now it is {{"cursor": {theirs}}}' in output
        assert sandbox.writes() == []
        terraform.step(writes=careful_state(connection, {"cursor": wanted}))
        assert terraform.resource(CURSOR)["previous_state"] == {"cursor": theirs}


def test_what_a_sync_moved_since_the_plan_is_told_and_kept(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    sandbox.store.configure(sync_seconds=0)
    terraform.write(cursor('{ cursor = "2024-01-01" }', of=connection))
    plan = terraform.plan()
    sandbox.ask("POST", f"/v1/connections/{connection}/sync", {})
    moved = sandbox.state(connection)

    output = terraform.run("apply", "-input=false", plan.file.name)

    assert "moved on between plan and apply" in output
    assert sandbox.state(connection) == {"cursor": "2024-01-01"}
    assert terraform.resource(CURSOR)["previous_state"] == moved


def test_ones_own_change_is_nobody_elses_also_without_a_refresh(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    for wanted, refresh in ((1, "true"), (2, "true"), (3, "false"), (4, "false")):
        terraform.write(cursor(f"{{ cursor = {wanted} }}", of=connection))
        plan = terraform.plan(f"-refresh={refresh}")

        terraform.run("apply", "-input=false", plan.file.name)

        assert sandbox.state(connection) == {"cursor": wanted}


RESTORING = 'on_destroy = "restore"'


def test_destroying_says_where_it_moves_the_state(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    sandbox.ask("PATCH", f"/v1/connections/{connection}/state", {"state": {"cursor": 1}})
    terraform.write(cursor("{ cursor = 5 }", RESTORING, of=connection))
    terraform.apply()
    sandbox.store.configure(sync_seconds=0)
    terraform.write("")

    plan = terraform.plan()

    assert f"The state of connection {connection} (invoices) moves BACKWARDS" in plan.output
    assert "cursor: 5 -> 1 (backwards by 4)" in plan.output
    terraform.apply()
    assert sandbox.state(connection) == {"cursor": 1}


def test_destroying_leaves_what_somebody_else_has_set(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    path = f"/v1/connections/{connection}/state"
    sandbox.ask("PATCH", path, {"state": {"cursor": 1}})
    terraform.write(cursor("{ cursor = 5 }", RESTORING, of=connection))
    terraform.apply()
    sandbox.ask("PATCH", path, {"state": {"cursor": 500}})
    terraform.write("")

    output = terraform.apply()

    assert "The previous state is not restored" in output
    assert sandbox.state(connection) == {"cursor": 500}


def test_two_resources_for_one_state_are_an_error(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    one = cursor("{ cursor = 1 }", of=connection)
    terraform.write(
        one + one.replace('"cursor" {', '"again" {').replace("cursor = 1", "cursor = 2")
    )

    output = terraform.apply(ok=False)

    assert f"Two resources set the state of connection {connection}" in output


def test_a_state_that_is_emptied_is_said_to_be_reset(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    sandbox.ask("PATCH", f"/v1/connections/{connection}/state", {"state": {"cursor": 1}})
    terraform.write(cursor("{}", of=connection))

    assert "is RESET: everything is synced from the start" in terraform.plan().output


def test_paused_connection_with_the_wanted_state_is_reported(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    path = f"/v1/connections/{connection}"
    sandbox.ask("PATCH", f"{path}/state", {"state": {"cursor": 1}})
    sandbox.ask("PATCH", path, {"paused": True})
    terraform.write(cursor("{ cursor = 1 }", of=connection))
    assert f"Connection {connection} (invoices) is paused" in terraform.plan().output

    terraform.write(cursor("{ cursor = 1 }", 'paused_after = "running"', of=connection))
    terraform.apply()

    assert sandbox.ask("GET", path)["paused"] is False
