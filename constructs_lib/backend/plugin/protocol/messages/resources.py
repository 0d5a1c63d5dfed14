"""The messages of the calls about the provider and its resources, in the order of the calls."""

from __future__ import annotations

from constructs_lib.backend.plugin.protocol.messages.parts import (
    AttributePath,
    ClientCapabilities,
    Deferred,
    Diagnostic,
    DynamicValue,
    Function,
    RawState,
    Schema,
    ServerCapabilities,
)
from constructs_lib.backend.plugin.protocol.protobuf import Message, field


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
    """Tells the provider that running operations should end soon."""

    class Request(Message):
        """The signal."""

    class Response(Message):
        """Why it failed; the one answer without diagnostics."""

        Error: str = field(1)


class ValidateResourceConfig:
    """Asks whether a configuration is right."""

    class Request(Message):
        """The configuration."""

        type_name: str = field(1)
        config: DynamicValue = field(2)
        client_capabilities: ClientCapabilities = field(3)

    class Response(Message):
        """What is wrong with it."""

        diagnostics: list[Diagnostic] = field(1)


class UpgradeResourceState:
    """Asks for a stored state in the form of today's schema."""

    class Request(Message):
        """The state as it is stored, and the version of the schema that it was stored with."""

        type_name: str = field(1)
        version: int = field(2)
        raw_state: RawState = field(3)

    class Response(Message):
        """The state."""

        upgraded_state: DynamicValue = field(1)
        diagnostics: list[Diagnostic] = field(2)


class ReadResource:
    """Asks what a resource is like now."""

    class Request(Message):
        """The state of the last time."""

        type_name: str = field(1)
        current_state: DynamicValue = field(2)
        private: bytes = field(3)
        provider_meta: DynamicValue = field(4)
        client_capabilities: ClientCapabilities = field(5)

    class Response(Message):
        """The state of now; null if the resource is gone."""

        new_state: DynamicValue = field(1)
        diagnostics: list[Diagnostic] = field(2)
        private: bytes = field(3)
        deferred: Deferred = field(4)


class PlanResourceChange:
    """Asks what a change would lead to."""

    class Request(Message):
        """The state, the configuration, and what Terraform makes of both; null destroys."""

        type_name: str = field(1)
        prior_state: DynamicValue = field(2)
        proposed_new_state: DynamicValue = field(3)
        config: DynamicValue = field(4)
        prior_private: bytes = field(5)
        provider_meta: DynamicValue = field(6)
        client_capabilities: ClientCapabilities = field(7)

    class Response(Message):
        """The state that an apply will lead to, as far as it is known."""

        planned_state: DynamicValue = field(1)
        requires_replace: list[AttributePath] = field(2)
        planned_private: bytes = field(3)
        diagnostics: list[Diagnostic] = field(4)
        legacy_type_system: bool = field(5)
        deferred: Deferred = field(6)


class ApplyResourceChange:
    """Carries out a planned change."""

    class Request(Message):
        """The state, the planned one, and the configuration with what is write-only."""

        type_name: str = field(1)
        prior_state: DynamicValue = field(2)
        planned_state: DynamicValue = field(3)
        config: DynamicValue = field(4)
        planned_private: bytes = field(5)
        provider_meta: DynamicValue = field(6)

    class Response(Message):
        """The state of afterwards."""

        new_state: DynamicValue = field(1)
        private: bytes = field(2)
        diagnostics: list[Diagnostic] = field(3)
        legacy_type_system: bool = field(4)


class ImportResourceState:
    """Asks for the state of a resource that exists already."""

    class Request(Message):
        """What the user names it by."""

        type_name: str = field(1)
        id: str = field(2)
        client_capabilities: ClientCapabilities = field(3)

    class ImportedResource(Message):
        """The state of a resource."""

        type_name: str = field(1)
        state: DynamicValue = field(2)
        private: bytes = field(3)

    class Response(Message):
        """The resources of that name: ours are always one."""

        imported_resources: list[ImportResourceState.ImportedResource] = field(1)
        diagnostics: list[Diagnostic] = field(2)
        deferred: Deferred = field(3)


class MoveResourceState:
    """Asks for a state of another type of resource in the form of this one."""

    class Request(Message):
        """The state as it is stored, and what it is of."""

        source_provider_address: str = field(1)
        source_type_name: str = field(2)
        source_schema_version: int = field(3)
        source_state: RawState = field(4)
        target_type_name: str = field(5)
        source_private: bytes = field(6)

    class Response(Message):
        """The state."""

        target_state: DynamicValue = field(1)
        diagnostics: list[Diagnostic] = field(2)
        target_private: bytes = field(3)
