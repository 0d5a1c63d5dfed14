"""Whether objects that the API does not know are gone, or belong to another account."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait

import pytest

from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.errors import Interrupted, NotFound
from constructs_lib.backend.managed_object.checks import is_imported
from constructs_lib.backend.managed_object.provider_data import Presence, Wording
from constructs_lib.backend.plugin.concurrency import Activity
from constructs_lib.backend.plugin.diagnostics import AlreadyReported, Diagnostic, ProviderError
from constructs_lib.backend.plugin.resource import Operation

WORDS = Wording("thing", "thingops", "account", "the_key of the provider thingops (or THING_KEY)")
ADDRESS = "https://api.example.com"
PATIENCE = 30.0
"""Seconds after which something that should come certainly does not."""


class CountingActivity(Activity):
    """Calls by a clock of the test; counts how often somebody has looked."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.looks = 0
        super().__init__(lambda: self.seconds)

    def is_quiet(self, seconds: float) -> bool:
        self.looks += 1
        return super().is_quiet(seconds)


class Run:
    """One run of Terraform, whose calls come in threads of their own."""

    def __init__(self, slots: ThreadPoolExecutor) -> None:
        self._slots = slots
        self.activity = CountingActivity()
        self.presence = Presence(WORDS, ADDRESS)

    def read(self, identifier: str) -> Future[list[Diagnostic]]:
        """A read of something that the API does not know."""
        return self._slots.submit(self._call, self.presence.confirm_gone, identifier)

    def delete(self, identifier: str) -> Future[list[Diagnostic]]:
        """A deletion of something that the API does not know."""
        return self._slots.submit(self._call, self.presence.confirm_deleted, identifier)

    def held(self, identifier: str) -> Future[list[Diagnostic]]:
        """A read that is held back."""
        before, asked = self.activity.looks, self.read(identifier)
        self.look_on(asked, before + 1)
        return asked

    def look_on(self, asked: Future[list[Diagnostic]], looks: int) -> None:
        """Waits until the operation that is held back has looked so often."""
        while self.activity.looks < looks:
            assert not wait([asked], 0.01).done

    def calm(self, *asked: Future[list[Diagnostic]]) -> None:
        """Lets time pass without a call of Terraform, until the operations have ended."""
        for _ in range(int(PATIENCE / 0.05)):
            if not wait(asked, 0.05).not_done:
                return
            self.activity.seconds += 1
        raise AssertionError("it waits for ever")

    def _call(self, confirm: object, identifier: str) -> list[Diagnostic]:
        assert callable(confirm)
        operation = self.operation()
        with self.activity.call():
            confirm(identifier, gone(identifier), Deadline(600), operation)
        return list(operation.diagnostics)

    def operation(self) -> Operation:
        return Operation(None, {}, threading.Event(), activity=self.activity)


@pytest.fixture
def run() -> Iterator[Run]:
    with ThreadPoolExecutor(8) as slots:
        yield Run(slots)


def gone(identifier: str) -> NotFound:
    return NotFound(f"GET /things/{identifier}", 404, "NotFound_Thing", "There is none.")


def test_a_single_gone_object_warns(run: Run) -> None:
    asked = run.read("a")
    run.calm(asked)

    (warning,) = asked.result()
    assert not warning.is_error
    assert warning.summary == "Thing a does not exist any more"
    assert "GET /things/a answered 404 (NotFound_Thing)" in warning.detail
    assert ADDRESS in warning.detail
    assert WORDS.settings in warning.detail


def test_several_gone_objects_are_one_error(run: Run) -> None:
    held = run.held("a")
    assert [run.read(name).result(PATIENCE) for name in "bcdefg"] == [[]] * 6
    run.calm(held)

    error = held.exception()
    assert isinstance(error, ProviderError)
    assert not isinstance(error, AlreadyReported)
    assert error.summary == "All 7 managed things that were asked for are gone"
    assert "a, b, c, d, e and 2 more" in error.detail
    for part in (ADDRESS, WORDS.settings, "allow_vanished = true", "thingops", "state rm"):
        assert part in error.detail
    assert isinstance(run.read("h").exception(PATIENCE), AlreadyReported)
    assert isinstance(run.read("b").exception(PATIENCE), AlreadyReported)


def test_gone_beside_what_exists_warns_at_once(run: Run) -> None:
    run.presence.exists("x")

    (first,) = run.read("a").result(PATIENCE)
    (second,) = run.read("b").result(PATIENCE)

    assert first.summary == "Thing a does not exist any more"
    assert second.summary == "Thing b does not exist any more"
    assert run.activity.looks <= 2


def test_what_exists_later_releases_what_is_held(run: Run) -> None:
    held = run.held("a")
    assert run.read("b").result(PATIENCE) == []

    run.presence.exists("x")

    (warning,) = held.result(PATIENCE)
    assert warning.summary == "2 things do not exist any more: a, b"


