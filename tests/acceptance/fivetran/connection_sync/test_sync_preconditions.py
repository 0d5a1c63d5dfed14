"""A connection that is paused or not set up: an error at plan, unless the same run mends it."""

from __future__ import annotations

import pytest
from bodies import EVERYTHING, GATE, SYNC, gate, orders, sync
from expected_requests import change, resync, setup_tests
from expected_requests import sync as begun
from planned import unwrapped
from sandbox_server import Sandbox
from scenario import Scenario

PAUSED, NOT_SET_UP = "paused connection does not start a sync", "setup_state is incomplete"
BROKEN = "A broken connection is synced"


def pause(sandbox: Sandbox, identifier: str, *, paused: bool = True) -> None:
    sandbox.ask("PATCH", f"/v1/connections/{identifier}", {"paused": paused})


def spoil(sandbox: Sandbox, identifier: str, host: str = "shop.invalid") -> None:
    sandbox.ask("PATCH", f"/v1/connections/{identifier}", {"config": {"host": host}})


@pytest.mark.parametrize("mode", ['mode = "sync"', EVERYTHING], ids=["sync", "resync"])
def test_a_paused_connection_is_an_error_at_plan(
    terraform: Scenario, sandbox: Sandbox, database: str, mode: str
) -> None:
    pause(sandbox, database)

    output = terraform.refused(sync(mode, of=database), PAUSED, during="plan")

    assert "name that resource in depends_on of the sync" in output


def test_incomplete_connection_is_an_error_at_plan(terraform: Scenario, sandbox: Sandbox) -> None:
    made = sandbox.add("postgres", schema_prefix="shop", host="shop.invalid")

    terraform.refused(sync(of=made), NOT_SET_UP, during="plan")


@pytest.mark.parametrize("mode", ["sync", "resync"])
def test_broken_connection_is_warned_of_and_synced(
    terraform: Scenario, sandbox: Sandbox, database: str, mode: str
) -> None:
    # Given a broken connection whose cause is gone, which no setup test has found yet
    spoil(sandbox, database)
    body = {"config": {"host": "shop.example.com"}, "run_setup_tests": False}
    sandbox.ask("PATCH", f"/v1/connections/{database}", body)
    sandbox.store.configure(sync_seconds=1)
    sandbox.writes()
    # When it is synced, then the plan warns in the connection's own words
    asked = EVERYTHING if mode == "resync" else 'mode = "sync"\n'
    terraform.write(sync(f"{asked} wait = true", of=database))
    plan = terraform.plan()
    assert BROKEN in plan.output
    assert "Reconnect (reconnect): A setup test failed." in unwrapped(plan.output)
    # And the sync mends it
    terraform.run("apply", "-input=false", plan.file.name)
    assert sandbox.writes() == [begun(database) if mode == "sync" else resync(database)]
    assert terraform.resource(SYNC)["outcome"] == "succeeded"
    assert sandbox.connection(database)["status"]["setup_state"] == "connected"
    terraform.check_settled()


