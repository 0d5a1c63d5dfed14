"""Whatever a refresh, an import or a plan reads, a limit bounds it."""

from __future__ import annotations

from typing import Any

import pytest
from api_world import GROUP, World
from terraform_core import Core
from terraform_values import exact, literal

from constructs_lib.backend.fivetran.api.exchange import Exchange
from constructs_lib.backend.http.deadline import Deadline

CONNECTION, STATE = "fivetranops_connection", "fivetranops_connection_state"
CONFIG = {"schema_prefix": "orders"}


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, float]]:
    """The requests that are sent, each with the seconds of its deadline."""
    found: list[tuple[str, float]] = []
    send_once = Exchange.send_once

    def recording(exchange: Exchange, request: Any, deadline: Deadline) -> Any:
        found.append((request.method, deadline.limit))
        return send_once(exchange, request, deadline)

    monkeypatch.setattr(Exchange, "send_once", recording)
    return found


def connection(world: World) -> tuple[Core, dict[str, Any]]:
    core = Core(world.provider, CONNECTION)
    given = {"group_id": GROUP, "service": "postgres", "config": literal(CONFIG)}
    return core, core.config(given)


def state(world: World) -> tuple[Core, dict[str, Any]]:
    core = Core(world.provider, STATE)
    identifier = world.add("connector_sdk", {"schema": "app"})
    config = {"connection_id": exact(identifier), "state": literal({"cursor": 1})}
    return core, core.config(config)


@pytest.mark.parametrize("resource", [connection, state])
def test_refresh_is_bounded_by_ten_minutes(
    world: World, limits: list[tuple[str, float]], resource: Any
) -> None:
    core, config = resource(world)
    core.apply(core.plan(config), config)
    limits.clear()

    core.refresh()

    assert limits
    assert set(limits) == {("GET", 600.0)}


@pytest.mark.parametrize("resource", [connection, state])
def test_import_is_bounded_by_ten_minutes(
    world: World, limits: list[tuple[str, float]], resource: Any
) -> None:
    core, config = resource(world)
    core.apply(core.plan(config), config)
    identifier = (core.state() or {})["id"]
    limits.clear()

    Core(world.provider, core._type_name).import_(identifier)

    assert limits
    assert set(limits) == {("GET", 600.0)}


def test_plan_of_a_state_is_bounded_by_ten_minutes(
    world: World, limits: list[tuple[str, float]]
) -> None:
    core, config = state(world)
    limits.clear()

    core.plan(config)

    assert limits
    assert set(limits) == {("GET", 600.0)}
