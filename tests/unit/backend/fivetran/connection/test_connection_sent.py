"""What goes along with a change of a connection, and in which spelling it is sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from api_world import GROUP, World
from terraform_core import Core, ProviderRefused
from terraform_values import exact, literal

CONNECTION = "fivetranops_connection"


@pytest.fixture
def core() -> Iterator[Core]:
    world = World({})
    core = Core(world.provider, CONNECTION)
    core.world = world  # type: ignore[attr-defined]
    yield core
    world.close()


def config(core: Core, host: str, **more: Any) -> dict[str, Any]:
    values = {
        "group_id": GROUP,
        "service": "postgres",
        "config": literal({"schema_prefix": "orders", "host": host}),
        **{name: exact(value) for name, value in more.items()},
    }
    given: dict[str, Any] = core.config(values)
    return given


def apply(core: Core, host: str, **more: Any) -> list[Any]:
    given = config(core, host, **more)
    core.world.writes()  # type: ignore[attr-defined]
    core.apply(core.plan(given), given)
    sent: list[Any] = core.world.writes()  # type: ignore[attr-defined]
    return sent


@pytest.mark.parametrize("word", ["BLOCKED_ON_CAPTURE", "Blocked_On_Capture"])
def test_schema_status_in_capitals_is_sent_in_small(core: Core, word: str) -> None:
    sent = apply(core, "db.example.com", schema_status=word)
    assert sent[1] == {"schema_status": "blocked_on_capture"}

    # Another spelling of the same word changes nothing.
    for other in (word, "blocked_on_capture", "BLOCKED_ON_CAPTURE"):
        given = config(core, "db.example.com", schema_status=other)
        assert core.plan(given).differences == set()
    assert apply(core, "db.example.com", schema_status="READY") == [{"schema_status": "ready"}]


@pytest.mark.parametrize("paused", [True, False])
def test_pause_carries_what_steers_the_tests(core: Core, paused: bool) -> None:
    apply(core, "db.example.com", paused=not paused, run_setup_tests=False)

    sent = apply(core, "db.example.com", paused=paused, run_setup_tests=False)

    assert sent == [{"paused": paused, "run_setup_tests": False}]


def test_required_tests_that_a_change_left_out_are_run(core: Core) -> None:
    # Given required tests that failed, and an API that tests changes of config and auth only
    core.world.store.configure(setup_tests_every_update=False)  # type: ignore[attr-defined]
    apply(core, "db.example.com", require_setup_tests=True)
    with pytest.raises(ProviderRefused, match="Setup test"):
        apply(core, "db.invalid", require_setup_tests=True)

    # When something else is changed, then the tests run all the same, and still fail
    with pytest.raises(ProviderRefused, match="Setup test"):
        apply(core, "db.invalid", require_setup_tests=True, paused=True)

    assert core.world.writes() == [{"paused": True}, {}]  # type: ignore[attr-defined]
