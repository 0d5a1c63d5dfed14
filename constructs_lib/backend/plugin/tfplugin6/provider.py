"""The messages of the calls about the provider itself."""

from __future__ import annotations

from constructs_lib.backend.plugin.protobuf import Message, field
from constructs_lib.backend.plugin.tfplugin6.common import (
    ClientCapabilities,
    Diagnostic,
    DynamicValue,
    ServerCapabilities,
)
from constructs_lib.backend.plugin.tfplugin6.schema import Function, Schema


class GetMetadata:
    """Asks what there is, without schemas."""

    class Request(Message):
        """The question."""

    class EphemeralMetadata(Message):
        """An ephemeral resource."""

        type_name: str = field(1)

    class FunctionMetadata(Message):
        """A function."""

        name: str = field(1)

    class DataSourceMetadata(Message):
        """A data source."""

        type_name: str = field(1)

    class ResourceMetadata(Message):
        """A resource."""

        type_name: str = field(1)

    class Response(Message):
        """All that the provider offers."""

        server_capabilities: ServerCapabilities = field(1)
        diagnostics: list[Diagnostic] = field(2)
        data_sources: list[GetMetadata.DataSourceMetadata] = field(3)
        resources: list[GetMetadata.ResourceMetadata] = field(4)
        functions: list[GetMetadata.FunctionMetadata] = field(5)
        ephemeral_resources: list[GetMetadata.EphemeralMetadata] = field(6)


class GetProviderSchema:
    """Asks for all schemas."""

    class Request(Message):
        """The question."""

    class Response(Message):
        """The schemas, by the names of what they describe."""

        provider: Schema = field(1)
        resource_schemas: dict[str, Schema] = field(2)
        data_source_schemas: dict[str, Schema] = field(3)
        diagnostics: list[Diagnostic] = field(4)
        provider_meta: Schema = field(5)
        server_capabilities: ServerCapabilities = field(6)
        functions: dict[str, Function] = field(7)
        ephemeral_resource_schemas: dict[str, Schema] = field(8)


class GetFunctions:
    """Asks for all functions."""

    class Request(Message):
        """The question."""

    class Response(Message):
        """The functions, by name."""

        functions: dict[str, Function] = field(1)
        diagnostics: list[Diagnostic] = field(2)


class ValidateProviderConfig:
    """Asks whether a configuration of the provider is right."""

    class Request(Message):
        """The configuration."""

        config: DynamicValue = field(1)

    class Response(Message):
        """What is wrong with it."""

        diagnostics: list[Diagnostic] = field(2)


class ConfigureProvider:
    """Configures the provider for the calls that follow."""

    class Request(Message):
        """The configuration, and who asks."""

        terraform_version: str = field(1)
        config: DynamicValue = field(2)
        client_capabilities: ClientCapabilities = field(3)

    class Response(Message):
        """Why it failed."""

        diagnostics: list[Diagnostic] = field(1)


class StopProvider:
    """Tells the provider that running operations shall end soon."""

    class Request(Message):
        """The signal."""

    class Response(Message):
        """Why it failed; the one answer without diagnostics."""

        Error: str = field(1)
