"""A schema with an attribute of each sort, and a resource that does what a test says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import tfplugin6_pb2 as pb

from constructs_lib.backend.plugin.consistency.state_rules import ReadAnswer
from constructs_lib.backend.plugin.diagnostics import Diagnostics, Path
from constructs_lib.backend.plugin.protocol.conversion import object_type
from constructs_lib.backend.plugin.protocol.dispatcher import dispatch
from constructs_lib.backend.plugin.protocol.session import Session
from constructs_lib.backend.plugin.provider import Provider, ReadRule
from constructs_lib.backend.plugin.resource import Operation, Plan, Resource
from constructs_lib.backend.plugin.values import decoding
from constructs_lib.backend.plugin.values.encoding import encode
from constructs_lib.backend.plugin.values.types import Type
from constructs_lib.backend.plugin.values.value import Object
from constructs_lib.schemas import ResourceSchema
from constructs_lib.schemas.model import _attributes

DOCUMENT: dict[str, Any] = {
    "description": "A thing.",
    "required": ["name", "config"],
    "properties": {
        "name": {"type": "string", "minLength": 2, "x-forces-replacement": True},
        "config": {"type": "object"},
        "color": {"type": "string", "enum": ["red", "green"]},
        "level": {"type": "integer", "default": 3, "minimum": 0, "maximum": 9},
        "ratio": {"type": "number", "exclusiveMinimum": 0},
        "flag": {"type": "boolean", "default": None},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "window": {
            "type": "object",
            "default": None,
            "required": ["from"],
            "properties": {
                "from": {
                    "type": "string",
                    "pattern": "^[0-9]+h$",
                    "x-allowed": "a number of hours, such as 5h",
                },
                "to": {"type": "string"},
            },
        },
        "token": {"type": "string", "format": "password", "pattern": "^t-"},
        "secret_wo": {"type": "object", "writeOnly": True},
        "id": {"type": "string", "readOnly": True},
    },
}
SCHEMA = ResourceSchema("toy_thing", "A thing.", _attributes(DOCUMENT), DOCUMENT)
ATTRIBUTES = SCHEMA.attributes
TYPE = object_type(ATTRIBUTES)
EMPTY: Object = dict.fromkeys(ATTRIBUTES)


def thing(**values: Any) -> Object:
    """An object of the schema with everything null but these values."""
    return {**EMPTY, **values}


class Scripted(Resource):
    """A resource whose operations a test supplies."""

    schema = SCHEMA

    def __init__(self, **script: Callable[..., Any]) -> None:
        self.script = script

    def _run(self, name: str, *arguments: Any) -> Any:
        return self.script[name](*arguments) if name in self.script else None

    def validate(self, config: Object, diagnostics: Diagnostics) -> None:
        self._run("validate", config, diagnostics)

    def plan(self, plan: Plan, operation: Operation) -> None:
        self._run("plan", plan, operation)

    def plan_destroy(self, prior: Object, operation: Operation) -> None:
        self._run("plan_destroy", prior, operation)

    def create(self, planned: Object, config: Object, operation: Operation) -> Object:
        return self._run("create", planned, config, operation)

    def read(self, state: Object, operation: Operation) -> Object | None:
        return self._run("read", state, operation)

    def update(
        self, prior: Object, planned: Object, config: Object, operation: Operation
    ) -> Object:
        return self._run("update", prior, planned, config, operation)

    def delete(self, prior: Object, operation: Operation) -> None:
        self._run("delete", prior, operation)


def color_is_not_black(answer: ReadAnswer) -> Iterator[Path]:
    """Read no black."""
    if (answer.state or {}).get("color") == "black":
        yield ("color",)


class Sample(Provider):
    schema = ResourceSchema("toy", "Toys.", {}, {})

    def __init__(self, resource: Resource) -> None:
        self.resources = {"toy_thing": resource}

    def configure(self, config: Object, terraform_version: str, diagnostics: Diagnostics) -> Any:
        return "the provider data"

    def read_rules(self) -> tuple[ReadRule, ...]:
        return (color_is_not_black,)


def message(values: Object | None) -> pb.DynamicValue:
    return pb.DynamicValue(msgpack=encode(values, TYPE))


def values(message_: pb.DynamicValue) -> Any:
    return decoding.decode(message_, TYPE)


def decode(data: bytes, type_: Type) -> Any:
    """The value that a message has as MessagePack."""
    return decoding.decode(pb.DynamicValue(msgpack=data), type_)


def decode_json(data: bytes | str, type_: Type) -> Any:
    """The value that a message has as JSON."""
    encoded = data.encode() if isinstance(data, str) else data
    return decoding.decode(pb.DynamicValue(json=encoded), type_)


def call(resource: Resource, name: str, *, refreshed: bool = False, **fields: Any) -> Any:
    """Calls a method of a provider with this resource and returns the response message.

    :param refreshed: True if the same process has read a state before, as that of a plan does
    """
    kind = getattr(pb, name)
    request = kind.Request(type_name="toy_thing", **fields)
    session = Session(lambda: Sample(resource))
    session.has_refreshed = refreshed
    data = dispatch(session, name, request.SerializeToString())
    return kind.Response.FromString(data)


def errors(response: Any) -> list[str]:
    return [f"{d.summary}: {d.detail}" for d in response.diagnostics]
