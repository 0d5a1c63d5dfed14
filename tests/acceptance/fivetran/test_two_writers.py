"""Two runs, or a run and a person, change the same thing at once: nothing is overwritten."""

from __future__ import annotations

from bodies import CREATED, CURSOR, ORDERS, cursor, orders
from expected_requests import careful_state, change, creation
from sandbox_server import Sandbox
from scenario import Scenario

HOST = {"config": {"host": "db9.example.com"}}


def test_a_setting_that_somebody_changed_since_the_plan_is_not_overwritten(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    terraform.step(orders(), [creation(**CREATED)])
    made = terraform.resource(ORDERS)["id"]
    terraform.write(orders(host="db2.example.com"))
    plan = terraform.plan()
    sandbox.ask("PATCH", f"/v1/connections/{made}", HOST)

    output = terraform.run("apply", "-input=false", plan.file.name, ok=False)

    assert 'config.host was "db.example.com", is "db9.example.com" now' in output
    assert 'was to become "db2.example.com"' in output
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


def test_a_state_that_somebody_set_since_the_plan_is_not_overwritten(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    path = f"/v1/connections/{connection}/state"
    sandbox.ask("PATCH", path, {"state": {"cursor": 1}})
    for wanted, theirs in ((2, 7), (3, 8)):
        terraform.write(cursor(f"{{ cursor = {wanted} }}", of=connection))
        plan = terraform.plan()
        sandbox.ask("PATCH", path, {"state": {"cursor": theirs}})

        output = terraform.run("apply", "-input=false", plan.file.name, ok=False)

        assert "was changed by somebody else since the plan of" in output
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

    assert "went on by itself between plan and apply" in output
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
