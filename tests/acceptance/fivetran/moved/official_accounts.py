"""The state that Fivetran's own provider would have of connections of the sandbox."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from official_states import CANARY, Stored, connection, connector, schedule, settings

from constructs_lib.schemas import Field, is_mask, service

PARTS = {"schema": "name", "schema_prefix": "prefix"}


def in_clear(value: Any) -> Any:
    """A value as that provider's state has it: with a secret where the API answers a mask."""
    if isinstance(value, dict):
        return {name: in_clear(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [in_clear(inner) for inner in value]
    return CANARY if is_mask(value) else value


def chosen(value: Any, fields: Mapping[str, Field]) -> Any:
    """The settings that somebody may have chosen: not those that only Fivetran sets."""
    return {
        name: inner
        for name, inner in value.items()
        if name not in fields or not all(leaf.read_only for _, leaf in fields[name].leaves())
    }


def state_of(answer: dict[str, Any], type_name: str) -> Any:
    """The state of a connection that the API answers so."""
    facts = service(answer["service"])
    assert facts is not None
    keys = facts.destination_schema
    config = in_clear(chosen(answer["config"], facts.config))
    parts = zip(keys, answer["schema"].split(".", len(keys) - 1), strict=False)
    make = connector if type_name == "fivetran_connector" else connection
    made = make(
        answer["id"],
        answer["service"],
        config,
        destination_schema={PARTS.get(key, key): part for key, part in parts},
        name=answer["schema"],
    )
    kept = ("group_id", "networking_method", "data_delay_threshold")
    return {**made, **{name: answer[name] for name in kept}}


def objects_of(answers: Sequence[dict[str, Any]]) -> Iterator[Stored]:
    """Connections of both kinds, in modules, by count and for_each, with schedules and settings."""
    for number, answer in enumerate(answers):
        type_name = ("fivetran_connection", "fivetran_connector")[number % 2]
        attributes = state_of(answer, type_name)
        made = _placed(number, Stored(type_name, f"c{number}", attributes, 1 + 3 * (number % 2)))
        yield _placed(number, _schedule(answer, number))
        if number % 4 == 0:
            identifier, config = answer["id"], in_clear(answer["config"])
            given = settings(identifier, chosen(config, _fields(answer)))
            part = Stored("fivetran_connection_config", f"c{number}", given)
            yield _placed(number, part)
            made = made._replace(attributes={**attributes, "config": None})
        yield made


def _fields(answer: dict[str, Any]) -> Mapping[str, Field]:
    facts = service(answer["service"])
    assert facts is not None
    return facts.config


def _schedule(answer: dict[str, Any], number: int) -> Stored:
    """Its schedule, all of whose values are texts."""
    names = ("paused", "pause_after_trial", "sync_frequency", "schedule_type", "daily_sync_time")
    texts = {name: None if answer[name] is None else str(answer[name]).lower() for name in names}
    if number % 3 == 0:
        # The other address of a connection.
        texts |= {"group_id": answer["group_id"], "connector_name": answer["schema"]}
    identifier = None if number % 3 == 0 else answer["id"]
    return Stored("fivetran_connector_schedule", f"c{number}", schedule(identifier, **texts), 0)


def _placed(number: int, one: Stored) -> Stored:
    """An object at the root, in a module, or as an instance of a resource."""
    if number % 5 == 1:
        return one._replace(name=f"each{number % 2}", key=f"k {number}")
    if number % 5 == 2:
        return one._replace(name=f"many{number % 2}", key=number)
    return one._replace(module='module.m["a b"].module.n') if number % 5 == 3 else one