def test_a_running_call_may_still_tell_what_exists(run: Run) -> None:
    with run.activity.call():
        held = run.held("a")
        assert run.read("b").result(PATIENCE) == []
        run.activity.seconds += 1000
        run.look_on(held, run.activity.looks + 3)
        run.presence.exists("x")
        (warning,) = held.result(PATIENCE)

    assert not warning.is_error


def test_what_was_created_proves_nothing(run: Run) -> None:
    run.presence.created("new")
    run.presence.exists("new")
    held = run.held("a")
    assert run.read("b").result(PATIENCE) == []
    run.calm(held)

    assert isinstance(held.exception(), ProviderError)


def test_an_object_counts_once(run: Run) -> None:
    held = run.held("a")
    assert run.read("a").result(PATIENCE) == []
    run.calm(held)

    assert len(held.result()) == 1
    assert run.read("a").result(PATIENCE) == []


def test_one_after_the_other_the_second_is_an_error(run: Run) -> None:
    first = run.read("a")
    run.calm(first)
    second = run.read("b")
    run.calm(second)

    assert len(first.result()) == 1
    error = second.exception()
    assert isinstance(error, ProviderError)
    assert "a, b" in error.detail


def test_allow_vanished_warns_of_each(run: Run) -> None:
    run.presence = Presence(WORDS, ADDRESS, allow_vanished=True)

    found = [run.read(name).result(PATIENCE) for name in "ab"]

    assert [one.summary for (one,) in found] == [
        "Thing a does not exist any more",
        "Thing b does not exist any more",
    ]


def test_deletions_of_what_is_gone_keep_all(run: Run) -> None:
    asked = [run.delete(name) for name in "abc"]
    run.calm(*asked)

    errors = [one.exception() for one in asked]
    assert all(isinstance(one, ProviderError) for one in errors)
    assert not any(isinstance(one, AlreadyReported) for one in errors)
    summaries = sorted(one.summary for one in errors if isinstance(one, ProviderError))
    assert summaries[0] == "All 3 managed things that were asked for are gone"
    assert len([text for text in summaries if text.endswith("stays in the state")]) == 2


def test_a_single_deletion_of_what_is_gone_warns(run: Run) -> None:
    asked = run.delete("a")
    run.calm(asked)

    (warning,) = asked.result()
    assert not warning.is_error
    assert warning.summary == "Thing a does not exist any more"


def test_a_deletion_beside_what_exists_warns_at_once(run: Run) -> None:
    run.presence.exists("x")

    found = [run.delete(name).result(PATIENCE) for name in "ab"]

    assert [len(each) for each in found] == [1, 1]


def test_what_was_deleted_by_this_run_is_no_warning(run: Run) -> None:
    run.presence.deleted("a")

    assert run.delete("a").result(PATIENCE) == []
    (warning,) = run.delete("b").result(PATIENCE)
    assert warning.summary == "Thing b does not exist any more"


@pytest.mark.parametrize("exists", [False, True])
def test_a_plan_of_what_is_held_waits(run: Run, exists: bool) -> None:
    def plan(identifier: str) -> bool:
        with run.activity.call():
            return run.presence.is_refused(identifier, Deadline(600), run.operation())

    with ThreadPoolExecutor(2) as slots:
        held = run.held("a")
        assert run.read("b").result(PATIENCE) == []
        planned = slots.submit(plan, "b")
        assert slots.submit(plan, "unknown").result(PATIENCE) is False
        run.presence.exists("x") if exists else run.calm(held)

        assert planned.result(PATIENCE) is not exists


def test_the_wait_ends_when_terraform_stops(run: Run) -> None:
    operation = run.operation()
    operation.stopping.set()

    with run.activity.call(), pytest.raises(Interrupted):
        run.presence.confirm_gone("a", gone("a"), Deadline(600, operation.stopping), operation)


def test_the_wait_ends_with_its_time_limit(run: Run) -> None:
    operation = run.operation()

    with run.activity.call(), run.activity.call():
        run.presence.confirm_gone("a", gone("a"), Deadline(0), operation)

    assert len(operation.diagnostics) == 1


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({"id": "a", "thing_id": "a", "mode": None}, True),
        ({"id": "a", "thing_id": "a", "mode": "sync"}, False),
        ({"id": "a", "thing_id": None, "wait": False}, False),
    ],
)
def test_an_import_is_told_from_a_state(state: dict[str, object], expected: bool) -> None:
    assert is_imported(state) is expected


def test_activity_is_quiet_after_the_last_call() -> None:
    activity = CountingActivity()
    with activity.call():
        activity.seconds = 10
        assert not activity.is_quiet(1)
        with activity.waiting():
            assert activity.is_quiet(1)
            with activity.call():
                assert not activity.is_quiet(0)
            assert activity.is_quiet(0)
            assert not activity.is_quiet(1)
    activity.seconds = 10.5
    assert not activity.is_quiet(1)
    activity.seconds = 11
    assert activity.is_quiet(1)
