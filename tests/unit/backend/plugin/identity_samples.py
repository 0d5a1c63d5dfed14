"""A resource with an identity that does what a test says, and the calls about it."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import tfplugin6_pb2 as pb
from plugin_samples import DOCUMENT, Sample, Scripted, decode, message, thing

from constructs_lib.backend.plugin.protocol.conversion import identity_attributes, object_type
from constructs_lib.backend.plugin.protocol.dispatcher import dispatch
from constructs_lib.backend.plugin.protocol.session import Session
from constructs_lib.backend.plugin.resource import Resource
from constructs_lib.backend.plugin.values.encoding import encode
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic, Object
from constructs_lib.schemas import ResourceSchema
from constructs_lib.schemas.model import _attributes


def with_identity(**parts: str) -> ResourceSchema:
    """The schema of the samples with an identity of these attributes."""
    document = deepcopy(DOCUMENT)
    for name, for_import in parts.items():
        document["properties"][name]["x-identity"] = for_import
    return ResourceSchema("toy_thing", "A thing.", _attributes(document), document)


SCHEMA = with_identity(id="required", color="optional")
PARTS = identity_attributes(SCHEMA.attributes)
IDENTITY_TYPE = object_type(PARTS)
CONFIG = thing(name="one", config=Dynamic.of({"a": 1}), color="red")
STATE = {**CONFIG, "id": "x", "level": 3}
IDENTITY = {"id": "x", "color": "red"}
PLANNED = {**STATE, "id": UNKNOWN}


class Identified(Scripted):
    """A resource with an identity, which does what a test says."""

    schema = SCHEMA

    def identity(self, state: Object) -> Object:
        return self.script.get("identity", super().identity)(state)

    def import_state(self, identifier: str, operation: Any) -> Object:
        return self.script.get("import_state", super().import_state)(identifier, operation)

    def import_by_identity(self, identity: Object, operation: Any) -> Object:
        return self.script.get("import_by_identity", super().import_by_identity)(
            identity, operation
        )

    def upgrade_identity(self, version: int, identity: dict[str, Any]) -> dict[str, Any]:
        return self.script.get("upgrade_identity", super().upgrade_identity)(version, identity)


def data(identity: Object | None) -> pb.ResourceIdentityData:
    packed = pb.DynamicValue(msgpack=encode(identity, IDENTITY_TYPE))
    return pb.ResourceIdentityData(identity_data=packed)


def identity_of(found: pb.ResourceIdentityData) -> Any:
    """The identity of a message; None if there is none."""
    packed = found.identity_data.msgpack
    return decode(packed, IDENTITY_TYPE) if packed else None


def ask(resource: Resource, name: str, *, knows_identity: bool = True, **fields: Any) -> Any:
    """The response of a provider with this resource to a method."""
    kind = getattr(pb, name)
    session = Session(lambda: Sample(resource))
    session.knows_identity = knows_identity
    given = fields if name == "GetResourceIdentitySchemas" else {"type_name": "toy_thing", **fields}
    return kind.Response.FromString(
        dispatch(session, name, kind.Request(**given).SerializeToString())
    )


def read(resource: Resource, state: Any = STATE, identity: Any = IDENTITY, **more: Any) -> Any:
    return ask(
        resource, "ReadResource", current_state=message(state), current_identity=data(identity),
        **more,
    )  # fmt: skip


def plan(
    resource: Resource, config: Any = CONFIG, prior: Any = STATE, identity: Any = IDENTITY,
    **more: Any,
) -> Any:  # fmt: skip
    return ask(
        resource, "PlanResourceChange", prior_state=message(prior), prior_identity=data(identity),
        proposed_new_state=message(config), config=message(config or CONFIG), **more,
    )  # fmt: skip


def apply(
    resource: Resource, prior: Any = None, planned: Any = PLANNED, identity: Any = None, **more: Any
) -> Any:
    return ask(
        resource, "ApplyResourceChange", prior_state=message(prior),
        planned_state=message(planned), config=message(CONFIG), planned_identity=data(identity),
        **more,
    )  # fmt: skip


def import_(resource: Resource, identity: Any = None, **more: Any) -> Any:
    return ask(resource, "ImportResourceState", identity=data(identity), **more)
