"""What the tests of the Fivetran backend share."""

from collections.abc import Iterator

import pytest
from connection_core import core, world
from fake_time import FakeTime
from scripted_api import ScriptedApi, scripted_api

from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.fivetran.api.exchange import FivetranTransport
from constructs_lib.backend.http import attempts

__all__ = ["core", "world"]


@pytest.fixture
def api() -> Iterator[ScriptedApi]:
    with scripted_api() as server:
        yield server


@pytest.fixture
def client(api: ScriptedApi) -> Iterator[Client]:
    made = Client(FivetranTransport(api.url), "key", "secret", request_timeout=2.0)
    yield made
    made.close()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    """Waiting takes no time; pauses are as long as ever."""
    monkeypatch.setattr(attempts, "_FIRST_PAUSE", 0.5)
    clock = FakeTime()
    clock.install(monkeypatch)
    return clock


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the waiting between attempts, except where the API asks for it."""
    monkeypatch.setattr(attempts, "_FIRST_PAUSE", 0.001)
