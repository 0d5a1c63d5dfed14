"""The calls about the provider itself."""

from __future__ import annotations

from copy import deepcopy

from constructs_lib.backend.plugin import checks, messages, schema, terraform_version
from constructs_lib.backend.plugin import tfplugin6_pb2 as pb
from constructs_lib.backend.plugin.session import Call
from constructs_lib.backend.plugin.values import Object


def get_metadata(
    call: Call, request: pb.GetMetadata.Request, response: pb.GetMetadata.Response
) -> None:
    """Names the resources, data sources and ephemeral resources, without their schemas."""
    _announce_capabilities(response.server_capabilities)
    for name in call.session.provider.resources:
        response.resources.add(type_name=name)
    for name in call.session.provider.data_sources:
        response.data_sources.add(type_name=name)
    for name in call.session.provider.ephemeral_resources:
        response.ephemeral_resources.add(type_name=name)


def get_provider_schema(
    call: Call, request: pb.GetProviderSchema.Request, response: pb.GetProviderSchema.Response
) -> None:
    """Answers the schemas of the provider and of all that it offers."""
    _announce_capabilities(response.server_capabilities)
    provider = call.session.provider
    response.provider.CopyFrom(schema.provider_schema(provider.schema))
    for name, resource in provider.resources.items():
        described = schema.resource_schema(resource.schema, resource.version)
        response.resource_schemas[name].CopyFrom(described)
    for name, source in provider.data_sources.items():
        response.data_source_schemas[name].CopyFrom(schema.resource_schema(source.schema))
    for name, ephemeral in provider.ephemeral_resources.items():
        described = schema.resource_schema(ephemeral.schema)
        response.ephemeral_resource_schemas[name].CopyFrom(described)


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
    terraform_version.check(request.terraform_version, provider, call.diagnostics)
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


def _announce_capabilities(capabilities: pb.ServerCapabilities) -> None:
    capabilities.plan_destroy = True
    capabilities.get_provider_schema_optional = True


def _config(call: Call, message: pb.DynamicValue) -> Object:
    call.attributes = call.session.provider.schema.attributes
    return messages.read_object(message, call.object_type) or {}
