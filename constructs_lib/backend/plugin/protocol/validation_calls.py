"""The calls that check a configuration: of the provider, a resource, or what is only read.

In ``terraform validate``, and in the second process of a plan, Terraform calls nothing else.
"""

from __future__ import annotations

from functools import partial

from constructs_lib.backend.plugin.planning import checks
from constructs_lib.backend.plugin.protocol import messages as pb
from constructs_lib.backend.plugin.protocol.call import Call
from constructs_lib.backend.plugin.provider import Check
from constructs_lib.backend.plugin.values.decoding import decode
from constructs_lib.backend.plugin.values.value import Object

TERRAFORM_REMEDY = "Use Terraform 1.11 or later, or OpenTofu 1.11 or later."


def validate_provider_config(
    call: Call,
    request: pb.ValidateProviderConfig.Request,
    response: pb.ValidateProviderConfig.Response,
) -> None:
    """Check the provider's configuration."""
    config = call.provider_config(request.config)
    checks.check_schema_rules(call.attributes, config, call.diagnostics)
    if not call.diagnostics.has_errors:
        check = call.session.provider.validate
        call.validate(check, config, partial(call.provider_config, request.config))


def validate_resource_config(
    call: Call,
    request: pb.ValidateResourceConfig.Request,
    response: pb.ValidateResourceConfig.Response,
) -> None:
    """Check a configuration against the schema, then against the resource's own rules."""
    validate = call.resource_check(request.type_name)
    config: Object = decode(request.config, call.object_type) or {}
    if not request.client_capabilities.write_only_attributes_allowed:
        _refuse_write_only(call, config)
    checks.check_schema_rules(call.attributes, config, call.diagnostics)
    if call.diagnostics.has_errors:
        return
    call.validate(validate, config, lambda: decode(request.config, call.object_type) or {})
    if not call.diagnostics.has_errors:
        call.session.remember_valid(request.type_name, request.config.msgpack)
        call.keep(request.config, config)


def _refuse_write_only(call: Call, config: Object) -> None:
    """Add an error for each write-only value: an older Terraform would store them."""
    for name, attribute in call.attributes.items():
        if attribute.write_only and config.get(name) is not None:
            detail = (
                f"{name} is a write-only attribute, which this Terraform would store. "
                f"{TERRAFORM_REMEDY}"
            )
            call.diagnostics.error("Terraform too old", detail, (name,))


def validate_data_resource_config(
    call: Call,
    request: pb.ValidateDataResourceConfig.Request,
    response: pb.ValidateDataResourceConfig.Response,
) -> None:
    """Check a configuration against the schema, then against the data source's own rules."""
    _validate(call, call.data_source(request.type_name).validate, request.config)


def validate_list_resource_config(
    call: Call,
    request: pb.ValidateListResourceConfig.Request,
    response: pb.ValidateListResourceConfig.Response,
) -> None:
    """Check a configuration against the schema, then against the list's own rules."""
    _validate(call, call.list_check(request.type_name), request.config)


def validate_action_config(
    call: Call,
    request: pb.ValidateActionConfig.Request,
    response: pb.ValidateActionConfig.Response,
) -> None:
    """Check a configuration against the schema, then against the action's own rules."""
    validate = call.action_check(request.type_name)
    for name, attribute in call.attributes.items():
        # Terraform checks it in a config block, and calls with null where there is none.
        if attribute.required and call.config(request.config)[name] is None:
            detail = "It is required. Give it a value in the config block of the action."
            call.diagnostics.error(f"{name} has no value", detail, (name,))
    _validate(call, validate, request.config)


def validate_ephemeral_resource_config(
    call: Call,
    request: pb.ValidateEphemeralResourceConfig.Request,
    response: pb.ValidateEphemeralResourceConfig.Response,
) -> None:
    """Check a configuration against the schema, then against the resource's own rules."""
    _validate(call, call.ephemeral_resource(request.type_name).validate, request.config)


def _validate(call: Call, validate: Check, message: pb.DynamicValue) -> None:
    config = call.config(message)
    checks.check_schema_rules(call.attributes, config, call.diagnostics)
    if not call.diagnostics.has_errors:
        call.validate(validate, config, partial(call.config, message))
