"""The calls about the provider, and about what it only reads: data sources, ephemeral resources.

Terraform tells its version when it configures a provider (ConfigureProvider), and OpenTofu tells
its own. Ephemeral resources and write-only attributes came with 1.11 in both. An older version
ignores what it does not know of the schemas; a warning says so once, up front.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from constructs_lib.backend.plugin.consistency import rules, state_rules
from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.planning.planner import merge_data
from constructs_lib.backend.plugin.protocol import conversion
from constructs_lib.backend.plugin.protocol import messages as pb
from constructs_lib.backend.plugin.protocol.call import Call
from constructs_lib.backend.plugin.protocol.validation_calls import TERRAFORM_REMEDY
from constructs_lib.backend.plugin.provider import Provider, Registry
from constructs_lib.backend.plugin.values.decoding import decode
from constructs_lib.backend.plugin.values.encoding import encode
from constructs_lib.backend.plugin.values.value import Object
from constructs_lib.schemas import ResourceSchema

WITH_WRITE_ONLY = (1, 11)
"""The first Terraform, and the first OpenTofu, with write-only attributes."""
WITH_EPHEMERAL = (1, 10)
"""The first Terraform with ephemeral resources and variables."""
WITH_IDENTITY = (1, 12)
"""The first Terraform, and the first OpenTofu, that keeps identities of resources."""


def warn_of_older_terraform(version: str, provider: Provider, diagnostics: Diagnostics) -> None:
    """Warn of what the provider offers and this version does not know.

    :param version: as Terraform tells it, such as ``1.9.8`` or ``1.12.0-beta1``; where it tells
        none, or another form, nothing is said
    """
    lacks = []
    # Only for an old version are all resources looked at.
    write_only = [] if _is_at_least(version, WITH_WRITE_ONLY) else _write_only(provider)
    if write_only:
        lacks.append(f"write-only attributes ({', '.join(write_only)}) are refused")
    if provider.ephemeral_resources and not _is_at_least(version, WITH_EPHEMERAL):
        lacks.append("there are no ephemeral resources and variables")
    if lacks:
        detail = (
            f"With this version, {' and '.join(lacks)}. Everything else works. {TERRAFORM_REMEDY}"
        )
        diagnostics.warning(f"Terraform {version} is older than 1.11", detail)


def _is_at_least(version: str, least: tuple[int, int]) -> bool:
    """Return True for a version from this one on, and for one of a form that is not known."""
    found = re.match(r"(\d+)\.(\d+)", version)
    return found is None or (int(found[1]), int(found[2])) >= least


def _write_only(provider: Provider) -> list[str]:
    names = {
        name
        for resource in provider.resources.values()
        for name, attribute in resource.schema.attributes.items()
        if attribute.write_only
    }
    return sorted(names)


def get_metadata(
    call: Call, request: pb.GetMetadata.Request, response: pb.GetMetadata.Response
) -> None:
    """Name everything in the registries, without the schemas."""
    _announce_capabilities(response.server_capabilities)
    for name in call.session.provider.resources:
        response.resources.append(pb.GetMetadata.ResourceMetadata(type_name=name))
    for name in call.session.provider.data_sources:
        response.data_sources.append(pb.GetMetadata.DataSourceMetadata(type_name=name))
    for name in call.session.provider.ephemeral_resources:
        response.ephemeral_resources.append(pb.GetMetadata.EphemeralMetadata(type_name=name))
    for name in call.session.provider.list_resources:
        response.list_resources.append(pb.GetMetadata.ListResourceMetadata(type_name=name))
    for name in call.session.provider.actions:
        response.actions.append(pb.GetMetadata.ActionMetadata(type_name=name))


def get_provider_schema(
    call: Call, request: pb.GetProviderSchema.Request, response: pb.GetProviderSchema.Response
) -> None:
    """Return the schemas of the provider and of everything in its registries."""
    _announce_capabilities(response.server_capabilities)
    provider = call.session.provider
    response.provider = conversion.config_schema(provider.schema)
    for registry, written in (
        (provider.resources, response.resource_schemas),
        (provider.data_sources, response.data_source_schemas),
        (provider.ephemeral_resources, response.ephemeral_resource_schemas),
    ):
        for name in registry:
            written[name] = conversion.resource_schema(*_described(registry, name))
    for name in provider.list_resources:
        schema = _described(provider.list_resources, name)[0]
        response.list_resource_schemas[name] = conversion.config_schema(schema)
    for name in provider.actions:
        described = conversion.config_schema(_described(provider.actions, name)[0])
        response.action_schemas[name] = pb.ActionSchema(schema=described)


def get_resource_identity_schemas(
    call: Call,
    request: pb.GetResourceIdentitySchemas.Request,
    response: pb.GetResourceIdentitySchemas.Response,
) -> None:
    """Return the schemas of the identities that resources have."""
    call.session.knows_identity = True
    registry = call.session.provider.resources
    for name in registry:
        marked = conversion.identity_attributes(_described(registry, name)[0].attributes)
        if marked:
            version = identity_version(registry, name)
            response.identity_schemas[name] = conversion.identity_schema(marked, version)


def configure_provider(
    call: Call, request: pb.ConfigureProvider.Request, response: pb.ConfigureProvider.Response
) -> None:
    """Make the provider data that the operations of this process get."""
    call.session.begin_configuration()
    config = call.provider_config(request.config)
    provider = call.session.provider
    call.session.knows_identity = _is_at_least(request.terraform_version, WITH_IDENTITY)
    warn_of_older_terraform(request.terraform_version, provider, call.diagnostics)
    data = provider.configure(config, request.terraform_version, call.diagnostics)
    call.session.use(data)


def stop_provider(
    call: Call, request: pb.StopProvider.Request, response: pb.StopProvider.Response
) -> None:
    """Signal the stop only: running operations finish, and return their state."""
    call.session.stop()


def get_functions(
    call: Call, request: pb.GetFunctions.Request, response: pb.GetFunctions.Response
) -> None:
    """Return no functions: there are none."""


def _described(registry: Mapping[str, Any], name: str) -> tuple[ResourceSchema, int]:
    """Return the schema of something, and the version of its state."""
    if isinstance(registry, Registry):
        return registry.described(name)
    made = registry[name]
    return made.schema, getattr(made, "version", 0)


def identity_version(registry: Mapping[str, Any], name: str) -> int:
    """Return the version of the form of a resource's identity."""
    version: int = registry[name].identity_version
    return version


