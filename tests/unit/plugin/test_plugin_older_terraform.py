"""A Terraform before 1.10 knows no ephemeral resources: it reads what it knows of the answers."""

from __future__ import annotations

from typing import Any

import tfplugin6_pb2 as pb
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, timestamp_pb2
from plugin_samples import SCHEMA, Sample, Scripted

from constructs_lib.backend.plugin.ephemeral_resource import EphemeralResource, Opened
from constructs_lib.backend.plugin.protocol.dispatcher import answer
from constructs_lib.backend.plugin.protocol.session import Session
from constructs_lib.backend.plugin.resource import Operation
from constructs_lib.backend.plugin.values.value import Object

UNKNOWN_THEN = {"ephemeral_resources", "ephemeral_resource_schemas", "EphemeralMetadata"}
UNKNOWN_THEN |= {"EphemeralResourceSchemasEntry"}


class Key(EphemeralResource):
    schema = SCHEMA

    def open(self, config: Object, operation: Operation) -> Opened:
        return Opened({})


def older(name: str) -> Any:
    """The class of an answer as a client knows it that has never heard of ephemeral resources."""
    file = descriptor_pb2.FileDescriptorProto()
    pb.DESCRIPTOR.CopyToProto(file)
    for message in file.message_type:
        for inner in message.nested_type:
            _drop(inner.field)
            _drop(inner.nested_type)
        _drop(message.nested_type)
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(timestamp_pb2.DESCRIPTOR.serialized_pb)
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"tfplugin6.{name}.Response"))


def _drop(parts: Any) -> None:
    for number in reversed(range(len(parts))):
        if parts[number].name in UNKNOWN_THEN:
            del parts[number]


def asked(name: str) -> Any:
    provider = Sample(Scripted())
    provider.ephemeral_resources = {"toy_thing": Key()}
    return older(name).FromString(answer(Session(lambda: provider), name, b""))


def test_the_schemas_of_resources_are_read() -> None:
    response = asked("GetProviderSchema")

    assert list(response.resource_schemas) == ["toy_thing"]
    assert not response.diagnostics
    assert not hasattr(response, "ephemeral_resource_schemas")


def test_the_names_of_resources_are_read() -> None:
    assert [one.type_name for one in asked("GetMetadata").resources] == ["toy_thing"]
