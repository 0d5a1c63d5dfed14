"""What the API drops while it does not count is sent when it begins to count."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from api_world import GROUP, World
from terraform_core import Core
from terraform_values import exact, literal

from constructs_lib import schemas
from constructs_lib.backend.fivetran import connection
from constructs_lib.backend.fivetran.connection.model import SETTINGS
from constructs_lib.backend.fivetran.connection.request import SIDE_EFFECTS

CONNECTION = "fivetranops_connection"
ATTRIBUTES = schemas.load(CONNECTION).attributes
CONFIG = {"schema_prefix": "orders", "host": "db.example.com", "connection_type": "Directly"}

PAIRS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"sync_frequency": 60, "daily_sync_time": "16:00"}, {"sync_frequency": 1440}),
    (
        {"data_delay_sensitivity": "LOW", "data_delay_threshold": 60},
        {"data_delay_sensitivity": "CUSTOM"},
    ),
    (
        {"networking_method": "Directly", "private_link_id": "link"},
        {"networking_method": "PrivateLink"},
    ),
    (
        {"networking_method": "SshTunnel", "proxy_agent_id": "pa_1"},
        {"networking_method": "ProxyAgent"},
    ),
    (
        {"networking_method": "PrivateLink", "private_link_id": "one"},
        {"private_link_id": "two"},
    ),
    (
        {"external_secrets_manager_id": "a", "external_secrets_keys_config": {"password": "k"}},
        {"external_secrets_manager_id": "b"},
    ),
]
"""What is configured first, in pairs that Terraform once took, and what becomes of the cause."""


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    # States hold such pairs from when plain Terraform was not checked for them.
    monkeypatch.setattr(connection, "check_settings", lambda config, diagnostics: None)
    world = World({})
    yield world
    world.close()


def configured(core: Core, config: dict[str, Any] = CONFIG, **given: Any) -> dict[str, Any]:
    values = {name: exact(value) for name, value in given.items()}
    found: dict[str, Any] = core.config(
        {"group_id": GROUP, "service": "postgres", "config": literal(config), **values}
    )
    return found


def applied(core: Core, config: dict[str, Any]) -> None:
    core.apply(core.plan(config), config)


@pytest.mark.parametrize(("first", "then"), PAIRS)
def test_what_begins_to_count_is_sent_along(
    world: World, first: dict[str, Any], then: dict[str, Any]
) -> None:
    core = Core(world.provider, CONNECTION)
    applied(core, configured(core, **first))
    world.writes()

    applied(core, configured(core, **(first | then)))

    assert world.writes() == [first | then]


@pytest.mark.parametrize(("first", "then"), PAIRS)
def test_what_was_sent_along_is_what_the_state_says(
    world: World, first: dict[str, Any], then: dict[str, Any]
) -> None:
    core = Core(world.provider, CONNECTION)
    applied(core, configured(core, **first))
    config = configured(core, **(first | then))

    applied(core, config)

    state = core.state() or {}
    answer = world.answer(state["id"])
    assert {name: answer[name] for name in first} == first | then
    assert core.plan(config).differences == set()


def test_what_is_not_configured_is_not_sent_along(world: World) -> None:
    core = Core(world.provider, CONNECTION)
    applied(core, configured(core, sync_frequency=1440, daily_sync_time="16:00"))
    world.writes()

    applied(core, configured(core, sync_frequency=60))
    applied(core, configured(core, sync_frequency=1440))

    assert world.writes() == [{"sync_frequency": 60}, {"sync_frequency": 1440}]


def test_a_dropped_setting_is_sent_with_the_next_one(world: World) -> None:
    # Given an API that keeps nothing of a tunnel while the connection is direct
    world.store.configure(distortions={"config.tunnel_host": "null"})
    core = Core(world.provider, CONNECTION)
    applied(core, configured(core, {**CONFIG, "tunnel_host": "t.example.com"}))
    world.store.configure(distortions={})
    world.writes()

    tunnel = {**CONFIG, "tunnel_host": "t.example.com", "connection_type": "SshTunnel"}
    applied(core, configured(core, tunnel))

    expected = {"connection_type": "SshTunnel", "tunnel_host": "t.example.com"}
    assert world.writes() == [{"config": expected}]


def test_a_dropped_setting_alone_sends_nothing(world: World) -> None:
    world.store.configure(distortions={"config.tunnel_host": "null"})
    core = Core(world.provider, CONNECTION)
    config = configured(core, {**CONFIG, "tunnel_host": "t.example.com"})
    applied(core, config)
    world.writes()

    applied(core, configured(core, {**CONFIG, "tunnel_host": "t.example.com"}, paused=True))

    assert world.writes() == [{"paused": True}]


def test_every_pair_of_the_schema_is_an_influence() -> None:
    pairs = {n: a.only_with[0] for n, a in ATTRIBUTES.items() if a.only_with}

    assert len(pairs) == 4
    assert all(name in SIDE_EFFECTS[cause] for name, cause in pairs.items())
    assert pairs.keys() <= set(SETTINGS)
