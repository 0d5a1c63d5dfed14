"""An older Terraform reads what it knows of the responses, and is warned of what it lacks."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import tfplugin6_pb2 as pb
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, timestamp_pb2
from plugin_samples import SCHEMA, Sample, Scripted

from constructs_lib.backend.plugin.protocol.conversion import object_type
from constructs_lib.backend.plugin.protocol.dispatcher import dispatch
from constructs_lib.backend.plugin.protocol.session import Session
from constructs_lib.backend.plugin.provider import Provider
from constructs_lib.backend.plugin.resource import EphemeralResource, Opened, Operation
from constructs_lib.backend.plugin.values.encoding import encode
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
    return older(name).FromString(dispatch(Session(lambda: provider), name, b""))


def test_the_schemas_of_resources_are_read() -> None:
    response = asked("GetProviderSchema")

    assert list(response.resource_schemas) == ["toy_thing"]
    assert not response.diagnostics
    assert not hasattr(response, "ephemeral_resource_schemas")


def test_the_names_of_resources_are_read() -> None:
    assert [one.type_name for one in asked("GetMetadata").resources] == ["toy_thing"]


SANDBOXES = {"FIVETRAN_API_URL": "f.sqlite3", "ELASTICSEARCH_ENDPOINTS": "e.sqlite3"}


def configured(provider: Provider, version: str) -> list[Any]:
    """The diagnostics of a provider that this version of Terraform configures."""
    attributes = provider.schema.attributes
    config = encode(dict.fromkeys(attributes), object_type(attributes))
    request = pb.ConfigureProvider.Request(
        terraform_version=version, config=pb.DynamicValue(msgpack=config)
    )
    session = Session(lambda: provider)
    data = dispatch(session, "ConfigureProvider", request.SerializeToString())
    return list(pb.ConfigureProvider.Response.FromString(data).diagnostics)


@pytest.fixture(params=["fivetran", "elastic"])
def provider(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Provider:
    """A provider of ours, with the embedded sandbox."""
    monkeypatch.chdir(tmp_path)
    for name, file in SANDBOXES.items():
        monkeypatch.setenv(name, f"sandbox:{file}")
    loaded: Provider = import_module(f"constructs_lib.backend.{request.param}").load()
    return loaded


@pytest.mark.parametrize("version", ["1.11.0", "1.11.4", "1.12.0-beta1", "2.0.0", "", "unknown"])
def test_a_terraform_that_knows_everything_is_told_nothing(
    version: str, provider: Provider
) -> None:
    assert configured(provider, version) == []


@pytest.mark.parametrize("provider", ["fivetran"], indirect=True)
def test_an_older_one_is_told_what_it_cannot_do_and_goes_on(provider: Provider) -> None:
    (warning,) = configured(provider, "1.9.8")

    assert warning.severity == pb.Diagnostic.WARNING
    assert warning.summary == "Terraform 1.9.8 is older than 1.11"
    assert "write-only attributes (auth_wo, config_wo) are refused" in warning.detail
    assert "no ephemeral resources" in warning.detail
    assert "OpenTofu 1.11 or later" in warning.detail


@pytest.mark.parametrize("provider", ["fivetran"], indirect=True)
def test_a_terraform_1_10_has_ephemeral_resources(provider: Provider) -> None:
    (warning,) = configured(provider, "1.10.5")

    assert "write-only" in warning.detail
    assert "ephemeral" not in warning.detail


@pytest.mark.parametrize("provider", ["elastic"], indirect=True)
def test_a_provider_that_needs_nothing_new_says_nothing(provider: Provider) -> None:
    assert configured(provider, "1.5.7") == []


def test_the_number_and_not_the_text_is_compared() -> None:
    provider = Sample(Scripted())

    assert configured(provider, "1.100.0") == []
    assert len(configured(provider, "0.15.5")) == 1
