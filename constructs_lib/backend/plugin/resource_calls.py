"""The calls about a resource that change nothing: validate, upgrade, read, import, move."""

from __future__ import annotations

from constructs_lib.backend.plugin import checks, messages, promises, terraform_version
from constructs_lib.backend.plugin import tfplugin6 as pb
from constructs_lib.backend.plugin.decoding import from_json, parse_json
from constructs_lib.backend.plugin.diagnostics import AlreadyReported, ProviderError
from constructs_lib.backend.plugin.encoding import encode, may_be_repeated
from constructs_lib.backend.plugin.session import Call
from constructs_lib.backend.plugin.settle import settle_read
from constructs_lib.backend.plugin.values import Object


def validate_resource_config(
    call: Call,
    request: pb.ValidateResourceConfig.Request,
    response: pb.ValidateResourceConfig.Response,
) -> None:
    """Checks a configuration against the schema, then against the resource's own rules."""
    resource = call.resource(request.type_name)
    config = messages.read_object(request.config, call.object_type) or {}
    if not request.client_capabilities.write_only_attributes_allowed:
        _refuse_write_only(call, config)
    checks.check(call.attributes, config, call.diagnostics)
    if call.diagnostics.has_errors:
        return
    seen = messages.read_object(request.config, call.object_type) or {}
    resource.validate(seen, call.diagnostics)
    call.check_validation(config, seen)
    if not call.diagnostics.has_errors:
        call.session.note_valid(request.type_name, request.config.msgpack)


def upgrade_resource_state(
    call: Call, request: pb.UpgradeResourceState.Request, response: pb.UpgradeResourceState.Response
) -> None:
    """Reads a state as Terraform stored it, and converts what an older version wrote."""
    resource = call.resource(request.type_name)
    if request.version > resource.version:
        raise ProviderError(
            "State of a newer provider",
            f"The state of {request.type_name} was written by a newer version of this provider. "
            "Install that version or a later one.",
        )
    if not request.raw_state.json:
        raise ProviderError("State too old", "It was written before Terraform 0.12.")
    state = parse_json(request.raw_state.json)
    if request.version < resource.version:
        state = resource.upgrade_state(request.version, state)
    type_ = call.object_type
    response.upgraded_state.msgpack = encode(from_json(state, type_), type_)


def read_resource(
    call: Call, request: pb.ReadResource.Request, response: pb.ReadResource.Response
) -> None:
    """Refreshes a state. An error keeps it as it was, and so does one that was reported before."""
    response.new_state.CopyFrom(request.current_state)
    response.private = request.private
    resource = call.resource(request.type_name)
    type_ = call.object_type
    state = messages.read_object(request.current_state, type_)
    if state is None:
        return
    operation = call.operation(request.private)
    try:
        returned = resource.read(dict(state), operation)
    except AlreadyReported:
        if _is_stub(call, state):
            raise
        # The plan fails by the error that was reported: this one need not fail for it, too.
        return
    settled = None
    if returned is not None:
        returned = promises.require_object(returned, call.subject)
        settled = settle_read(call.attributes, state, returned)
    if may_be_repeated(request.current_state.msgpack) and _is_unchanged(state, settled):
        new_state = request.current_state.msgpack
    else:
        new_state = messages.write_state(settled, type_, call.diagnostics)
    private = call.private(operation, request.private)
    if not call.diagnostics.has_errors:
        response.new_state.msgpack, response.private = new_state, private


def _is_stub(call: Call, state: Object) -> bool:
    """Return True for a state that only an import made, and that a read has yet to complete."""
    required = (name for name, attribute in call.attributes.items() if attribute.required)
    return any(state.get(name) is None for name in required)


def _is_unchanged(state: Object, settled: Object | None) -> bool:
    """True if a read left each value as it was, as most do."""
    return settled is not None and all(value is state[name] for name, value in settled.items())


def import_resource_state(
    call: Call, request: pb.ImportResourceState.Request, response: pb.ImportResourceState.Response
) -> None:
    """Answers the stub of a state, which the read that follows completes."""
    resource = call.resource(request.type_name)
    operation = call.operation(b"")
    state = promises.require_object(resource.import_state(request.id, operation), call.subject)
    if call.diagnostics.has_errors:
        return
    imported = pb.ImportResourceState.ImportedResource(
        type_name=request.type_name,
        state=pb.DynamicValue(msgpack=encode(state, call.object_type)),
        private=call.private(operation, b""),
    )
    response.imported_resources.append(imported)


def move_resource_state(
    call: Call, request: pb.MoveResourceState.Request, response: pb.MoveResourceState.Response
) -> None:
    """Resources of other types cannot become resources of this provider."""
    raise ProviderError(
        "Resource cannot be moved",
        f"A {request.source_type_name} cannot become a {request.target_type_name}. "
        "Use a removed block for the one and an import block for the other.",
    )


def _refuse_write_only(call: Call, config: Object) -> None:
    """An older Terraform would not know that these values must not be stored."""
    for name, attribute in call.attributes.items():
        if attribute.write_only and config.get(name) is not None:
            detail = (
                f"{name} is a write-only attribute, which this Terraform would store. "
                f"{terraform_version.REMEDY}"
            )
            call.diagnostics.error("Terraform too old", detail, (name,))