def _announce_capabilities(capabilities: pb.ServerCapabilities) -> None:
    capabilities.plan_destroy = True
    capabilities.get_provider_schema_optional = True
    capabilities.move_resource_state = True
    capabilities.generate_resource_config = True


def read_data_source(
    call: Call, request: pb.ReadDataSource.Request, response: pb.ReadDataSource.Response
) -> None:
    """Read a data source. After an error there is no state."""
    source = call.data_source(request.type_name)
    type_ = call.object_type
    config: Object = decode(request.config, type_) or {}
    given: Object = decode(request.config, type_) or {}
    returned = source.read(given, call.operation(b""))
    returned = rules.require_object(returned, call.subject)
    state = conversion.write_state(
        merge_data(call.attributes, config, returned), type_, call.diagnostics
    )
    if not call.diagnostics.has_errors:
        response.state.msgpack = state


def open_ephemeral_resource(
    call: Call,
    request: pb.OpenEphemeralResource.Request,
    response: pb.OpenEphemeralResource.Response,
) -> None:
    """Open an ephemeral resource. After an error there is neither a result nor a private state."""
    ephemeral = call.ephemeral_resource(request.type_name)
    type_ = call.object_type
    config: Object = decode(request.config, type_) or {}
    operation = call.operation(b"")
    given: Object = decode(request.config, type_) or {}
    returned = ephemeral.open(given, operation)
    opened = state_rules.require_opened(returned, call.subject)
    private = call.private(operation, b"")
    # It is not written attribute by attribute, as a state is: half a result is of no use.
    result = encode(merge_data(call.attributes, config, opened.result), type_)
    if not call.diagnostics.has_errors:
        response.result.msgpack, response.private = result, private
        _write_renewal(response, opened.renew_at)


def renew_ephemeral_resource(
    call: Call,
    request: pb.RenewEphemeralResource.Request,
    response: pb.RenewEphemeralResource.Response,
) -> None:
    """Renew what was opened. An error keeps its private state as it was."""
    response.private = request.private
    ephemeral = call.ephemeral_resource(request.type_name)
    operation = call.operation(request.private)
    renew_at = state_rules.require_moment(ephemeral.renew(operation), call.subject)
    private = call.private(operation, request.private)
    if not call.diagnostics.has_errors:
        response.private = private
        _write_renewal(response, renew_at)


def close_ephemeral_resource(
    call: Call,
    request: pb.CloseEphemeralResource.Request,
    response: pb.CloseEphemeralResource.Response,
) -> None:
    """Close what was opened."""
    ephemeral = call.ephemeral_resource(request.type_name)
    ephemeral.close(call.operation(request.private))


def _write_renewal(response: Any, moment: datetime | None) -> None:
    # An empty message would be a moment, too: in the year 1970.
    if moment is not None:
        response.renew_at.FromDatetime(moment)
