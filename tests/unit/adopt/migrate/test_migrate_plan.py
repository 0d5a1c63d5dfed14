"""Which objects of a state move, which are forgotten, which stay, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from official_states import CANARY, Stored, connection, schedule, settings, state_file

from constructs_lib.adopt.migrate.migration import Migration, Refused, plan_migration
from constructs_lib.adopt.migrate.state import read_state

TARGET = "fivetranops_connection"
OURS = "terraform.local/connections-as-code/fivetranops"
DESTINATION = {"prefix": "orders"}
FLAG = {"id": "abc", "connection_id": "abc", "paused": True}


def orders(identifier: str = "abc", **more: Any) -> Stored:
    """A connection in a state."""
    attributes = connection(
        identifier, "postgres", {"host": "db", "password": CANARY}, destination_schema=DESTINATION
    )
    return Stored("fivetran_connection", "orders", attributes)._replace(**more)


def paused(identifier: str = "abc", **more: Any) -> Stored:
    """A schedule in a state."""
    return Stored("fivetran_connector_schedule", "s", schedule(identifier, **more), 0)


def configured(identifier: str = "abc") -> Stored:
    """Settings in a state."""
    return Stored("fivetran_connection_config", "c", settings(identifier, {"port": 5432}))


@pytest.fixture
def planned(tmp_path: Path) -> Any:
    """Plans the migration of a state with some objects."""

    def _planned(objects: Sequence[Stored], **options: Any) -> Migration:
        file = tmp_path / "state.json"
        file.write_text(json.dumps(state_file(objects)))
        return plan_migration(read_state(str(file)), **options)

    return _planned


def moves(migration: Migration) -> dict[str, str]:
    """The names of the new resources by the addresses of the old ones."""
    return {str(e.described.moved_from): e.described.name for e in migration.connections}


def refusal(planned: Any, objects: Sequence[Stored]) -> str:
    """Why a state is refused, in one line."""
    with pytest.raises(Refused) as refused:
        planned(objects)
    (reason,) = refused.value.reasons
    assert CANARY not in reason
    return str(reason)


def test_a_connection_moves_and_its_parts_are_forgotten(planned: Any) -> None:
    found = planned([orders(), paused(), configured()])

    assert moves(found) == {"fivetran_connection.orders": "orders"}
    parts = ("fivetran_connection_config.c", "fivetran_connector_schedule.s")
    assert found.document.removed == parts
    assert [each.type_name for each in found.connections[0].companions] == [
        "fivetran_connection_config",
        "fivetran_connector_schedule",
    ]


def test_a_schedule_is_found_by_group_and_name(planned: Any) -> None:
    named = schedule(None, group_id="sandbox_warehouse", connector_name="orders")
    attributes = {**orders().attributes, "name": "orders"}

    found = planned([orders(attributes=attributes), paused()._replace(attributes=named)])

    assert found.document.removed == ("fivetran_connector_schedule.s",)


def test_a_flag_of_a_pause_state_is_taken_over(planned: Any) -> None:
    flag = Stored("fivetran_connection_v2_pause_state", "p", FLAG, 0)

    found = planned([orders(type_name="fivetran_connection_v2"), flag])

    assert found.connections[0].described.attributes["paused"] is True
    assert found.document.removed == ("fivetran_connection_v2_pause_state.p",)


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({}, "orders"),
        ({"name": "Orders-2"}, "Orders-2"),
        ({"key": 0}, "orders_0"),
        ({"key": "eu west"}, "orders_eu_west"),
        ({"key": "ü"}, "orders__"),
        ({"module": 'module.a["k.1"].module.b[3]'}, "a_k_1_b_3_orders"),
        ({"name": "_x"}, "connection__x"),
    ],
)
def test_a_name_is_made_of_module_name_and_key(
    planned: Any, more: dict[str, Any], name: str
) -> None:
    found = planned([orders(**more)])

    assert list(moves(found).values()) == [name]


def test_names_of_entries_have_small_letters(planned: Any) -> None:
    found = planned([orders(name="Orders-EU", key="West 1")], for_entries=True)

    assert list(moves(found).values()) == ["orders_eu_west_1"]


def test_names_that_would_be_one_get_numbers(planned: Any) -> None:
    every = [orders("a", key="x.y"), orders("b", key="x y"), orders("c", name="Orders_x_y")]

    found = planned(every)

    assert sorted(moves(found).values()) == ["Orders_x_y", "orders_x_y_2", "orders_x_y_3"]


def test_instances_become_resources_of_their_own(planned: Any) -> None:
    found = planned([orders("a", key="x"), orders("b", key="y")])

    assert moves(found) == {
        'fivetran_connection.orders["x"]': "orders_x",
        'fivetran_connection.orders["y"]': "orders_y",
    }


def test_a_removed_resource_is_named_once_without_keys(planned: Any) -> None:
    every = [orders("a", key="x"), orders("b", key="y")]
    every = [each._replace(module='module.m["k"]') for each in every]
    parts = [paused("a")._replace(key="x"), paused("b")._replace(key="y")]

    found = planned([*every, *(each._replace(module='module.m["k"]') for each in parts)])

    assert found.document.removed == ("module.m.fivetran_connector_schedule.s",)


def test_other_objects_stay_with_their_provider(planned: Any) -> None:
    group = Stored("fivetran_group", "g", {"id": "g"}, 0)
    foreign = Stored("fivetran_connection", "f", {"id": "f"}, source="a.example/some/fivetran")
    alone = paused("elsewhere")

    found = planned([orders(), group, foreign, alone])

    assert [each.address for each in found.staying] == ["fivetran_group.g"]
    assert [each.address for each in found.alone] == ["fivetran_connector_schedule.s"]
    assert found.document.removed == ()


def test_a_provider_of_another_registry_is_the_same(planned: Any) -> None:
    assert moves(planned([orders(source="mirror.example.com/fivetran/fivetran")]))


def test_the_rest_of_a_migration_has_the_same_names(planned: Any) -> None:
    # Given two connections of one name, of which the first has moved
    every = [orders("a"), orders("b", module="module.m")]
    names = moves(planned(every))
    there = Stored(TARGET, "orders", {"id": "a"}, 0, source=OURS)
    # When the migration is repeated, then the other gets the name that it had
    found = planned([every[1], there, paused("a")])
    assert moves(found) == {"module.m.fivetran_connection.orders": "m_orders"}
    assert moves(found).items() <= names.items()
    # And what belongs to the first is forgotten as well
    assert found.document.removed == ("fivetran_connector_schedule.s",)
    assert [each.address for each in found.late] == ["fivetran_connector_schedule.s"]
    assert found.moved_before == {"a": f"{TARGET}.orders"}


def test_a_target_with_an_object_is_refused(planned: Any) -> None:
    there = Stored(TARGET, "orders", {"id": "other"}, 0, source=OURS)

    reason = refusal(planned, [orders(), there])

    assert f"would become {TARGET}.orders, which already has an object" in reason
    assert "a plan keeps that one and destroys connection abc" in reason
    assert "terraform state mv" in reason


def test_a_connection_that_moved_and_is_still_there_is_refused(planned: Any) -> None:
    there = Stored(TARGET, "elsewhere", {"id": "abc"}, 0, source=OURS)

    reason = refusal(planned, [orders(), there])

    assert f"connection abc is already in the state as {TARGET}.elsewhere" in reason
    assert "Run 'terraform state rm' on fivetran_connection.orders first" in reason


def test_two_sources_of_one_connection_are_refused(planned: Any) -> None:
    reason = refusal(planned, [orders(), orders(name="again")])

    assert "more than once: fivetran_connection.again, fivetran_connection.orders" in reason


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"more": {"status": "tainted"}}, "is tainted, so a plan replaces the connection"),
        ({"more": {"deposed": "12345678"}}, "has a deposed object"),
        (
            {"version": 2},
            "has a state of version 2, and this version of connections-as-code reads those up to 1",
        ),
        ({"attributes": {**orders().attributes, "id": None}}, "has no connection id"),
        ({"attributes": {**orders().attributes, "id": "../x"}}, "has no connection id"),
        ({"attributes": {**orders().attributes, "service": None}}, "has no service or no group"),
        ({"attributes": {**orders().attributes, "group_id": ""}}, "has no service or no group"),
    ],
)
def test_a_source_that_cannot_move_is_refused(
    planned: Any, more: dict[str, Any], words: str
) -> None:
    reason = refusal(planned, [orders(**more)])

    assert reason.startswith("fivetran_connection.orders ")
    assert words in reason


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (
            [paused()._replace(version=1)],
            "has a state of version 1, and this version of connections-as-code reads those up to 0",
        ),
        ([configured()._replace(more={"deposed": "1"})], "has a deposed object"),
        (
            [configured(), configured()._replace(name="d")],
            "has 2 objects of fivetran_connection_config: fivetran_connection_config.c, "
            "fivetran_connection_config.d",
        ),
        (
            [paused(), Stored("fivetran_connection_pause_state", "p", FLAG, 0)],
            "is paused in one and not in another of fivetran_connection_pause_state.p, ",
        ),
        (
            [paused()._replace(key="x"), paused("elsewhere")._replace(key="y")],
            "A removed block applies to all instances",
        ),
    ],
)
def test_parts_that_are_ambiguous_are_refused(
    planned: Any, parts: list[Stored], words: str
) -> None:
    assert words in refusal(planned, [orders(), *parts])


def test_a_connection_without_a_schema_is_refused(planned: Any) -> None:
    attributes = {**orders().attributes, "destination_schema": None, "name": None}

    reason = refusal(planned, [orders(attributes=attributes)])

    assert "fivetran_connection.orders cannot be described" in reason
    assert "[destination-schema]" in reason


def test_each_refusal_is_named(planned: Any) -> None:
    tainted = {"status": "tainted"}
    every = [orders("a", name="x", more=tainted), orders("b", name="y", more=tainted)]

    with pytest.raises(Refused) as refused:
        planned(every)

    assert len(refused.value.reasons) == 2
