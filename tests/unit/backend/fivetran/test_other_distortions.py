"""What the other resources read from answers, under every distortion: a value or a clear error.

For each attribute the table says where answers have it; the JSON Schemas say which attributes
there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from api_world import World
from attribute_changes import STATE
from attribute_lives import CARD, SYNC, TEST
from distorted import distort, refusal
from terraform_core import Core, ProviderRefused
from terraform_values import exact, literal

from constructs_lib import schemas
from constructs_lib.backend.fivetran.connection_sync import trigger
from constructs_lib.sandbox import DISTORTIONS

ANSWERED: dict[str, dict[str, str]] = {
    STATE: {"id": "", "previous_state": "state"},
    TEST: {"id": "", "status": "setup_tests[].status", "results": "setup_tests[].title",
           "tested_at": ""},
    SYNC: {"id": "", "triggered_at": "", "outcome": "status.sync_state",
           "succeeded_at": "succeeded_at"},
    CARD: {"id": "", "uri": "connect_card.uri", "token": "connect_card.token"},
}  # fmt: skip
"""Where the read-only attributes stand in answers; nowhere if they come from the request, or from
the clock."""
MEANS_THE_SAME = {
    "paused": {"boolean_as_text"},
    "state": {"number_as_decimal", "reorder"},
    "status.sync_state": {"lower", "upper", "pad", "trim"},
    "status.setup_state": {"lower", "upper", "pad", "trim"},
    "schedule_type": {"lower", "upper", "pad", "trim"},
    "setup_tests[].status": {"lower", "upper", "pad", "trim"},
    "succeeded_at": {"truncate_time"},
}
"""Distortions that must not end in an error."""
BESIDE = {STATE: ("paused", "status.sync_state"),
          SYNC: ("paused", "schedule_type", "status.setup_state")}  # fmt: skip
"""What decides besides, where it is spelled otherwise."""
PLACES = [
    *(
        (r, place, DISTORTIONS)
        for r, table in ANSWERED.items()
        for place in dict.fromkeys(table.values())
    ),
    *((r, place, MEANS_THE_SAME[place]) for r, places in BESIDE.items() for place in places),
]
CASES = [
    pytest.param(resource, place, name, id=f"{resource}-{place}-{name}")
    for resource, place, names in PLACES
    for name in sorted(names)
    if place and not DISTORTIONS[name].makes_field
]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    # A sync that never ends, as it is answered, is not waited for longer than that.
    monkeypatch.setattr(trigger, "_FIRST_PAUSE", 0.001)
    world = World({})
    world.store.configure(sync_seconds=0)
    yield world
    world.close()


def data(body: Any) -> Any:
    """What an answer is about, cards included."""
    found = body.get("data") if isinstance(body, dict) else None
    return found if isinstance(found, dict) else None


def configured(world: World, resource: str) -> tuple[Core, Any]:
    connection = world.add("connector_sdk", {"schema": "s", "package_id": "p"})
    world.set_state(connection, {"cursor": 1, "day": "Monday"})
    values: dict[str, Any] = {"connection_id": connection}
    if resource == STATE:
        values["state"] = {"cursor": 2, "day": "Monday"}
    if resource == CARD:
        values["redirect_uri"] = "https://example.com"
    core = Core(world.provider, resource)
    given = {n: literal(v) if n == "state" else exact(v) for n, v in values.items()}
    return core, core.config(given)


@pytest.mark.parametrize("resource", ANSWERED)
def test_every_read_only_attribute_has_its_place(resource: str) -> None:
    read_only = {one.name for one in schemas.load(resource).attributes.values() if one.read_only}

    assert set(ANSWERED[resource]) == read_only


def test_card_without_its_address_is_refused(world: World) -> None:
    core, config = configured(world, CARD)
    distort(world._adapter, data, "connect_card.uri", "null")

    with pytest.raises(ProviderRefused):
        core.apply(core.plan(config), config)


@pytest.mark.parametrize(("resource", "place", "name"), CASES)
def test_distorted_answer_settles_or_is_refused(
    world: World, resource: str, place: str, name: str
) -> None:
    core, config = configured(world, resource)
    distort(world._adapter, data, place, name)

    words = refusal(core, config, world)

    assert "bug" not in words
    assert not words or name not in MEANS_THE_SAME.get(place, ())
