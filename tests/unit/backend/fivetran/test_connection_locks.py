"""Every write to a connection holds the same locks: whoever comes second reads what is there."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from state_api import NEW, Fivetran

from constructs_lib.backend.fivetran import provider_data
from constructs_lib.backend.fivetran.api.errors import Interrupted, TimeLimitExceeded
from constructs_lib.backend.fivetran.connection.resource import ConnectionResource
from constructs_lib.backend.fivetran.connection_state.resource import ConnectionStateResource
from constructs_lib.backend.fivetran.connection_sync.resource import ConnectionSyncResource
from constructs_lib.backend.fivetran.connection_test.resource import ConnectionTestResource
from constructs_lib.backend.fivetran.journal.journal import Journal
from constructs_lib.backend.fivetran.provider_data import Account
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.managed_object.secret_tracking import SecretHasher
from constructs_lib.backend.plugin.diagnostics import ProviderError
from constructs_lib.backend.plugin.resource import Operation
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic

_PATIENCE = 20.0


class Api(Fivetran):
    """One connection, and hooks that a test sets to be called just before a request."""

    def __init__(self) -> None:
        super().__init__()
        self.hooks: dict[str, Callable[[], None]] = {}

    def step(self, name: str) -> None:
        if name in self.hooks:
            self.hooks.pop(name)()
        super().step(name)

    def connection(self, identifier: str, deadline: Deadline) -> dict[str, Any]:
        answer = super().connection(identifier, deadline)
        return {**answer, "id": identifier, "schema": "shop"}

    def modify_connection(
        self, identifier: str, body: dict[str, Any], deadline: Deadline, secrets: Any = ()
    ) -> dict[str, Any]:
        name = "pause" if body["paused"] else "unpause"
        if name in self.hooks:
            self.hooks.pop(name)()
        super().modify_connection(identifier, body, deadline)
        return {"id": identifier, "schema": "shop", "paused": self.paused}

    def delete_connection(self, identifier: str, deadline: Deadline) -> None:
        self.step("DELETE")

    def run_setup_tests(self, identifier: str, *given: Any) -> dict[str, Any]:
        self.step("test")
        return {"id": identifier, "schema": "shop", "setup_tests": []}

    def sync(self, *given: Any, **more: Any) -> None:
        self.step("sync")


class Run:
    """A run of the provider, whose operations a test starts one by one."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.api = Api()
        self.journal = Journal(folder)
        hasher = SecretHasher("key", "secret")
        self.account = Account(self.api, hasher, self.journal)  # type: ignore[arg-type]
        self.waits = threading.Event()
        """Set as soon as an operation waits for a lock."""
        poll = Deadline.poll

        def waiting(deadline: Deadline, pause: float, reason: str) -> None:
            self.waits.set()
            poll(deadline, 0.01, reason)

        monkeypatch.setattr(Deadline, "poll", waiting)

    def operation(self, stopping: threading.Event | None = None) -> Operation:
        return Operation(self.account, {}, stopping or threading.Event())

    def pause(self) -> None:
        """The update that sets ``paused``."""
        attributes: dict[str, Any] = dict.fromkeys(ConnectionResource.schema.attributes)
        prior = {**attributes, "id": "abc", "paused": False, "config": Dynamic.of({})}
        planned = {**prior, "paused": True}
        ConnectionResource().update(prior, planned, planned, self.operation())

    def set_state(self) -> None:
        """The creation of a state."""
        attributes: dict[str, Any] = dict.fromkeys(ConnectionStateResource.schema.attributes)
        planned = {**attributes, "connection_id": "abc", "state": Dynamic.of(NEW)}
        planned["paused_after"] = "restore"
        ConnectionStateResource().create(planned, planned, self.operation())

    def delete(self) -> None:
        """The deletion of the connection."""
        attributes: dict[str, Any] = dict.fromkeys(ConnectionResource.schema.attributes)
        ConnectionResource().delete({**attributes, "id": "abc"}, self.operation())

    def test(self) -> None:
        """The setup tests of the connection."""
        planned = {"connection_id": "abc", "fail_on": "failed", "tested_at": UNKNOWN}
        ConnectionTestResource().create(planned, planned, self.operation())

    def sync(self) -> None:
        """A sync that is not followed."""
        planned = {"connection_id": "abc", "mode": "sync", "force": False}
        ConnectionSyncResource().create(planned, planned, self.operation())

    def beside(self, other: Callable[[], None]) -> tuple[threading.Thread, Callable[[], None]]:
        """A thread for another operation, and a hook that starts it: the hook returns as soon as
        the other one waits for the lock, or has ended without that.
        """
        ended = threading.Event()

        def work() -> None:
            try:
                other()
            finally:
                ended.set()
                self.waits.set()

        thread = threading.Thread(target=work)

        def start() -> None:
            thread.start()
            assert self.waits.wait(_PATIENCE)

        return thread, start


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    return Run(tmp_path / "journal", monkeypatch)


