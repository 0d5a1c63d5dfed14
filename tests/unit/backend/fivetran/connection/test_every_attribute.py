"""Every attribute of both resources: one whose change plans as an update is part of a request.

Each attribute of the JSON Schemas stands in a table here, with two values. It is changed alone, and
must then be sent, or replace the resource, or be one of the few that steer requests only. Those say
so in their description, because a user reads there why a plan changes something and nothing is
sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from api_world import GROUP, World
from attribute_changes import CHANGES, CONNECTION, NEEDED, SAYS_SO, STATE, STEERING, Change, Values
from terraform_core import Core, Planned
from terraform_values import exact, literal

from constructs_lib import schemas
from constructs_lib.backend.managed_object.secret_tracking import SCOPES
from constructs_lib.sandbox import JournalEntry
from constructs_lib.schemas import Attribute, Kind


def places(attributes: dict[str, Attribute]) -> Iterator[str]:
    """Each attribute that can be configured; those inside others by ``.``, free keys as ``*``."""
    for name, attribute in attributes.items():
        if attribute.read_only:
            continue
        if attribute.kind is Kind.NESTED:
            yield from (f"{name}.{inner}" for inner in places(attribute.attributes))
        else:
            yield f"{name}.*" if attribute.kind in (Kind.DYNAMIC, Kind.MAP) else name


def every(predicate: Any) -> list[Any]:
    """The changes of both resources for which the predicate holds, by resource and place."""
    cases = [(resource, place) for resource, table in CHANGES.items() for place in table]
    return [pytest.param(*case, id=".".join(case)) for case in cases if predicate(*case)]


def attribute_of(resource: str, place: str) -> Attribute:
    return schemas.load(resource).attributes[place.partition(".")[0]]


def replaces(resource: str, place: str) -> bool:
    return attribute_of(resource, place).forces_replacement


def steers(resource: str, place: str) -> bool:
    return attribute_of(resource, place).name in STEERING[resource]


def is_sent(resource: str, place: str) -> bool:
    return not replaces(resource, place) and not steers(resource, place)


def may_be_left_out(resource: str, place: str) -> bool:
    return is_sent(resource, place) and not attribute_of(resource, place).required


class Bench:
    """One resource under a driver, and what reaches the API."""

    def __init__(self, world: World, resource: str) -> None:
        self._world, self._resource = world, resource
        self._attributes = schemas.load(resource).attributes
        self._seen = 0
        self._connections = [self._connection(name) for name in ("first", "second")]
        self.core = Core(world.provider, resource)
        self.requests()

    def config(self, place: str, value: Any, beside: Values) -> Values:
        """A configuration with one value for an attribute, and what it needs."""
        given: Values = {**self._base(), **beside, place.partition(".")[0]: value}
        if place == "config.*":
            given["config"] = {**self._base()["config"], **value}
        named = dict(zip(("FIRST", "SECOND"), self._connections, strict=True))
        formed = {name: self._form(name, named, v) for name, v in given.items()}
        config: Values = self.core.config(formed)
        return config

    def requests(self) -> list[JournalEntry]:
        """The write requests since the last call."""
        entries = self._world.store.journal(self._seen)
        self._seen = entries[-1].number if entries else self._seen
        return [entry for entry in entries if entry.writes]

    def apply(self, config: Values, plan: Planned | None = None) -> list[JournalEntry]:
        """Applies a plan, or what is configured; answers the write requests."""
        self.core.apply(plan or self.core.plan(config), config)
        return self.requests()

    def _base(self) -> Values:
        if self._resource == STATE:
            return {"connection_id": "FIRST", "state": {"cursor": 0}}
        return {"group_id": GROUP, "service": "amplitude", "config": {"schema": "events"}}

    def _form(self, name: str, named: dict[str, str], value: Any) -> Any:
        if self._attributes[name].kind is Kind.DYNAMIC:
            return literal(value)
        return named.get(value, value) if isinstance(value, str) else exact(value)

    def _connection(self, schema: str) -> str:
        core = Core(self._world.provider, CONNECTION)
        config = literal({"schema": schema, "package_id": "p"})
        values = {"group_id": GROUP, "service": "connector_sdk", "config": config}
        core.apply(core.plan(core.config(values)), core.config(values))
        return str((core.state() or {})["id"])


@pytest.fixture
def world() -> Iterator[World]:
    world = World({})
    world.store.add_group("sandbox_lake")
    yield world
    world.close()


def in_request(place: str, change: Change, entries: list[JournalEntry]) -> bool:
    """True if a request carries the value; of a secret, the journal shows the key only."""
    name = place.partition(".")[0]
    part = {wo: scope for scope, wo in SCOPES.items()}.get(name, name)
    is_secret = part == "auth" or part != name
    found = [entry.body[part] for entry in entries if part in (entry.body or {})]
    if not isinstance(change.after, dict):
        return change.after in found
    changed = {k: v for k, v in change.after.items() if change.before.get(k) != v}
    return any(
        changed.keys() <= body.keys() if is_secret else changed.items() <= body.items()
        for body in found
    )


@pytest.mark.parametrize("resource", CHANGES)
def test_every_attribute_that_can_be_configured_is_walked(resource: str) -> None:
    assert set(CHANGES[resource]) == set(places(schemas.load(resource).attributes))


@pytest.mark.parametrize(("resource", "place"), every(is_sent))
def test_a_change_that_plans_as_an_update_is_sent(world: World, resource: str, place: str) -> None:
    change = CHANGES[resource][place]
    bench = Bench(world, resource)
    bench.apply(bench.config(place, change.before, change.beside))
    after = bench.config(place, change.after, change.beside)

    plan = bench.core.plan(after)
    sent = bench.apply(after, plan)

    assert plan.differences, "a change of an attribute shows in the plan"
    assert plan.replaced == []
    assert in_request(place, change, sent), [entry.body for entry in sent]


@pytest.mark.parametrize(("resource", "place"), every(may_be_left_out))
def test_a_value_for_what_was_left_out_is_sent(world: World, resource: str, place: str) -> None:
    change = CHANGES[resource][place]
    bench = Bench(world, resource)
    bench.apply(bench.config(place, None, {} if place in NEEDED else change.beside))
    after = bench.config(place, change.after, change.beside)

    plan = bench.core.plan(after)
    sent = bench.apply(after, plan)

    assert plan.differences, "a new value shows in the plan"
    assert in_request(place, Change({}, change.after), sent), [entry.body for entry in sent]


@pytest.mark.parametrize(("resource", "place"), every(replaces))
def test_replacing_change_is_in_requests_of_the_new_connection(
    world: World, resource: str, place: str
) -> None:
    change = CHANGES[resource][place]
    bench = Bench(world, resource)
    bench.apply(bench.config(place, change.before, change.beside))
    after = bench.config(place, change.after, change.beside)

    assert bench.core.plan(after).replaced == [place]
    bench.core.destroy()
    bench.requests()
    sent = bench.apply(after)

    values = [value for entry in sent for value in (entry.body or {}).values()]
    addressed = [part for entry in sent for part in entry.path.split("/")]
    assert after[place] in (*values, *addressed)


@pytest.mark.parametrize(("resource", "place"), every(steers))
def test_request_control_plans_an_update_and_sends_nothing(
    world: World, resource: str, place: str
) -> None:
    change = CHANGES[resource][place]
    bench = Bench(world, resource)
    bench.apply(bench.config(place, change.before, change.beside))
    after = bench.config(place, change.after, change.beside)

    plan = bench.core.plan(after)
    sent = bench.apply(after, plan)

    # To enforce a state may set it, so what was there before is open until then.
    assert plan.differences - {"previous_state"} == {attribute_of(resource, place).name}
    assert sent == []


@pytest.mark.parametrize("resource", STEERING)
def test_what_steers_requests_says_so_in_its_description(resource: str) -> None:
    attributes = schemas.load(resource).attributes
    silent = {
        name
        for name in STEERING[resource]
        if not any(words in attributes[name].description for words in SAYS_SO)
    }
    assert silent == set()


@pytest.mark.parametrize("resource", STEERING)
def test_no_other_attribute_says_that_it_sends_nothing(resource: str) -> None:
    attributes = schemas.load(resource).attributes.values()
    saying = {a.name for a in attributes if any(words in a.description for words in SAYS_SO)}
    assert saying <= STEERING[resource]


@pytest.mark.parametrize("resource", CHANGES)
def test_what_is_read_only_is_never_sent(world: World, resource: str) -> None:
    read_only = {a.name for a in schemas.load(resource).attributes.values() if a.read_only}
    bench = Bench(world, resource)
    sent: list[JournalEntry] = []
    for place, change in CHANGES[resource].items():
        if is_sent(resource, place):
            sent += bench.apply(bench.config(place, change.before, change.beside))
            sent += bench.apply(bench.config(place, change.after, change.beside))

    assert sent, "requests were made"
    assert [entry.body for entry in sent if read_only & (entry.body or {}).keys()] == []
