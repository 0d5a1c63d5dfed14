"""Every optional attribute, created and imported: set, changed, cleared and taken out.

The attributes are those of the JSON Schemas. At each step an apply that reports a change has sent
it, or the plan has said that it will not be sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from api_world import GROUP, World
from attribute_changes import CONNECTION, STATE
from attribute_life import Step, optional_places
from attribute_lives import CARD, LIVES, RESOURCES, SYNC, cleared, is_sent
from terraform_core import Core
from terraform_values import exact, literal

from constructs_lib import schemas
from constructs_lib.backend.fivetran.connection.request import SIDE_EFFECTS
from constructs_lib.backend.managed_object.secret_tracking import SCOPES
from constructs_lib.schemas import Kind

ORIGINS = ("created", "imported")
BASE_CONFIG = {"schema": "events"}
PLACES = [
    (resource, place)
    for resource in RESOURCES
    for place in optional_places(schemas.load(resource).attributes)
    if not schemas.load(resource).attributes[place.partition(".")[0]].forces_replacement
    and (resource, place) != (STATE, "state.*")
]
"""What replaces has a test of its own, and the state must be there."""
ALL = [
    pytest.param(origin, *case, id=".".join((origin, *case)))
    for origin in ORIGINS
    for case in PLACES
]


class Bench:
    """One resource of its own, made by Terraform or taken over."""

    def __init__(self, world: World, resource: str, place: str, origin: str) -> None:
        self.world, self.resource, self.place = world, resource, place
        self.attributes = schemas.load(resource).attributes
        self.name = place.partition(".")[0]
        self.kind = self.attributes[self.name].kind
        self.life = LIVES[resource][place]
        self.core = Core(world.provider, resource)
        self.connection = "" if resource == CONNECTION else self._other()
        self._begin(origin)

    def step(self, value: Any, along: dict[str, Any] | None = None) -> Step:
        """Apply a value of the attribute; None leaves it out."""
        return Step(self.core, self.attributes, self._config(value, along), self.world.writes)

    def in_request(self, sent: list[Any], value: Any) -> bool:
        """True if a request carries the value; of what is masked, the key counts."""
        if self.resource not in (CONNECTION, STATE):
            return bool(sent)
        part = {wo: scope for scope, wo in SCOPES.items()}.get(self.name, self.name)
        found = [body[part] for body in sent if part in body]
        if self.name in ("config_wo", "auth", "auth_wo"):
            return any(value.keys() <= body.keys() for body in found)
        if isinstance(value, dict):
            return any(value.items() <= body.items() for body in found)
        return value in found

    def names(self, *along: dict[str, Any]) -> set[str]:
        """The attributes that a step may change, with those that the API may change along."""
        changed = {self.name, *(name for one in along for name in one)}
        return changed | {effect for name in changed for effect in SIDE_EFFECTS.get(name, ())}

    def _begin(self, origin: str) -> None:
        config = self._config(None)
        if origin == "created":
            self.core.apply(self.core.plan(config), config)
            return
        identifier = self.connection
        if self.resource == CONNECTION:
            identifier = self.world.add("amplitude", BASE_CONFIG)
            beside = {n: v for n, v in self.life.beside.items() if self.attributes[n].follows_api}
            if beside:
                self.world.change(identifier, beside)
        self.core.import_(identifier)
        self.core.apply(self.core.plan(config), config)

    def _config(self, value: Any, along: dict[str, Any] | None = None) -> Any:
        given = {**self._base(), **self.life.beside, **(along or {})}
        if self.name == "config":
            given["config"] = {**BASE_CONFIG, **(value or {})}
        elif value is not None:
            given[self.name] = value
        return self.core.config({name: self._form(name, one) for name, one in given.items()})

    def _base(self) -> dict[str, Any]:
        if self.resource == CONNECTION:
            return {"group_id": GROUP, "service": "amplitude", "config": BASE_CONFIG}
        base: dict[str, Any] = {"connection_id": self.connection}
        if self.resource == CARD:
            base["redirect_uri"] = "https://example.com"
        return {**base, "state": {"cursor": 0}} if self.resource == STATE else base

    def _form(self, name: str, value: Any) -> Any:
        is_open = self.attributes[name].kind is Kind.DYNAMIC
        return literal(value) if is_open else exact(value)

    def _other(self) -> str:
        """A connection that is there, in the state that the resource asks for."""
        made = self.world.add("connector_sdk", {"schema": "other", "package_id": "p"})
        if self.resource == STATE:
            self.world.set_state(made, {"cursor": 0})
        return made


@pytest.fixture
def world() -> Iterator[World]:
    world = World({})
    world.store.configure(sync_seconds=0)
    yield world
    world.close()


@pytest.mark.parametrize("resource", RESOURCES)
def test_every_optional_attribute_has_a_life(resource: str) -> None:
    places = set(optional_places(schemas.load(resource).attributes))

    assert places <= set(LIVES[resource])


@pytest.mark.parametrize(("origin", "resource", "place"), ALL)
def test_change_is_sent_or_said(world: World, origin: str, resource: str, place: str) -> None:
    bench = Bench(world, resource, place, origin)
    life, (along, along_other) = bench.life, bench.life.along
    sends = is_sent(resource, bench.name)

    # When it is set for the first time: an import has the flag of a historical sync say what was
    was_said = (origin, bench.name) == ("imported", "is_historical_sync")
    is_first_of_import = (origin, resource, bench.name) == ("imported", SYNC, "triggers")
    step = bench.step(life.value, along)
    step.check_rule(bench.names(along), is_sent=sends and not was_said and not is_first_of_import)
    assert bench.in_request(step.sent, life.value) or not step.sent

    # When it is changed
    step = bench.step(life.other, along_other)
    step.check_rule(bench.names(along, along_other), is_sent=sends)
    assert bench.in_request(step.sent, life.other) or not sends
    assert step.differences or not bench.attributes[bench.name].follows_api

    # When it is cleared, in the form that it has
    attribute = bench.attributes[bench.name]
    along_cleared = along_other if life.along_cleared is None else life.along_cleared
    along_cleared = {} if bench.kind is Kind.LISTS else along_cleared
    step = bench.step(cleared(attribute, life.other), along_cleared)
    step.check_rule(bench.names(along_other, along_cleared), is_sent=bool(step.sent))
    assert not attribute.clearable or bench.in_request(step.sent, None)

    # When it is taken out, after it had a value
    bench.step(life.value, along)
    step = bench.step(None)
    step.check_rule(bench.names(along), is_sent=bool(step.sent))
    # A card is made of what is configured; whatever else is left out is not managed.
    assert not step.sent or resource == CARD