def test_pause_during_state_change_is_not_undone(run: Run) -> None:
    # Given a state that is being set, and an update that pauses the connection just then
    thread, run.api.hooks["PATCH state"] = run.beside(run.pause)
    # When both have ended
    run.set_state()
    thread.join(_PATIENCE)
    # Then the state is set, and the connection paused
    assert (run.api.stored, run.api.paused) == (NEW, True)
    assert [step for step in run.api.journal if "GET" not in step] == [
        *("pause", "PATCH state", "unpause"),
        "pause",
    ]


def test_state_change_during_pause_leaves_it_paused(run: Run) -> None:
    thread, run.api.hooks["pause"] = run.beside(run.set_state)

    run.pause()
    thread.join(_PATIENCE)

    assert (run.api.stored, run.api.paused) == (NEW, True)
    assert [step for step in run.api.journal if "GET" not in step] == ["pause", "PATCH state"]


@pytest.mark.parametrize(
    ("name", "step"), [("delete", "DELETE"), ("test", "test"), ("sync", "sync")]
)
def test_other_writes_wait_for_a_state_change(run: Run, name: str, step: str) -> None:
    thread, run.api.hooks["PATCH state"] = run.beside(getattr(run, name))

    run.set_state()
    thread.join(_PATIENCE)

    assert run.api.journal.index(step) > run.api.journal.index("unpause")


@pytest.mark.parametrize("name", ["pause", "delete", "test", "sync"])
def test_writes_wait_for_another_process(run: Run, tmp_path: Path, name: str) -> None:
    # Given the command ``state``, or another apply, at work on the connection in another process
    thread, start = run.beside(getattr(run, name))
    other = Journal(tmp_path / "journal")
    with other._locked("abc"):
        start()
        assert thread.is_alive()
        assert not {"pause", "DELETE", "test", "sync"} & set(run.api.journal)
    # When it has ended, then the write is sent
    thread.join(_PATIENCE)
    assert not thread.is_alive()
    assert {"pause", "DELETE", "test", "sync"} & set(run.api.journal)


def test_wait_for_another_process_has_an_end(run: Run, tmp_path: Path) -> None:
    stopping = threading.Event()
    with Journal(tmp_path / "journal")._locked("abc"):
        with (
            pytest.raises(TimeLimitExceeded, match="another run in this working directory, about"),
            provider_data.locked_for_write(run.account, "abc", Deadline(0.3)),
        ):
            pass
        stopping.set()
        with (
            pytest.raises(Interrupted),
            provider_data.locked_for_write(run.account, "abc", Deadline(30, stopping)),
        ):
            pass


def test_locks_are_free_after_an_error(run: Run) -> None:
    run.api.failures["test"] = TimeLimitExceeded("too late")

    with pytest.raises(ProviderError):
        run.test()

    assert run.account.locks.is_held("abc") is False
    with Journal(run.journal._folder).hold("abc", waits=False):
        pass
