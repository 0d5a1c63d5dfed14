"""The paused flag is put back, however slow the API is and whatever sync is in the way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from fake_time import FakeTime
from state_api import NEW, OLD, Fivetran

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.fivetran.api.exchange import Exchange, FivetranTransport, Request
from constructs_lib.backend.fivetran.connection import paused_flag
from constructs_lib.backend.fivetran.connection_state.set_state import set_state
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.plugin.server import grpc_server

STOP_FAILED = "Failed to stop in-progress sync after trying for 60 seconds"
IN_PROGRESS = "Connection cannot be updated because the sync is in progress"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    clock = FakeTime()
    clock.install(monkeypatch)
    return clock


class SlowApi:
    """One paused connection behind an API that takes 62 s for an answer to a change of it."""

    def __init__(self, clock: FakeTime, failures: int, *, takes_effect: bool = False) -> None:
        self._clock, self._failures, self._takes_effect = clock, failures, takes_effect
        self.paused = True
        self.writes = 0

    def once(self, request: Request, deadline: Deadline) -> dict[str, Any]:
        if request.method == "GET":
            return {"data": {"id": "abc", "paused": self.paused}}
        self.writes += 1
        taken = min(62.0, deadline.remaining)
        self._clock.sleep(taken)
        if taken < 62.0:
            raise errors.NoResponse(str(request), "the answer timed out", sent=True)
        fails = self.writes <= self._failures
        if not fails or self._takes_effect:
            self.paused = (request.body or {})["paused"]
        if fails:
            raise errors.error_of_response(str(request), 500, "", "out of order", None)
        return {"data": {"id": "abc", "paused": self.paused}}


@pytest.fixture
def slow(clock: FakeTime, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Client, SlowApi]]:
    def make(failures: int, **more: bool) -> tuple[Client, SlowApi]:
        api = SlowApi(clock, failures, **more)
        monkeypatch.setattr(Exchange, "send_once", lambda self, *given: api.once(*given))
        return Client(FivetranTransport("http://127.0.0.1:9"), "key", "secret"), api

    return make


@pytest.mark.parametrize("failures", [0, 1, 2, 5])
def test_rescue_has_time_for_slow_failures(
    slow: Callable[..., tuple[Client, SlowApi]], failures: int
) -> None:
    client, api = slow(failures)

    paused_flag.put_back(client, "abc", False)

    assert api.paused is False
    assert api.writes == failures + 1


def test_rescue_looks_before_it_repeats(slow: Callable[..., tuple[Client, SlowApi]]) -> None:
    client, api = slow(5, takes_effect=True)

    paused_flag.put_back(client, "abc", False)

    assert (api.paused, api.writes) == (False, 1)


def test_rescue_ends_before_provider_does() -> None:
    assert paused_flag.RESCUE_LIMIT >= 600
    assert grpc_server.GRACE > paused_flag.RESCUE_LIMIT


class Refusing(Fivetran):
    """An API that refuses another flag, or another state, while a sync runs."""

    def __init__(self, status: int, refusals: dict[str, int]) -> None:
        super().__init__()
        self.status, self.refusals = status, refusals

    def modify_connection(
        self, identifier: str, body: dict[str, Any], deadline: Deadline
    ) -> dict[str, Any]:
        self.refuse("pause" if body["paused"] else "unpause")
        return super().modify_connection(identifier, body, deadline)

    def set_state(self, identifier: str, state: dict[str, Any], deadline: Deadline) -> None:
        self.refuse("PATCH state")
        super().set_state(identifier, state, deadline)

    def refuse(self, step: str) -> None:
        if self.refusals.get(step, 0):
            self.refusals[step] -= 1
            self.journal.append(f"{step}: {self.status}")
            words = STOP_FAILED.upper() if self.status == 400 else IN_PROGRESS
            raise errors.error_of_response(f"PATCH {step}", self.status, "", words, None)


def change(api: Fivetran, deadline: Deadline | None = None) -> None:
    set_state(
        api,  # type: ignore[arg-type]
        "abc",
        NEW,
        paused_after="restore",
        deadline=deadline or Deadline(3600),
    )


@pytest.mark.parametrize("step", ["pause", "PATCH state", "unpause"])
@pytest.mark.parametrize("status", [400, 409])
def test_state_waits_for_sync_in_the_way(clock: FakeTime, step: str, status: int) -> None:
    api = Refusing(status, {step: 3})

    change(api)

    assert (api.stored, api.paused) == (NEW, False)
    assert api.journal.count(f"{step}: {status}") == 3
    assert api.journal.count(step) == 1


def test_pause_that_is_never_taken_puts_nothing_back(clock: FakeTime) -> None:
    api = Refusing(400, {"pause": 10**6})

    with pytest.raises(
        errors.TimeLimitExceeded, match=r"(?i)limit of 60 s.*in-progress sync after trying"
    ):
        change(api, Deadline(60))

    assert (api.stored, api.paused) == (OLD, False)
    assert {"pause", "unpause"}.isdisjoint(api.journal)


def test_pause_that_waits_can_be_interrupted(clock: FakeTime) -> None:
    api, stopping = Refusing(400, {"pause": 10**6}), threading.Event()
    refuse = api.refuse

    def refuse_and_stop(step: str) -> None:
        stopping.set()
        refuse(step)

    api.refuse = refuse_and_stop  # type: ignore[method-assign]
    with pytest.raises(errors.Interrupted):
        change(api, Deadline(3600, stopping))

    assert "unpause" not in api.journal


def test_refusal_without_a_sync_is_not_waited_for(clock: FakeTime) -> None:
    api = Fivetran()
    api.failures["pause"] = errors.error_of_response("PATCH", 400, "InvalidInput", "not so", None)

    with pytest.raises(errors.ApiError, match="not so"):
        change(api)

    assert api.journal.count("pause") == 1


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (409, IN_PROGRESS, errors.SyncInProgress),
        (409, "a data SYNC is already in progress", errors.SyncInProgress),
        (400, STOP_FAILED, errors.SyncInProgress),
        (409, "Connection with schema 'x' exists in this group", errors.Conflict),
        (400, "Field 'config.sync_mode' is required", errors.ApiError),
        (500, STOP_FAILED, errors.ApiError),
    ],
)
def test_sync_in_progress_is_recognised(status: int, message: str, kind: type) -> None:
    assert type(errors.error_of_response("PATCH /", status, "", message, None)) is kind
