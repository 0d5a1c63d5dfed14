"""The calls about the provider itself, and the answers about what it does not have."""

from __future__ import annotations

from copy import deepcopy

from constructs_lib.backend.plugin import checks, messages, schema
from constructs_lib.backend.plugin import tfplugin6_pb2 as pb
from constructs_lib.backend.plugin.diagnostics import ProviderError
from constructs_lib.backend.plugin.session import Call
from constructs_lib.backend.plugin.values import Object


def get_metadata(
    call: Call, request: pb.GetMetadata.Request, response: pb.GetMetadata.Response
) -> None:
    """Names the resources, without their schemas."""
    _announce_capabilities(response.server_capabilities)
    for name in call.session.provider.resources:
        response.resources.add(type_name=name)


def get_provider_schema(
    call: Call, request: pb.GetProviderSchema.Request, response: pb.GetProviderSchema.Response
) -> None:
    """Answers the schemas of the provider and of all resources."""
    _announce_capabilities(response.server_capabilities)
    provider = call.session.provider
    response.provider.CopyFrom(schema.provider_schema(provider.schema))
    for name, resource in provider.resources.items():
        described = schema.resource_schema(resource.schema, resource.version)
        response.resource_schemas[name].CopyFrom(described)


def validate_provider_config(
    call: Call,
    request: pb.ValidateProviderConfig.Request,
    response: pb.ValidateProviderConfig.Response,
) -> None:
    """Checks the provider's configuration."""
    config = _config(call, request.config)
    checks.check(call.attributes, config, call.diagnostics)
    if not call.diagnostics.has_errors:
        seen = deepcopy(config)
        call.session.provider.validate(seen, call.diagnostics)
        call.check_validation(config, seen)


def configure_provider(
    call: Call, request: pb.ConfigureProvider.Request, response: pb.ConfigureProvider.Response
) -> None:
    """Makes the client that the operations of this process use."""
    config = _config(call, request.config)
    provider = call.session.provider
    client = provider.configure(config, request.terraform_version, call.diagnostics)
    call.session.use(client)


def stop_provider(
    call: Call, request: pb.StopProvider.Request, response: pb.StopProvider.Response
) -> None:
    """Signals only: running operations finish, and their state is answered."""
    call.session.stop()


def get_functions(
    call: Call, request: pb.GetFunctions.Request, response: pb.GetFunctions.Response
) -> None:
    """There are no functions."""


def validate_data_resource_config(
    call: Call,
    request: pb.ValidateDataResourceConfig.Request,
    response: pb.ValidateDataResourceConfig.Response,
) -> None:
    """There are no data sources."""
    raise _no_data_source(request.type_name)


def read_data_source(
    call: Call, request: pb.ReadDataSource.Request, response: pb.ReadDataSource.Response
) -> None:
    """There are no data sources."""
    raise _no_data_source(request.type_name)


def _announce_capabilities(capabilities: pb.ServerCapabilities) -> None:
    capabilities.plan_destroy = True
    capabilities.get_provider_schema_optional = True


def _config(call: Call, message: pb.DynamicValue) -> Object:
    call.attributes = call.session.provider.schema.attributes
    return messages.read_object(message, call.object_type) or {}


def _no_data_source(type_name: str) -> ProviderError:
    return ProviderError(
        "Unknown data source", f"This version of the provider has no data source {type_name}."
    )
