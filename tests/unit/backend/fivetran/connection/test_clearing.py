"""An empty value clears an attribute, and leaving a networking method clears what belongs to it."""

from __future__ import annotations

from typing import Any

import pytest
from api_world import World
from connection_core import ConnectionCore

from constructs_lib import schemas
from constructs_lib.backend.fivetran.connection.request import creation_body, update_body
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic
from constructs_lib.schemas import Attribute

ATTRIBUTES = schemas.load("fivetranops_connection").attributes
CONFIG = {"schema_prefix": "orders", "host": "db.example.com"}
CLEARED: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    "daily_sync_time": ("16:00", "", {"sync_frequency": 1440}),
    "private_link_id": ("link", "", {"networking_method": "PrivateLink"}),
    "proxy_agent_id": ("pa_1", "", {"networking_method": "ProxyAgent"}),
    "hybrid_deployment_agent_id": ("agent", "", {}),
    "external_secrets_manager_id": ("vault", "", {}),
    "external_secrets_keys_config": ({"password": "k"}, {}, {}),
    "destination_configuration": ({"virtual_warehouse": "W"}, {"virtual_warehouse": ""}, {}),
}
"""For each attribute: a value, the empty value that clears it, and what makes it count."""
LEFT = {"networking_method": "Directly"}


def is_clearable(attribute: Attribute) -> bool:
    return attribute.clearable or any(map(is_clearable, attribute.attributes.values()))


def configured(core: ConnectionCore, **given: Any) -> dict[str, Any]:
    return core.of("postgres", CONFIG, **given)


def beside(name: str) -> dict[str, Any]:
    """What must stand beside the empty value: a method that needs its identifier is left."""
    needed = CLEARED[name][2]
    return LEFT if "networking_method" in needed else needed


def sent_for(name: str) -> dict[str, Any]:
    """The body of the request that clears an attribute."""
    null = {"virtual_warehouse": None} if name == "destination_configuration" else None
    return {name: null, **(LEFT if "networking_method" in CLEARED[name][2] else {})}


def test_every_attribute_that_can_be_cleared_has_a_case() -> None:
    assert {name for name, attribute in ATTRIBUTES.items() if is_clearable(attribute)} == set(
        CLEARED
    )


@pytest.mark.parametrize("name", CLEARED)
def test_an_empty_value_is_sent_as_null(world: World, core: ConnectionCore, name: str) -> None:
    value, empty, needed = CLEARED[name]
    core.carry_out(configured(core, **{name: value}, **needed))
    world.writes()
    config = configured(core, **{name: empty}, **beside(name))

    plan = core.plan(config)
    core.apply(plan, config)

    assert name in plan.differences
    assert world.writes() == [sent_for(name)]
    assert world.answer((core.state() or {})["id"]).get(name) in (None, {})
    assert core.plan(config).differences == set()


@pytest.mark.parametrize("name", CLEARED)
def test_an_empty_value_clears_what_somebody_sets(
    world: World, core: ConnectionCore, name: str
) -> None:
    value, empty, _ = CLEARED[name]
    others = {} if "networking_method" in CLEARED[name][2] else CLEARED[name][2]
    config = configured(core, **{name: empty}, **others)
    core.carry_out(config)
    world.change((core.state() or {})["id"], {name: value})
    world.writes()

    plan = core.plan(config)
    core.apply(plan, config)

    null = {"virtual_warehouse": None} if name == "destination_configuration" else None
    assert name in plan.differences
    assert world.writes() == [{name: null}]
    assert core.plan(config).differences == set()


@pytest.mark.parametrize("name", CLEARED)
def test_an_empty_value_at_creation_clears_nothing(
    world: World, core: ConnectionCore, name: str
) -> None:
    config = configured(core, **{name: CLEARED[name][1]})

    core.carry_out(config)

    (body,) = world.writes()
    assert not body.get(name)
    assert core.plan(config).differences == set()


@pytest.mark.parametrize("name", CLEARED)
def test_a_value_after_the_empty_one_is_sent(world: World, core: ConnectionCore, name: str) -> None:
    value, empty, needed = CLEARED[name]
    core.carry_out(configured(core, **{name: empty}, **beside(name)))
    world.writes()

    core.carry_out(configured(core, **{name: value}, **needed))

    (body,) = world.writes()
    assert body[name] == value


