"""A sync that is followed to its end: success, failure, put off, paused, interrupted, too slow."""

from __future__ import annotations

from typing import Any

import pytest
from bodies import EVERYTHING, SYNC, sync
from expected_requests import resync
from expected_requests import sync as begun
from planned import unwrapped
from sandbox_server import Sandbox
from scenario import Scenario
from workspace import wait_until

WAIT = "wait = true\n"
POST = {"method": "POST", "path": "/v1/connections/{id}/sync"}
POST_RESYNC = {"method": "POST", "path": "/v1/connections/{id}/resync"}
TASK = "The source closed the connection in the middle of a table."


@pytest.fixture(autouse=True)
def _short_syncs(sandbox: Sandbox) -> None:
    sandbox.store.configure(sync_seconds=1)


def triggers(value: int) -> str:
    return f'triggers = {{ day = "{value}" }}\n'


def happens(sandbox: Sandbox, kind: str, **more: Any) -> None:
    sandbox.store.configure(faults=[{"kind": kind, **POST, **more}])


def test_a_sync_is_followed_to_its_end(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    terraform.step(sync(WAIT, of=database), [begun(database)])

    found = terraform.resource(SYNC)
    assert found["outcome"] == "succeeded"
    assert found["succeeded_at"] == sandbox.connection(database)["succeeded_at"]


def test_a_resync_is_followed_to_its_end(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    terraform.step(sync(WAIT + EVERYTHING, of=database), [resync(database)])

    assert terraform.resource(SYNC)["outcome"] == "succeeded"
    assert sandbox.connection(database)["status"]["is_historical_sync"] is False


def test_a_sync_that_runs_already_is_joined(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    sandbox.ask("POST", f"/v1/connections/{database}/sync", {})

    terraform.step(sync(WAIT, of=database), [begun(database)])

    assert terraform.resource(SYNC)["outcome"] == "succeeded"


def test_failed_first_sync_is_reported_and_started_again(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    # Given a sync that fails
    happens(sandbox, "sync_fails")
    # When it is followed, then the error says what the connection says
    output = terraform.refused(
        sync(WAIT, of=database), "the sync of .* failed at", writes=[begun(database)]
    )
    assert f"Sync failed (sync_failed): {TASK}" in output
    assert terraform.resource(SYNC)["outcome"] == "failed"
    # And the next apply begins another one
    terraform.step(None, [begun(database)], actions={SYNC: ["delete", "create"]})
    assert terraform.resource(SYNC)["outcome"] == "succeeded"


def test_a_later_sync_that_fails_keeps_the_triggers_that_it_had(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    terraform.step(sync(WAIT + triggers(1), of=database), [begun(database)])
    before = terraform.resource(SYNC)
    happens(sandbox, "sync_fails")

    terraform.refused(sync(WAIT + triggers(2), of=database), TASK, writes=[begun(database)])

    assert terraform.resource(SYNC) == before
    terraform.step(None, [begun(database)], actions={SYNC: ["update"]})


def test_a_sync_that_is_put_off_within_the_limit_is_waited_for(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    happens(sandbox, "sync_rescheduled", seconds=2)

    terraform.step(sync(WAIT, of=database), [begun(database)])

    assert terraform.resource(SYNC)["outcome"] == "succeeded"


def test_long_postponed_sync_is_an_error_with_the_time(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    terraform.step(sync(WAIT + triggers(1), of=database), [begun(database)])
    happens(sandbox, "sync_rescheduled", seconds=1000)
    limit = 'timeouts = { update = "30s" }'

    output = terraform.refused(
        sync(WAIT + triggers(2) + limit, of=database),
        "postponed the sync of .* until 20",
        writes=[begun(database)],
    )

    until = sandbox.connection(database)["status"]["rescheduled_for"][:19]
    assert f"until {until}Z, but of the time limit" in unwrapped(output)
    assert "It continues by itself then" in output
    # When it has gone on, the next apply waits for its end, and begins no other one.
    sandbox.store.advance(1000)
    terraform.step(None, [], actions={SYNC: ["update"]}, differences={"outcome", "succeeded_at"})
    assert terraform.resource(SYNC)["outcome"] == "succeeded"


def test_manual_schedule_requests_a_postponed_sync_again(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    sandbox.ask("PATCH", f"/v1/connections/{database}", {"schedule_type": "manual"})
    happens(sandbox, "sync_rescheduled", seconds=2)

    terraform.step(sync(WAIT, of=database), [begun(database)] * 2)

    assert terraform.resource(SYNC)["outcome"] == "succeeded"


def test_manual_reschedule_untold_is_asked_again(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    sandbox.ask("PATCH", f"/v1/connections/{database}", {"schedule_type": "manual"})
    happens(sandbox, "sync_rescheduled", seconds=1000, until="untold")

    terraform.step(sync(WAIT, of=database), [begun(database)] * 2)

    assert terraform.resource(SYNC)["outcome"] == "succeeded"


def test_reschedule_untold_is_waited_for(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    happens(sandbox, "sync_rescheduled", seconds=2, until="untold")

    terraform.step(sync(WAIT, of=database), [begun(database)])

    assert terraform.resource(SYNC)["outcome"] == "succeeded"


@pytest.mark.parametrize("until", ["told", "untold"])
def test_on_reschedule_fail_is_an_error_at_once(
    terraform: Scenario, sandbox: Sandbox, database: str, until: str
) -> None:
    # Given a sync that Fivetran reschedules, although there is time to wait for it
    terraform.step(sync(WAIT + triggers(1), of=database), [begun(database)])
    happens(sandbox, "sync_rescheduled", seconds=1000, until=until)
    fails = 'on_reschedule = "fail"\n'
    # When it shall not be waited for, then that is an error at once
    output = terraform.refused(
        sync(WAIT + fails + triggers(2), of=database),
        "Fivetran rescheduled the sync of .* and on_reschedule is fail",
        writes=[begun(database)],
    )
    assert "takes no more requests" not in output
    # And the next apply that waits follows the same sync
    sandbox.store.advance(1000)
    terraform.step(sync(WAIT + triggers(2), of=database), [], actions={SYNC: ["update"]})
    assert terraform.resource(SYNC)["outcome"] == "succeeded"


def test_manual_schedule_error_says_it_will_not_go_on(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    sandbox.ask("PATCH", f"/v1/connections/{database}", {"schedule_type": "manual"})
    happens(sandbox, "sync_rescheduled", seconds=1000)

    output = terraform.refused(
        sync(WAIT + 'timeouts = { create = "30s" }', of=database),
        "With schedule_type manual it only continues when it is requested again",
        writes=[begun(database)],
    )

    assert "terraform untaint" in output


def test_slow_sync_is_an_error_and_the_next_apply_waits(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    terraform.step(sync(WAIT + triggers(1), of=database), [begun(database)])
    sandbox.store.configure(sync_seconds=1000)
    limit = 'timeouts = { update = "2s" }'

    output = terraform.refused(
        sync(WAIT + triggers(2) + limit, of=database),
        "took longer than the limit of 2 s",
        writes=[begun(database)],
    )

    assert "The sync continues at Fivetran" in output
    sandbox.store.advance(1000)
    terraform.step(None, [], actions={SYNC: ["update"]})


def test_failed_sync_after_a_second_wait_is_started_again(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    # Given a sync that outlasts the limit of the apply that began it
    terraform.step(sync(WAIT + triggers(1), of=database), [begun(database)])
    sandbox.store.configure(sync_seconds=1000)
    happens(sandbox, "sync_fails")
    limit = 'timeouts = { update = "5s" }'
    body = sync(WAIT + triggers(2) + limit, of=database)
    terraform.refused(body, "took longer than the limit of 5 s", writes=[begun(database)])
    # When it fails, then the apply that waited on says so, and sends nothing
    sandbox.store.advance(1000)
    terraform.refused(None, TASK)
    # And the next one begins another sync, although the triggers are the same
    sandbox.store.configure(sync_seconds=1, faults=[])
    body = sync(WAIT + triggers(2), of=database)
    terraform.step(body, [begun(database)], actions={SYNC: ["update"]})
    assert terraform.resource(SYNC)["outcome"] == "succeeded"


def test_slow_first_sync_can_be_waited_for_after_untaint(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    sandbox.store.configure(sync_seconds=1000)
    body = sync(WAIT + EVERYTHING + 'timeouts = { create = "2s" }', of=database)
    output = terraform.refused(body, "took longer than the limit", writes=[resync(database)])
    assert "run 'terraform untaint' on its address" in output

    terraform.run("untaint", SYNC)
    sandbox.store.advance(1000)
    terraform.step(None, [], actions={SYNC: ["update"]})

    assert terraform.resource(SYNC)["outcome"] == "succeeded"


def test_connection_paused_before_its_sync_began_is_an_error(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    # Given a sync that is put off, and a person who pauses the connection meanwhile
    happens(sandbox, "sync_rescheduled", seconds=1000)
    terraform.write(sync(WAIT, of=database))
    process = terraform.start("apply", "-auto-approve", "-no-color")
    wait_until(lambda: begun(database) in sandbox.writes())
    sandbox.ask("PATCH", f"/v1/connections/{database}", {"paused": True})

    output = process.communicate(timeout=60)[0]

    assert process.returncode == 1
    assert "was meanwhile paused" in unwrapped(output)
    assert "The sync continues when it is unpaused" in unwrapped(output)
    # When it is unpaused, then the sync is followed, and no other one is begun.
    sandbox.ask("PATCH", f"/v1/connections/{database}", {"paused": False})
    terraform.run("untaint", SYNC)
    sandbox.store.advance(2000)
    terraform.step(None, [], actions={SYNC: ["update"]})
    assert terraform.resource(SYNC)["outcome"] == "succeeded"


def test_a_connection_that_is_deleted_meanwhile_is_an_error(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    sandbox.store.configure(sync_seconds=1000)
    terraform.write(sync(WAIT, of=database))
    process = terraform.start("apply", "-auto-approve", "-no-color")
    wait_until(lambda: begun(database) in sandbox.writes())
    sandbox.ask("DELETE", f"/v1/connections/{database}")

    output = process.communicate(timeout=60)[0]

    assert process.returncode == 1
    assert "answered 404" in output


@pytest.mark.both_terraforms
@pytest.mark.killed
def test_interrupted_wait_goes_on_with_the_next_apply(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    # Given a re-sync that is being followed
    sandbox.store.configure(sync_seconds=1000)
    terraform.write(sync(WAIT + EVERYTHING, of=database))
    process = terraform.start("apply", "-auto-approve", "-no-color")
    wait_until(lambda: resync(database) in sandbox.writes())
    # When Terraform is interrupted, then it ends, and says that the sync does not
    output = terraform.interrupt(process)
    assert f"The sync of connection {database} continues at Fivetran" in output
    assert terraform.resource(SYNC)["outcome"] == "triggered"
    # And the next apply follows the same re-sync
    sandbox.store.advance(1000)
    terraform.step(None, [], actions={SYNC: ["update"]}, differences={"outcome", "succeeded_at"})
    assert terraform.resource(SYNC)["outcome"] == "succeeded"


def test_a_resync_waits_for_a_sync_that_runs(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    # Given a sync that runs, and a re-sync that the API therefore refuses
    sandbox.store.configure(sync_seconds=1000)
    sandbox.ask("POST", f"/v1/connections/{database}/sync", {})
    terraform.write(sync(EVERYTHING, of=database))
    process = terraform.start("apply", "-auto-approve", "-no-color")

    def statuses() -> list[int]:
        return [e.status for e in sandbox.store.journal() if e.path.endswith("/resync")]

    wait_until(lambda: 409 in statuses())
    # When the sync has ended, then the re-sync begins, once
    sandbox.store.advance(1000)
    output = process.communicate(timeout=60)[0]
    assert process.returncode == 0, output
    assert [status for status in statuses() if status != 409] == [200]
    sandbox.writes()
    terraform.check_settled()


def test_a_resync_waits_no_longer_than_its_limit(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    sandbox.store.configure(sync_seconds=1000)
    sandbox.ask("POST", f"/v1/connections/{database}/sync", {})
    terraform.write(sync(EVERYTHING + 'timeouts = { create = "2s" }', of=database))

    output = terraform.apply(ok=False)

    assert "to end, so that a re-sync can begin took longer than the limit of 2 s" in output
    assert terraform.addresses() == []
    assert {write[1] for write in sandbox.writes()} == {f"/v1/connections/{database}/resync"}
