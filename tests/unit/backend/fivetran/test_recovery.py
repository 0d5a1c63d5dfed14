"""What dead runs left is looked after when the provider is configured, while Terraform waits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_time import FakeTime
from scripted_api import Answer, ScriptedApi

from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.fivetran.journal.journal import Journal, JournalEntry
from constructs_lib.backend.fivetran.recovery import recover
from constructs_lib.backend.http.transport import Transport
from constructs_lib.backend.plugin.diagnostics import Diagnostics

COUNT = 10


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    clock = FakeTime()
    clock.install(monkeypatch)
    return clock


@pytest.fixture
def client(api: ScriptedApi) -> Iterator[Client]:
    made = Client(Transport(api.url), "key", "secret")
    yield made
    made.close()


def interrupted_journal(folder: Path, client: Client) -> Journal:
    """A journal of several runs that died."""
    journal = Journal(folder)
    for number in range(COUNT):
        entry = JournalEntry(
            f"c{number}", client.account, False, None, "print", "2026-01-31T00:00:00Z"
        )
        with journal.hold(entry.connection) as handle:
            handle.write(entry)
    return journal


def warnings(client: Client, journal: Journal) -> list[str]:
    diagnostics = Diagnostics()
    recover(client, journal, diagnostics)
    assert not diagnostics.has_errors
    return [f"{one.summary}: {one.detail}" for one in diagnostics]


def test_an_api_out_of_reach_is_waited_for_once(tmp_path: Path, clock: FakeTime) -> None:
    client = Client(Transport("http://127.0.0.1:9"), "key", "secret")
    journal, begun = interrupted_journal(tmp_path / "kept", client), clock.time()

    reported = warnings(client, journal)

    assert clock.time() - begun <= 10
    assert len(reported) == COUNT
    assert all("the connection was refused" in one for one in reported)
    assert len(journal.interrupted_connections()) == COUNT


def test_a_busy_api_is_waited_for_a_minute_in_all(
    tmp_path: Path, api: ScriptedApi, client: Client, clock: FakeTime
) -> None:
    api.answers = [Answer(503, {})]
    journal, begun = interrupted_journal(tmp_path / "kept", client), clock.time()

    reported = warnings(client, journal)

    assert clock.time() - begun <= 61
    assert all("may be left paused" in one for one in reported)
    assert len(reported) == COUNT
