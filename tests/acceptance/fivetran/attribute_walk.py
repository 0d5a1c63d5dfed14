"""Each attribute alone, in a resource of its own: created, changed and taken back together.

All resources go through the same four applies, because one terraform run for many resources costs
little more than one for a single resource. What happened to each is told apart afterwards.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from attribute_cases import CASES, CONNECTION, OTHER, SCHEMA, STATE, SYNC, TEST, TRUST, Case
from planned import Messages, Planned
from scenario import Scenario, Write

PHASES = ("first", "second", "removed")
OF_CONNECTIONS = (STATE, TEST, SYNC, SCHEMA, *TRUST)
"""The resources that belong to a connection."""
Key = tuple[str, str]
"""A resource type, and the place of an attribute in it."""


@dataclass
class Phase:
    """What one plan and apply did with each resource, and what the plans after it would do."""

    plan: Planned
    writes: dict[Key, list[Write]] = field(default_factory=dict)
    unsettled: set[str] = field(default_factory=set)


def name_of(place: str) -> str:
    """The name of the resource for an attribute."""
    return place.replace(".", "_")


def address_of(key: Key) -> str:
    """The address of the resource for an attribute."""
    return f"{key[0]}.{name_of(key[1])}"


class Walk:
    """The run of all resources.

    :param terraform: where it runs, with an empty sandbox
    """

    def __init__(self, terraform: Scenario) -> None:
        self._terraform, self._sandbox = terraform, terraform.sandbox
        self._sandbox.store.configure(sync_seconds=1)
        self.connections: dict[Key, str] = {}
        """For each attribute of a resource that belongs to a connection, its connection; ``OTHER``
        is one more.
        """
        for kind in OF_CONNECTIONS:
            for place in (*CASES[kind], OTHER):
                self.connections[kind, place] = self._made_by_hand(kind, place)
        self.identifiers: dict[Key, str] = {}
        self.phases = {phase: self._run(phase) for phase in PHASES}

    def configured(self, key: Key, phase: str) -> dict[str, Any]:
        """The attributes of a resource in one phase: what is required, and the one attribute."""
        resource, place = key
        case = CASES[resource][place]
        base = self._base(place) if resource == CONNECTION else self._base_of_other(key)
        if phase == "removed":
            return {**base, **case.beside}
        along = case.along[PHASES.index(phase)]
        return {**base, **case.beside, **along, **self._value(key, case, phase, base)}

    def _value(self, key: Key, case: Case, phase: str, base: dict[str, Any]) -> dict[str, Any]:
        value = case.first if phase == "first" else case.second
        if key == (CONNECTION, "config"):
            value = {**base["config"], **value}
        if key[1] == "connection_id":
            value = self.connections[key[0], OTHER if value == OTHER else "connection_id"]
        return {key[1].partition(".")[0]: value}

    def _base(self, place: str) -> dict[str, Any]:
        config = {"schema_prefix": name_of(place), "host": "db.example.com"}
        return {"group_id": "sandbox_warehouse", "service": "postgres", "config": config}

    def _base_of_other(self, key: Key) -> dict[str, Any]:
        belongs = {"connection_id": self.connections[key]}
        if key[0] in TRUST:
            return {**belongs, TRUST[key[0]].segment: {}}
        return {**belongs, "state": {"cursor": 0}} if key[0] == STATE else belongs

    def _made_by_hand(self, kind: str, place: str) -> str:
        name = f"of_{kind.rpartition('_')[2]}_{name_of(place)}"
        if kind == STATE:
            return self._sandbox.add("connector_sdk", schema=name, package_id="p")
        return self._sandbox.add("postgres", schema_prefix=name, host="db.example.com")

    def _run(self, phase: str) -> Phase:
        resources = {
            kind: {name_of(place): self.configured((kind, place), phase) for place in cases}
            for kind, cases in CASES.items()
        }
        file = self._terraform.directory / "resources.tf.json"
        file.write_text(json.dumps({"resource": resources}, indent=1), encoding="utf-8")
        self._terraform.write("")
        done = Phase(self._terraform.plan())
        assert self._sandbox.writes() == []
        self._terraform.run("apply", "-input=false", done.plan.file.name)
        done.writes = self._sorted(self._sandbox.writes())
        for options in (["-refresh=false"], []):
            done.unsettled |= self._terraform.plan(*options).actions().keys()
        assert self._sandbox.writes() == []
        return done

    def _sorted(self, writes: list[Write]) -> dict[Key, list[Write]]:
        """The write requests by the resource that sent them."""
        former = {identifier: key for key, identifier in self.identifiers.items()}
        schemas = {connection["id"]: connection["schema"] for connection in self._live()}
        places = {name_of(place): (CONNECTION, place) for place in CASES[CONNECTION]}
        own = {i: key for key, i in self.connections.items()}
        for kind in OF_CONNECTIONS:
            own[self.connections[kind, OTHER]] = (kind, "connection_id")
        now = {i: places[schema] for i, schema in schemas.items() if i not in own}
        self.identifiers |= {key: identifier for identifier, key in now.items()}
        found: dict[Key, list[Write]] = {}
        for write in writes:
            method, path, body = write
            if (method, path) == ("POST", "/v1/connections"):
                key = places[body["config"]["schema_prefix"]]
            else:
                key = {**own, **former, **now}[path.split("/")[3]]
            found.setdefault(key, []).append(write)
        return found

    def _live(self) -> list[dict[str, Any]]:
        return self._sandbox.connections()

    def warnings(self, key: Key, phase: str) -> list[str]:
        """The warnings of a plan that name the resource of an attribute."""
        name = address_of(key)
        found = Messages.of(self.phases[phase].plan.output).warnings
        return [text for text in found if f"with {name}," in text]
