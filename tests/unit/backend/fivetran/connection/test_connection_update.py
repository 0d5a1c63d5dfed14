"""A change of a connection that meets a sync: paused for it if that is asked for, or an error."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fake_time import FakeTime
from state_api import NEW, OLD, Fivetran
from state_runs import Killed, change, killed, recovered

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.connection import paused_flag
from constructs_lib.backend.fivetran.connection.request import without_controls
from constructs_lib.backend.fivetran.connection.update import Update, UpdateRefused
from constructs_lib.backend.fivetran.journal.journal import Journal, JournalHandle
from constructs_lib.backend.http.deadline import Deadline

WORDS = {
    409: "Connection cannot be updated because the sync is in progress",
    400: "Failed to stop in-progress sync after trying for 60 seconds",
}
HOST, OTHER_HOST = {"host": "db"}, {"host": "db2"}


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    clock = FakeTime()
    clock.install(monkeypatch)
    return clock


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal")


class Busy(Fivetran):
    """A connection whose settings cannot be changed while its sync runs.

    :param looks: how many looks the sync takes
    """

    def __init__(self, status: int = 409, looks: int = 3, *, paused: bool = False) -> None:
        super().__init__(paused=paused, syncing=looks)
        self.status, self.config = status, dict(HOST)
        self.before_change: Callable[[], None] = lambda: None
        self.bodies: list[dict[str, Any]] = []

    def connection(self, identifier: str, deadline: Deadline) -> dict[str, Any]:
        answer = super().connection(identifier, deadline)
        return {**answer, "id": identifier, "schema": "shop", "config": dict(self.config)}

    def modify_connection(
        self, identifier: str, body: dict[str, Any], deadline: Deadline, secrets: Any = ()
    ) -> dict[str, Any]:
        self.lives()
        self.bodies.append(body)
        if set(without_controls(body)) == {"paused"}:
            super().modify_connection(identifier, body, deadline)
            return {"id": identifier, "paused": self.paused, "status": {"sync_state": "after"}}
        if self.syncing:
            self.journal.append(f"change: {self.status}")
            raise errors.error_of_response("PATCH", self.status, "", WORDS[self.status], None)
        self.before_change()
        self.config |= body.get("config", {})
        self.paused = body.get("paused", self.paused)
        self.step("change")
        return {"id": identifier, "paused": self.paused, "config": dict(self.config), "more": 1}


def update(
    api: Fivetran,
    body: dict[str, Any] | None = None,
    *,
    pauses: bool = True,
    handle: JournalHandle | None = None,
    deadline: Deadline | None = None,
    check: Callable[[Any, Any], None] = lambda body, live: None,
) -> dict[str, Any]:
    made = Update(
        api,  # type: ignore[arg-type]
        "abc",
        deadline or Deadline(3600),
        check=check,
        handle=handle,
    )
    return made.send(body or {"config": OTHER_HOST}, pauses_for_it=pauses)


def test_update_without_a_sync_is_sent_at_once() -> None:
    api = Busy(looks=0)

    update(api)

    assert api.journal == ["GET", "change"]


def test_update_takes_a_look_that_was_had() -> None:
    api = Busy(looks=0)
    live = {"id": "abc", "schema": "shop", "paused": False}
    made = Update(api, "abc", Deadline(60))  # type: ignore[arg-type]

    made.send({"config": OTHER_HOST}, pauses_for_it=False, live=live)

    assert api.journal == ["change"]


@pytest.mark.parametrize("status", sorted(WORDS))
def test_update_meets_sync_and_pauses(status: int) -> None:
    api = Busy(status)

    answer = update(api)

    waited = ["GET", "GET"]
    assert api.journal == ["GET", f"change: {status}", "pause", *waited, "GET", "change", "unpause"]
    assert (api.config, api.paused) == (OTHER_HOST, False)
    assert (answer["paused"], answer["status"]) == (False, {"sync_state": "after"})
    assert (answer["config"], answer["more"]) == (OTHER_HOST, 1)


@pytest.mark.parametrize("status", sorted(WORDS))
def test_update_meets_sync_without_leave_to_pause(status: int) -> None:
    api = Busy(status)

    with pytest.raises(UpdateRefused) as caught:
        update(api, pauses=False)

    assert "a sync of connection abc (shop) is in progress" in str(caught.value)
    assert f"answered {status}: {WORDS[status]}" in str(caught.value)
    assert "wait until the sync has ended" in caught.value.remedy
    assert "pause_to_update = true" in caught.value.remedy
    assert (api.config, api.paused) == (HOST, False)
    assert api.journal == ["GET", f"change: {status}"]


@pytest.mark.parametrize(
    ("was", "asked", "after"),
    [
        (False, None, False),
        (True, None, True),
        (False, True, True),
        (True, False, False),
        (False, False, False),
    ],
)
def test_flag_after_update_is_as_plan_asks(was: bool, asked: bool | None, after: bool) -> None:
    api = Busy(paused=was)
    body: dict[str, Any] = {"config": OTHER_HOST}

    answer = update(api, body if asked is None else {**body, "paused": asked})

    assert (api.config, api.paused) == (OTHER_HOST, after)
    assert answer["paused"] is after
    assert api.journal.count("pause") == int(not was)
    assert api.journal.count("unpause") == int(not after)


def test_update_that_is_refused_while_paused_restores() -> None:
    api = Busy()
    api.failures["change"] = errors.error_of_response("PATCH", 400, "InvalidInput", "not so", None)

    with pytest.raises(errors.ApiError, match="not so"):
        update(api)

    assert api.paused is False


def test_update_that_takes_too_long_restores() -> None:
    api = Busy(looks=10**9)

    with pytest.raises(errors.TimeLimitExceeded, match="the sync of connection abc to end"):
        update(api, deadline=Deadline(60))

    assert (api.config, api.paused) == (HOST, False)


def test_update_that_is_interrupted_restores() -> None:
    api, stopping = Busy(looks=10**9), threading.Event()
    step = api.step

    def stop_after_the_pause(name: str) -> None:
        step(name)
        if api.journal[-2:] == ["pause", "GET"]:
            stopping.set()

    api.step = stop_after_the_pause  # type: ignore[method-assign]
    with pytest.raises(errors.Interrupted):
        update(api, deadline=Deadline(3600, stopping))

    assert (api.config, api.paused) == (HOST, False)
    assert api.journal[-3:] == ["pause", "GET", "unpause"]


def test_update_that_meets_sync_again_waits_again() -> None:
    api = Busy(looks=1)

    def refuse_once() -> None:
        api.before_change = lambda: None
        raise errors.error_of_response("PATCH", 400, "", WORDS[400], None)

    api.before_change = refuse_once

    update(api)

    assert (api.config, api.paused) == (OTHER_HOST, False)


def test_update_is_checked_again_after_waiting() -> None:
    api = Busy()
    seen: list[tuple[Any, str]] = []

    def check(body: dict[str, Any], live: dict[str, Any]) -> None:
        seen.append((body, live["status"]["sync_state"]))

    update(api, {"config": OTHER_HOST, "paused": False}, check=check)

    assert seen == [
        ({"config": OTHER_HOST, "paused": False}, "syncing"),
        ({"config": OTHER_HOST}, "paused"),
    ]


@pytest.mark.parametrize("paused", [True, False])
def test_update_of_flag_alone_waits_for_sync(paused: bool) -> None:
    api = Busy(paused=not paused)
    refusals = iter([True, True, True])
    modify = api.modify_connection

    def refuse(*given: Any, **more: Any) -> Any:
        if next(refusals, False):
            raise errors.error_of_response("PATCH", 400, "", WORDS[400], None)
        return modify(*given, **more)

    api.modify_connection = refuse  # type: ignore[method-assign]

    answer = update(api, {"paused": paused})

    assert (api.paused, answer["paused"]) == (paused, paused)
    assert api.journal == ["GET", "pause" if paused else "unpause"]


CONTROLS = {"run_setup_tests": True, "trust_certificates": True}


def test_pause_for_an_update_steers_the_tests_alike() -> None:
    api = Busy()

    update(api, {"config": OTHER_HOST, **CONTROLS})

    assert api.bodies[1:] == [
        {"paused": True, **CONTROLS},
        {"config": OTHER_HOST, **CONTROLS},
        {"paused": False, **CONTROLS},
    ]


def test_update_of_flag_alone_steers_the_tests() -> None:
    # Given an API that refuses to pause at first
    api = Busy(looks=0)
    refusals = iter([True])
    modify = api.modify_connection

    def refuse(*given: Any, **more: Any) -> Any:
        if next(refusals, False):
            raise errors.error_of_response("PATCH", 400, "", WORDS[400], None)
        return modify(*given, **more)

    api.modify_connection = refuse  # type: ignore[method-assign]

    update(api, {"paused": True, **CONTROLS})

    assert api.bodies == [{"paused": True, **CONTROLS}]


STEPS = ["GET", "change: 409", "pause", "GET", "GET", "GET", "change", "unpause"]


@pytest.mark.parametrize("dies_at", range(1, len(STEPS) + 1))
def test_update_that_dies_leaves_nothing_paused(journal: Journal, dies_at: int) -> None:
    # Given a run that is killed after so many requests
    api = Busy()
    api.dies_at, api.death = dies_at, Killed()
    write, remove = JournalHandle.write, JournalHandle.remove
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JournalHandle, "write", lambda *given: api.lives() or write(*given))
        patch.setattr(JournalHandle, "remove", lambda *given: api.lives() or remove(*given))
        with pytest.raises(Killed), journal.hold("abc") as handle:
            update(api, handle=handle)
    assert api.journal == STEPS[:dies_at]
    api.dies_at = 0
    # When the next run begins, then the connection runs, and the journal is empty
    warnings = recovered(api, journal)
    assert api.paused is False
    assert journal.interrupted_connections() == []
    assert len(warnings) == (1 if dies_at > STEPS.index("pause") else 0)
    assert [words for words in warnings if "was changing it while it was paused" not in words] == []
    assert recovered(api, journal) == []


def test_update_keeps_what_a_dead_run_knew(journal: Journal) -> None:
    # Given a run that died after it set the state, and was recovered
    api = Busy(looks=0)
    killed(api, journal, 6)
    recovered(api, journal)
    assert (api.stored, api.paused) == (NEW, False)
    with journal.hold("abc") as handle:
        left = handle.read()
    # When the connection is changed, paused for it, before the state is set again
    api.syncing = 2
    with journal.hold("abc") as handle:
        update(api, handle=handle)
        assert handle.read() == left
    # Then the state before is still the one that was found first
    assert change(api, journal).found == OLD


def test_pause_that_is_planned_outlasts_an_old_entry(journal: Journal) -> None:
    # Given the entry of a run that died while the connection was paused, and was not looked after
    api = Busy(looks=0)
    killed(api, journal, 4)
    assert api.paused is True
    # When the connection is paused by a plan, then no later run sets it running again
    with journal.hold("abc") as handle:
        update(api, {"paused": True}, handle=handle)
    recovered(api, journal)
    assert api.paused is True


def test_flag_that_stays_stuck_is_put_back_later(journal: Journal) -> None:
    api = Busy()
    api.failures["unpause"] = errors.NoResponse("PATCH", "it broke off", sent=True)
    unpause = api.step

    def never_unpause(name: str) -> None:
        if name == "unpause" and "unpause" in api.failures:
            api.paused = True
        unpause(name)

    api.step = never_unpause  # type: ignore[method-assign]
    with journal.hold("abc") as handle, pytest.raises(paused_flag.PausedFlagStuck):
        update(api, handle=handle)
    assert api.paused is True
    api.time += timedelta(hours=3)

    recovered(api, journal)

    assert api.paused is False