def test_sync_that_leaves_it_broken_is_an_error(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    spoil(sandbox, database)
    sandbox.store.configure(sync_seconds=1)
    sandbox.writes()

    output = terraform.refused(
        sync("wait = true", of=database),
        "the sync of .* failed at",
        writes=[begun(database)],
        warns=(BROKEN,),
    )

    assert "Reconnect (reconnect): A setup test failed." in unwrapped(output)


def test_a_sync_that_was_begun_is_not_looked_at_again(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    terraform.step(sync(of=database), [begun(database)])
    pause(sandbox, database)

    terraform.step(None, [], actions={})
    terraform.destroy()


def test_a_run_that_unpauses_the_connection_may_sync_it(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    terraform.write(orders("paused = true"))
    terraform.apply()
    identifier = terraform.resource("fivetranops_connection.orders")["id"]
    sandbox.writes()

    terraform.step(
        orders("paused = false") + sync(), [change(identifier, paused=False), begun(identifier)]
    )


def test_a_run_that_pauses_the_connection_may_not(terraform: Scenario, sandbox: Sandbox) -> None:
    terraform.write(orders("paused = false"))
    terraform.apply()
    sandbox.writes()

    terraform.refused(
        orders("paused = true") + sync(), f"will by then be paused, and a {PAUSED}", during="plan"
    )


def test_a_run_that_mends_the_settings_may_sync(terraform: Scenario, sandbox: Sandbox) -> None:
    terraform.write(orders(host="db.invalid"))
    terraform.apply()
    identifier = terraform.resource("fivetranops_connection.orders")["id"]
    sandbox.writes()
    terraform.refused(orders(host="db.invalid") + sync(), NOT_SET_UP, during="plan")

    terraform.step(
        orders() + sync(),
        [change(identifier, config={"host": "db.example.com"}), begun(identifier)],
    )


def test_settings_that_change_without_a_test_mend_nothing(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    terraform.write(orders("run_setup_tests = false", host="db.invalid"))
    terraform.apply()
    sandbox.writes()

    terraform.refused(orders("run_setup_tests = false") + sync(), NOT_SET_UP, during="plan")


def test_a_gate_of_the_same_run_may_set_the_connection_up(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    spoil(sandbox, database)
    body = {"config": {"host": "shop.example.com"}, "run_setup_tests": False}
    sandbox.ask("PATCH", f"/v1/connections/{database}", body)

    terraform.step(
        gate(of=database) + sync(f"depends_on = [{GATE}]", of=database),
        [setup_tests(database), begun(database)],
    )


def test_run_that_did_not_correct_it_is_stopped_by_the_apply(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    # Given settings that change, so that the plan cannot know, and are as wrong as before
    terraform.write(orders(host="db.invalid"))
    terraform.apply()
    identifier = terraform.resource("fivetranops_connection.orders")["id"]
    sandbox.writes()
    # When it is applied, then no sync is sent
    terraform.refused(
        orders(host="other.invalid") + sync(),
        NOT_SET_UP,
        writes=[change(identifier, config={"host": "other.invalid"})],
        warns=("FAILED",),
    )
    assert terraform.addresses() == ["fivetranops_connection.orders"]


def test_what_changed_since_the_plan_is_looked_at_again(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    terraform.write(sync(of=database))
    plan = terraform.plan()
    pause(sandbox, database)

    output = terraform.run("apply", "-input=false", plan.file.name, ok=False)

    assert "does not start a sync" in output
    assert sandbox.writes() == []
    assert terraform.addresses() == []


def test_sync_may_follow_a_state_that_unpauses(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    pause(sandbox, connection)
    state = f"""
resource "fivetranops_connection_state" "cursor" {{
  connection_id = "{connection}"
  state         = {{ page = 1 }}
  paused_after  = "AFTER"
}}
"""
    after = sync("depends_on = [fivetranops_connection_state.cursor]", of=connection)
    terraform.refused(state.replace("AFTER", "paused") + after, PAUSED, during="plan")
    terraform.refused(state.replace("AFTER", "restore") + after, PAUSED, during="plan")

    terraform.write(state.replace("AFTER", "running") + after)
    terraform.apply()

    assert sandbox.writes()[-1] == begun(connection)
    assert terraform.resource(SYNC)["outcome"] == "triggered"


def test_an_unknown_connection_is_an_error_of_the_apply(terraform: Scenario) -> None:
    terraform.refused(sync(of="no_such_connection"), "answered 404")


def test_destroy_works_although_no_sync_can_be_planned(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    # Given a gate in state, and a new sync of a paused connection
    terraform.step(gate(of=database), [setup_tests(database)])
    pause(sandbox, database)
    terraform.write(gate(of=database) + sync(of=database))
    # When all is destroyed, then Terraform plans before, and the error names the way around it
    output = terraform.run("destroy", "-auto-approve", "-input=false", ok=False)
    assert "terraform destroy -refresh=false" in output
    terraform.run("destroy", "-auto-approve", "-input=false", "-refresh=false")
    assert not terraform.holds_anything()