@pytest.mark.parametrize("imported", [True, False])
@pytest.mark.parametrize("name", CLEARED)
def test_clearing_nothing_sends_nothing_and_says_so(
    world: World, core: ConnectionCore, name: str, imported: bool
) -> None:
    if imported:
        core.import_(world.add("postgres", CONFIG))
    else:
        core.carry_out(configured(core))
    world.writes()
    config = configured(core, **{name: CLEARED[name][1]})

    plan = core.plan(config)
    core.apply(plan, config)

    assert plan.differences == {name}
    assert [text for text in plan.warnings if f"{name} has no value that could be" in text]
    assert world.writes() == []
    assert core.plan(config).differences == set()


@pytest.mark.parametrize(
    ("name", "method"), [("private_link_id", "PrivateLink"), ("proxy_agent_id", "ProxyAgent")]
)
@pytest.mark.parametrize("imported", [True, False])
def test_leaving_a_method_clears_what_belongs_to_it(
    world: World, core: ConnectionCore, name: str, method: str, imported: bool
) -> None:
    if imported:
        core.import_(world.add("postgres", CONFIG))
        world.change((core.state() or {})["id"], {name: "one", "networking_method": method})
        core.refresh()
    else:
        core.carry_out(configured(core, **{name: "one", "networking_method": method}))
    world.writes()
    config = configured(core, **LEFT)

    plan = core.plan(config)
    core.apply(plan, config)

    assert plan.differences >= {name, "networking_method"}
    assert world.writes() == [{**LEFT, name: None}]
    state = core.state() or {}
    assert (state[name], world.answer(state["id"]).get(name)) == (None, None)
    assert core.plan(config).differences == set()


def test_another_method_takes_its_own_and_clears_the_other(
    world: World, core: ConnectionCore
) -> None:
    link = {"networking_method": "PrivateLink", "private_link_id": "link"}
    agent = {"networking_method": "ProxyAgent", "proxy_agent_id": "pa_1"}
    core.carry_out(configured(core, **link))
    world.writes()

    core.carry_out(configured(core, **agent))

    assert world.writes() == [{**agent, "private_link_id": None}]


def test_an_api_that_clears_nothing_is_drift(world: World, core: ConnectionCore) -> None:
    # Given an API that goes on to answer what was to be cleared
    core.carry_out(configured(core, hybrid_deployment_agent_id="agent"))
    config = configured(core, hybrid_deployment_agent_id="")
    core.carry_out(config)
    world.change((core.state() or {})["id"], {"hybrid_deployment_agent_id": "agent"})

    assert core.plan(config).differences == {"hybrid_deployment_agent_id"}


@pytest.mark.parametrize("scope", ["config", "auth"])
def test_a_null_setting_is_sent(scope: str) -> None:
    values: dict[str, Any] = dict.fromkeys(ATTRIBUTES)
    values |= {"group_id": "g", "service": "postgres", "config": Dynamic.of(CONFIG)}
    before = {**(CONFIG if scope == "config" else {}), "user": "u", "tunnel": {"host": "t"}}
    for null in ({"user": None}, {"tunnel": {"host": None}}, {"never_seen": None}):
        prior = values | {scope: Dynamic.of(before)}
        planned = values | {scope: Dynamic.of({**before, **null})}
        # A text may decide which settings of auth count, so the others go along.
        along = {"tunnel": before["tunnel"]} if scope == "auth" and "user" in null else {}

        assert update_body(prior, planned, planned, [], {}) == {scope: along | null}


def test_an_unknown_value_clears_nothing() -> None:
    values: dict[str, Any] = dict.fromkeys(ATTRIBUTES)
    values |= {"service": "postgres", "config": Dynamic.of(CONFIG), "proxy_agent_id": "pa_1"}
    planned = values | {"proxy_agent_id": UNKNOWN}

    assert update_body(values, planned, planned, [], {}) == {}
    assert "proxy_agent_id" not in creation_body(planned, planned)
