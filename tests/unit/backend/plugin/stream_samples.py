"""A list resource and an action that do what a test says, and the calls about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import tfplugin6_pb2 as pb
from identity_samples import Identified
from plugin_samples import Sample

from constructs_lib.backend.plugin.action import Action
from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.list_resource import Listed, ListOperation, ListResource
from constructs_lib.backend.plugin.protocol.conversion import object_type
from constructs_lib.backend.plugin.protocol.dispatcher import dispatch, stream
from constructs_lib.backend.plugin.protocol.session import Session
from constructs_lib.backend.plugin.resource import Operation
from constructs_lib.backend.plugin.values.encoding import encode
from constructs_lib.backend.plugin.values.value import Object
from constructs_lib.schemas import ResourceSchema
from constructs_lib.schemas.model import _attributes

FILTERS: dict[str, Any] = {
    "description": "Things by their color.",
    "properties": {"color": {"type": "string", "enum": ["red", "green"]}},
}
TOUCH: dict[str, Any] = {
    "description": "Touches a thing.",
    "required": ["thing_id"],
    "properties": {
        "thing_id": {"type": "string", "minLength": 1},
        "how": {"type": "string", "enum": ["gently", "twice"]},
    },
}


def schema(name: str, document: dict[str, Any]) -> ResourceSchema:
    return ResourceSchema(name, document["description"], _attributes(document), document)


class Things(ListResource):
    """A list resource whose operations a test supplies."""

    schema = schema("toy_thing", FILTERS)

    def __init__(self, **script: Callable[..., Any]) -> None:
        self._script = script

    def validate(self, config: Object, diagnostics: Diagnostics) -> None:
        self._script.get("validate", lambda *_: None)(config, diagnostics)

    def list(self, config: Object, operation: ListOperation) -> Iterator[Listed]:
        return self._script["list"](config, operation)


class Touch(Action):
    """An action whose operations a test supplies."""

    schema = schema("toy_touch", TOUCH)

    def __init__(self, **script: Callable[..., Any]) -> None:
        self._script = script

    def validate(self, config: Object, diagnostics: Diagnostics) -> None:
        self._script.get("validate", lambda *_: None)(config, diagnostics)

    def plan(self, config: Object, operation: Operation) -> None:
        self._script.get("plan", lambda *_: None)(config, operation)

    def invoke(self, config: Object, operation: Operation) -> Iterator[str]:
        return self._script["invoke"](config, operation)


def session_of(thing: ListResource | Action) -> Session:
    """A session of a provider with a list resource, or with an action."""
    provider = Sample(Identified())
    if isinstance(thing, Action):
        provider.actions = {"toy_touch": thing}
    else:
        provider.list_resources = {"toy_thing": thing}
    return Session(lambda: provider)


def config_of(thing: Any, values: Object | None) -> pb.DynamicValue:
    packed = encode(values, object_type(thing.schema.attributes))
    return pb.DynamicValue(msgpack=packed)


def ask(thing: Any, name: str, **fields: Any) -> Any:
    """The response to a method that answers once."""
    kind = getattr(pb, name)
    data = dispatch(session_of(thing), name, kind.Request(**fields).SerializeToString())
    return kind.Response.FromString(data)


def events(session: Session, name: str, **fields: Any) -> Iterator[Any]:
    """The messages of a stream, as they are asked for."""
    kind = getattr(pb, name)
    messages = stream(session, name, kind.Request(**fields).SerializeToString())
    try:
        for message in messages:
            yield kind.Event.FromString(message)
    finally:
        messages.close()


def said(found: Any) -> list[str]:
    """Diagnostics as texts, with their severity."""
    return [f"{one.Severity.Name(one.severity)} {one.summary}: {one.detail}" for one in found]
