"""Data sources at an API that breaks its contract: a value, or a clear error."""

from __future__ import annotations

from typing import Any

import pytest
import tfplugin6_pb2 as pb
from api_world import GROUP, World
from fake_time import FakeTime
from odd_answers import answering, cells

from constructs_lib.backend.fivetran.inventory import Inventory
from constructs_lib.backend.plugin.diagnostics import Diagnostics, ProviderError
from constructs_lib.backend.plugin.protocol.conversion import object_type
from constructs_lib.backend.plugin.protocol.dispatcher import dispatch
from constructs_lib.backend.plugin.protocol.session import Session
from constructs_lib.backend.plugin.values.decoding import decode
from constructs_lib.backend.plugin.values.encoding import encode
from constructs_lib.backend.plugin.values.value import unwrap
from constructs_lib.sandbox.fivetran.distortions import DISTORTIONS

SECRET = "canary-secret"
CONFIG = {"schema_prefix": "orders", "host": "Host", "port": 5432, "password": SECRET}
PLACES = ("*", "status.*", "config.*")
CASES = [
    (place, name)
    for place in PLACES
    for name, distortion in DISTORTIONS.items()
    if not distortion.makes_field
]


def read(world: World, kind: str, **config: Any) -> Any:
    provider = world.provider()
    session = Session(lambda: provider)
    session.use(provider.configure({}, "1.11.4", Diagnostics()))
    type_name = f"fivetranops_{kind}"
    attributes = provider.data_sources[type_name].schema.attributes
    type_ = object_type(attributes)
    message = pb.DynamicValue(msgpack=encode({**dict.fromkeys(attributes), **config}, type_))
    request = pb.ReadDataSource.Request(type_name=type_name, config=message)
    data = dispatch(session, "ReadDataSource", request.SerializeToString())
    response = pb.ReadDataSource.Response.FromString(data)
    assert SECRET.encode() not in data
    for diagnostic in response.diagnostics:
        assert "bug" not in diagnostic.detail, diagnostic.detail
        assert "Traceback" not in diagnostic.detail
    assert bool(response.diagnostics) is (response.state.msgpack == b"")
    return unwrap(decode(response.state, type_)) if response.state.msgpack else None


@pytest.mark.parametrize(("place", "name"), CASES)
@pytest.mark.parametrize("list_config", [True, False])
def test_a_distorted_answer_is_a_value_or_a_clear_error(
    place: str, name: str, list_config: bool
) -> None:
    world = World({})
    try:
        world.add("postgres", CONFIG)
        world.store.configure(list_config=list_config, distortions={place: name})
        (made,) = world.connections()
        one = read(world, "connection", connection_id=made.id)
        read(world, "connection", group_id=GROUP, schema="orders")
        read(world, "connections")
    finally:
        world.close()

    # An answer that does not name this connection as it is named is an error.
    assert one is None or one["id"] == made.id


@pytest.mark.parametrize(("place", "name"), [("state", "nothing_as_null"), ("state.*", "null")])
def test_a_distorted_state_is_a_value_or_a_clear_error(place: str, name: str) -> None:
    world = World({})
    try:
        made = world.add("connector_sdk", {"schema": "s", "package_id": "p"})
        world.set_state(made, {"a": {}, "b": "text"})
        world.store.configure(distortions={place: name})
        read(world, "connection_state", connection_id=made)
    finally:
        world.close()


@pytest.mark.parametrize("list_config", [True, False])
def test_an_answer_with_an_odd_field_is_a_value_or_a_clear_error(
    list_config: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    FakeTime().install(monkeypatch)
    world = World({})
    try:
        made = world.add("postgres", CONFIG)
        world.store.configure(list_config=list_config)
        with answering(world) as answers:
            inventory(world)
            read(world, "connection", connection_id=made)
            for place, odd in cells(answers, share=29):
                with answers.at(place, odd):
                    read(world, "connection", connection_id=made)
                    read(world, "connection", group_id=GROUP, schema="orders")
                    read(world, "connections")
                    inventory(world)
    finally:
        world.close()


def inventory(world: World) -> None:
    """What an adoption reads; an error is one that is explained."""
    found = Inventory(world.provider().configure({}, "", Diagnostics()).client)
    try:
        for items in found.listed():
            found.read(items, lambda done, total: None)
    except ProviderError as error:
        words = f"{error.summary}: {error.detail}"
        assert SECRET not in words
        assert not {"bug", "Traceback"} & set(words.split())


def test_another_order_of_a_list_is_no_difference() -> None:
    world = World({})
    try:
        for schema in ("b", "c", "a"):
            world.add("postgres", {**CONFIG, "schema_prefix": schema})
        first = read(world, "connections")
        world.restore(sorted(world.connections(), key=lambda one: one.schema))
        assert read(world, "connections") == first
    finally:
        world.close()
    assert [one["schema"] for one in first["connections"]] == ["a", "b", "c"]
