"""An action that is cut off while it begins or follows a sync: the next one begins no second."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sync_runs import SYNC, World

from constructs_lib.backend.fivetran.api.errors import (
    Interrupted,
    NotFound,
    TimeLimitExceeded,
    VendorError,
)
from constructs_lib.backend.fivetran.connection_sync.preconditions import SyncFailed
from constructs_lib.backend.fivetran.connection_sync.trigger import SyncRequest

TABLES = SyncRequest("abc", "resync", scope={"public": ["orders"]})
FORCED = SyncRequest("abc", force=True)
INTERRUPTED = Interrupted("stopped")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def interrupted(world: World, request: SyncRequest = TABLES) -> None:
    """An action that is interrupted while it follows its sync."""
    with pytest.raises(Interrupted):
        world.invoke(request, ends=INTERRUPTED)


def test_each_invocation_begins_a_sync(world: World) -> None:
    world.invoke()
    world.invoke()

    assert world.api.posts == 2
    assert world.entries() == []


@pytest.mark.parametrize("request_", [SYNC, FORCED, TABLES], ids=["sync", "forced", "tables"])
def test_one_that_died_in_its_request_is_taken_over(world: World, request_: SyncRequest) -> None:
    world.api.kept = world.folder.parent / "kept"
    world.invoke(request_)
    for file in world.api.kept.glob("*.sync"):
        file.rename(world.folder / file.name)
    world.api.kept = None

    world.invoke(request_)

    assert world.api.posts == 1
    assert world.warnings == ["The sync of connection abc was started by an earlier invocation"]
    assert world.entries() == []


def test_an_interrupted_wait_is_gone_on_with(world: World) -> None:
    interrupted(world)
    world.api.time += timedelta(minutes=50)

    world.invoke(TABLES)

    assert world.api.posts == 1
    assert world.entries() == []


def test_an_end_that_terraform_never_heard_of_is_taken_over(world: World) -> None:
    world.invoke(TABLES, is_heard=False)

    world.invoke(TABLES)

    assert world.api.posts == 1


GONE = NotFound("GET /v1/connections/abc", 404, "NotFound_Connection", "gone")


@pytest.mark.parametrize("ends", [VendorError("no answer"), TimeLimitExceeded("too long")])
def test_what_could_not_be_followed_is_taken_over(world: World, ends: BaseException) -> None:
    with pytest.raises(type(ends)):
        world.invoke(TABLES, ends=ends)

    world.invoke(TABLES)

    assert world.api.posts == 1


@pytest.mark.parametrize("ends", [SyncFailed("abc", "failed", ""), GONE])
def test_what_terraform_was_told_is_over(world: World, ends: BaseException) -> None:
    with pytest.raises(type(ends)):
        world.invoke(TABLES, ends=ends)

    world.invoke(TABLES)

    assert world.api.posts == 2


def test_after_an_hour_one_that_still_runs_is_taken_over(world: World) -> None:
    interrupted(world)
    world.api.time += timedelta(hours=30)

    world.invoke(TABLES)

    assert world.api.posts == 1


@pytest.mark.parametrize("runs", [False, True])
def test_after_an_hour_one_that_ended_is_followed_by_another(world: World, runs: bool) -> None:
    interrupted(world)
    world.api.time += timedelta(hours=2)
    world.api.is_syncing, world.api.succeeded_at = runs, "2026-06-01T00:30:00Z"

    world.invoke(TABLES)

    assert world.api.posts == 2
    assert world.warnings == []
    assert world.entries() == []


def test_an_action_takes_nothing_over_from_a_resource(world: World) -> None:
    world.begin(TABLES, saves=False)

    world.invoke(TABLES)

    assert world.api.posts == 2


def test_a_resource_takes_nothing_over_from_an_action(world: World) -> None:
    interrupted(world)

    world.begin(TABLES)

    assert world.api.posts == 2
