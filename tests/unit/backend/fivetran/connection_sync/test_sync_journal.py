"""A run that is cut off while it begins a sync: the next one begins no second."""

from __future__ import annotations

import fcntl
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sync_runs import DAY, SYNC, World

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.api.errors import Interrupted
from constructs_lib.backend.fivetran.connection_sync import journal
from constructs_lib.backend.fivetran.connection_sync.preconditions import SyncStartUnknown
from constructs_lib.backend.fivetran.connection_sync.trigger import SyncRequest
from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.resource import Operation

NEXT_DAY = {"day": "2"}
FORCED = SyncRequest("abc", force=True)
TABLES = SyncRequest("abc", "resync", scope={"public": ["orders"]})


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_a_sync_that_no_state_knows_of_is_taken_over(world: World) -> None:
    baseline = world.begin(saves=False)
    world.api.time += timedelta(minutes=1)

    assert world.begin() == baseline
    assert world.api.posts == 1
    assert world.warnings == ["The sync of connection abc was started by an interrupted run"]


def test_a_sync_is_taken_over_once(world: World) -> None:
    world.begin(saves=False)
    world.begin()
    world.refresh()

    world.begin()

    assert world.api.posts == 2
    assert world.warnings == []


def test_a_run_that_is_cut_off_again_takes_it_over_again(world: World) -> None:
    baseline = world.begin(saves=False)
    assert world.begin(saves=False) == baseline

    assert world.begin() == baseline
    assert world.api.posts == 1


@pytest.mark.parametrize("sync_request", [SYNC, FORCED, TABLES], ids=["sync", "forced", "tables"])
def test_a_request_that_took_effect_is_not_repeated(
    world: World, sync_request: SyncRequest
) -> None:
    world.die_in_the_request(sync_request, takes_effect=True)

    world.begin(sync_request)

    assert world.api.posts == 1
    assert len(world.warnings) == 1


@pytest.mark.parametrize("sync_request", [SYNC, FORCED, TABLES], ids=["sync", "forced", "tables"])
def test_a_request_that_took_no_effect_is_sent_again(
    world: World, sync_request: SyncRequest
) -> None:
    world.die_in_the_request(sync_request, takes_effect=False)

    world.begin(sync_request)

    assert world.api.posts == 2
    assert world.warnings == []
    assert len(world.entries()) == 1


def test_where_nothing_tells_it_is_an_error_once(world: World) -> None:
    """A forced sync while one ran already."""
    world.api.is_syncing = True
    world.die_in_the_request(FORCED, takes_effect=True)

    with pytest.raises(SyncStartUnknown, match="a run that requested it at 2026-06-01T00:00:00"):
        world.begin(FORCED)
    assert world.api.posts == 1
    world.begin(FORCED)

    assert world.api.posts == 2


def test_a_sync_long_after_is_not_taken_for_a_resync(world: World) -> None:
    world.die_in_the_request(TABLES, takes_effect=False)
    world.api.time += timedelta(hours=1)
    world.api.succeeded_at = "2026-06-01T00:30:00Z"

    with pytest.raises(SyncStartUnknown):
        world.begin(TABLES)
    assert world.api.posts == 1


def test_a_sync_that_terraform_knows_of_is_followed_by_another(world: World) -> None:
    world.begin(triggers=DAY)

    world.begin(triggers=NEXT_DAY)

    assert world.api.posts == 2
    assert len(world.entries()) == 1


def test_a_refresh_forgets_what_terraform_knows(world: World) -> None:
    world.begin()
    assert len(world.entries()) == 1

    world.refresh()

    assert world.entries() == []


@pytest.mark.parametrize("other", [FORCED, TABLES, SyncRequest("other")])
def test_another_request_is_sent(world: World, other: SyncRequest) -> None:
    world.begin(saves=False)

    world.begin(other)

    assert world.api.posts == 2


def test_other_triggers_are_another_request(world: World) -> None:
    world.begin(triggers=DAY, saves=False)

    world.begin(triggers=NEXT_DAY)

    assert world.api.posts == 2


def test_an_entry_of_another_account_is_left_alone(world: World) -> None:
    world.begin(saves=False)
    world.api.account = "another"

    world.begin()

    assert world.api.posts == 2


def test_two_resources_of_one_run_both_begin(world: World) -> None:
    account = world.account()

    world.begin(account=account)
    world.private = {}
    world.begin(account=account)

    assert world.api.posts == 2


def test_a_refused_request_leaves_no_entry(world: World) -> None:
    world.api.failure = errors.error_of_response("POST sync", 403, "", "no", None)

    with pytest.raises(errors.Unauthorized):
        world.begin()

    assert world.entries() == []


def test_an_interrupted_request_is_looked_after(world: World) -> None:
    """Terraform may be gone, and nobody reads that it is not known whether the sync began."""
    world.api.failure = Interrupted("stopped")
    with pytest.raises(SyncStartUnknown):
        world.begin(saves=False)
    world.api.failure = None

    world.begin()

    assert world.api.posts == 1


def test_an_error_while_it_is_followed_ends_the_entry(world: World) -> None:
    world.begin()
    operation = Operation(None, world.private, threading.Event(), Diagnostics())

    with (
        pytest.raises(RuntimeError),
        journal.forgotten_on_error(world.account(), operation),
    ):
        raise RuntimeError

    assert world.entries() == []


def test_an_earlier_run_at_work_is_waited_for(world: World) -> None:
    world.begin(saves=False)
    with (world.folder / "abc.sync-lock").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(Interrupted, match="an earlier run that is still requesting a sync"):
            world.begin(stopping=True)
    assert world.api.posts == 1


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"mark": {}}', '{"mark": 1}', "\ufeff"])
def test_an_entry_that_cannot_be_read_stops_nothing(world: World, text: str) -> None:
    world.begin(saves=False)
    world.entries()[0].write_text(text)

    world.begin()

    assert world.api.posts == 2


def test_an_entry_with_further_fields_is_read(world: World) -> None:
    world.begin(saves=False)
    (file,) = world.entries()
    file.write_text(file.read_text().replace("{", '{"newer": 1, ', 1))

    world.begin()

    assert world.api.posts == 1


def test_an_entry_of_last_month_says_nothing(world: World) -> None:
    world.begin(saves=False)
    world.api.time += timedelta(days=8)

    world.begin()

    assert world.api.posts == 2
    assert len(world.entries()) == 1


def test_a_folder_that_cannot_be_written_stops_nothing(world: World) -> None:
    world.folder.write_text("a file")

    world.begin()

    assert world.api.posts == 1


def test_an_entry_is_for_its_owner_only(world: World) -> None:
    world.begin()

    (file,) = world.entries()
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
