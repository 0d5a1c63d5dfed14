"""The calls about a resource: upgrade, read, import, move, plan and apply."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from operator import is_
from typing import Any

from constructs_lib.backend.plugin.consistency import rules
from constructs_lib.backend.plugin.diagnostics import AlreadyReported, ProviderError
from constructs_lib.backend.plugin.planning.planner import (
    failed_identity,
    generated_config,
    merge_failed_change,
    merge_read_state,
    merge_state,
    plan_change,
    planned_identity,
)
from constructs_lib.backend.plugin.protocol import conversion
from constructs_lib.backend.plugin.protocol import messages as pb
from constructs_lib.backend.plugin.protocol.call import Call
from constructs_lib.backend.plugin.protocol.conversion import object_type
from constructs_lib.backend.plugin.resource import MovedState, Operation, Plan, Resource
from constructs_lib.backend.plugin.values.decoding import (
    decode,
    from_json,
    parse_json,
    unknown_types,
)
from constructs_lib.backend.plugin.values.encoding import encode, may_be_repeated, typed_unknowns
from constructs_lib.backend.plugin.values.value import Object


def upgrade_resource_state(
    call: Call, request: pb.UpgradeResourceState.Request, response: pb.UpgradeResourceState.Response
) -> None:
    """Read a state as Terraform stored it, and convert one that an older version wrote."""
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


def upgrade_resource_identity(
    call: Call,
    request: pb.UpgradeResourceIdentity.Request,
    response: pb.UpgradeResourceIdentity.Response,
) -> None:
    """Read an identity as Terraform stored it, and convert one that an older version wrote.

    Of a state that was stored without an identity there is none to convert.
    """
    call.session.knows_identity = True
    resource = call.resource(request.type_name)
    if request.version > resource.identity_version:
        raise ProviderError(
            "Identity of a newer provider",
            f"The identity of {request.type_name} was written by a newer version of this provider. "
            "Install that version or a later one.",
        )
    identity = parse_json(request.raw_identity.json or b"null")
    if not identity or not call.identity_attributes:
        return
    if request.version < resource.identity_version:
        identity = resource.upgrade_identity(request.version, identity)
    type_ = object_type(call.identity_attributes)
    found: Any = from_json(rules.require_object(identity, call.subject), type_)
    call.write_identity(response.upgraded_identity, found)


def read_resource(
    call: Call, request: pb.ReadResource.Request, response: pb.ReadResource.Response
) -> None:
    """Refresh a state. An error keeps it as it was, and so does one that was reported before."""
    call.session.has_refreshed = True
    response.new_state.CopyFrom(request.current_state)
    response.private = request.private
    resource = call.resource(request.type_name)
    type_ = call.object_type
    state = call.take(request.current_state)
    if state is None:
        return
    if call.identity_attributes:
        response.new_identity.CopyFrom(request.current_identity)
    operation = call.operation(request.private)
    try:
        returned = resource.read(dict(state), operation)
    except AlreadyReported:
        if rules.is_stub(call.attributes, state):
            raise
        # The plan fails by the error that was reported: this one need not fail for it, too.
        return
    merged = None
    if returned is not None:
        returned = rules.require_object(returned, call.subject)
        merged = merge_read_state(call.attributes, state, returned)
    if may_be_repeated(request.current_state.msgpack) and _is_unchanged(state, merged):
        new_state = request.current_state.msgpack
        call.keep(request.current_state, state)
    else:
        new_state = conversion.write_state(merged, type_, call.diagnostics)
    private = call.private(operation, request.private)
    if call.diagnostics.has_errors:
        return
    response.new_state.msgpack, response.private = new_state, private
    if merged is None:
        response.ClearField("new_identity")
    else:
        call.write_identity(response.new_identity, _identity(call, resource, merged))


def _identity(call: Call, resource: Resource, state: Object) -> Object | None:
    """Return the identity of a state; None if the resource has none."""
    return resource.identity(dict(state)) if call.identity_attributes else None


def _is_unchanged(state: Object, merged: Object | None) -> bool:
    """Return True if a read left each value as it was, as most do."""
    return merged is not None and all(map(is_, merged.values(), map(state.__getitem__, merged)))


def import_resource_state(
    call: Call, request: pb.ImportResourceState.Request, response: pb.ImportResourceState.Response
) -> None:
    """Return the stub of a state, which the read that follows completes."""
    resource = call.resource(request.type_name)
    operation = call.operation(b"")
    asked = _asked_identity(call, request)
    if asked is None:
        returned = resource.import_state(request.id, operation)
    else:
        returned = resource.import_by_identity(dict(asked), operation)
    state = rules.require_object(returned, call.subject)
    if call.diagnostics.has_errors:
        return
    imported = pb.ImportResourceState.ImportedResource(
        type_name=request.type_name,
        state=pb.DynamicValue(msgpack=encode(state, call.object_type)),
        private=call.private(operation, b""),
    )
    derived = _identity(call, resource, {**dict.fromkeys(call.attributes), **state})
    if derived is not None:
        identity = failed_identity(call.identity_attributes, derived, asked)
        call.write_identity(imported.identity, identity)
    response.imported_resources.append(imported)


def _asked_identity(call: Call, request: pb.ImportResourceState.Request) -> Object | None:
    """Return the identity to import; None for an import by id.

    :raises ProviderError: if the resource has no identities, or a part that it needs is missing
    """
    if conversion.is_null(request.identity.identity_data):
        return None
    if not call.identity_attributes:
        raise ProviderError(
            "Resource has no identity",
            f"A {request.type_name} is imported by its id: write id instead of identity.",
        )
    asked = call.identity(request.identity) or {}
    parts = call.identity_attributes.items()
    required = [name for name, inner in parts if inner.identity == "required"]
    missing = [name for name in required if asked.get(name) in (None, "")]
    if missing:
        raise ProviderError(
            "Identity is incomplete",
            f"{', '.join(missing)} has no value. An import of {request.type_name} by its identity "
            f"needs {', '.join(required)}. Nothing was imported.",
        )
    return asked


def generate_resource_config(
    call: Call,
    request: pb.GenerateResourceConfig.Request,
    response: pb.GenerateResourceConfig.Response,
) -> None:
    """Return the configuration that Terraform writes for an import, all null without a state."""
    resource = call.resource(request.type_name)
    state: Object = decode(request.state, call.object_type) or {}
    config = generated_config(call.attributes, state)
    if state:
        returned = resource.generate_config(dict(config), dict(state))
        config = rules.require_object(returned, call.subject)
    response.config.msgpack = encode(config, call.object_type)


def move_resource_state(
    call: Call, request: pb.MoveResourceState.Request, response: pb.MoveResourceState.Response
) -> None:
    """Return the state of a resource of another type as that of one of this provider."""
    resource = call.resource(request.target_type_name)
    operation = call.operation(b"")
    if not request.source_state.json:
        raise ProviderError("State too old", "It was written before Terraform 0.12.")
    source = MovedState(
        request.source_provider_address,
        request.source_type_name,
        request.source_schema_version,
        rules.require_object(parse_json(request.source_state.json), call.subject),
    )
    returned = rules.require_object(resource.move_state(source, operation), call.subject)
    if call.diagnostics.has_errors:
        return
    state = {**dict.fromkeys(call.attributes), **returned}
    response.target_state.msgpack = encode(state, call.object_type)
    response.target_private = call.private(operation, b"")
    call.write_identity(response.target_identity, _identity(call, resource, state))


def plan_resource_change(
    call: Call, request: pb.PlanResourceChange.Request, response: pb.PlanResourceChange.Response
) -> None:
    """Plan a creation, an update or a destruction."""
    resource = call.resource(request.type_name)
    type_ = call.object_type
    prior = call.take(request.prior_state)
    operation = call.operation(request.prior_private)
    if conversion.is_null(request.proposed_new_state):
        try:
            resource.plan_destroy(prior or {}, operation)
        except AlreadyReported:
            operation = call.operation(request.prior_private)
        response.planned_state.msgpack = encode(None, type_)
    else:
        config = call.take(request.config) or {}
        plan = plan_change(call.attributes, config, prior)
        plan.is_validated = call.session.pop_valid(call.type_name, request.config.msgpack)
        _refuse_missing(call, plan)
        try:
            resource.plan(plan, operation)
        except AlreadyReported:
            if not call.session.has_refreshed:
                # Perhaps an apply plans again: less than the first plan knew would break a rule.
                raise
            # The plan fails by the error that was reported; what the schema says of it is true.
            operation = call.operation(request.prior_private)
            plan = plan_change(call.attributes, config, prior)
        if plan.changes_nothing and may_be_repeated(request.prior_state.msgpack):
            # As most plans of a large stack: the very bytes are the shortest way to say so.
            response.planned_state.msgpack = request.prior_state.msgpack
        else:
            _write_plan(call, plan, request.config, response)
        _write_planned_identity(call, resource, plan, request, response)
    response.planned_private = call.private(operation, request.prior_private)


def _write_planned_identity(
    call: Call,
    resource: Resource,
    plan: Plan,
    request: pb.PlanResourceChange.Request,
    response: pb.PlanResourceChange.Response,
) -> None:
    derived = _identity(call, resource, plan.planned)
    if derived is not None:
        prior = call.identity(request.prior_identity)
        identity = planned_identity(derived, prior, plan.is_update and not plan.replace)
        call.write_identity(response.planned_identity, identity)


def _refuse_missing(call: Call, plan: Plan) -> None:
    """Check required attributes again: Terraform's check misses a value that turns out null."""
    for name, attribute in call.attributes.items():
        if attribute.required and plan.planned.get(name) is None:
            raise ProviderError(
                f"{name} has no value",
                f"{name} is required, and its expression turned out to be null. "
                "Nothing was changed. Check the expression, or give a value with coalesce().",
                (name,),
            )


def _write_plan(
    call: Call,
    plan: Plan,
    config: pb.DynamicValue,
    response: pb.PlanResourceChange.Response,
) -> None:
    type_ = call.object_type
    # Terraform compares the plan with the configuration, so an unknown keeps the type it has there.
    unknowns = unknown_types(config.msgpack, type_) if config.msgpack else {}
    response.planned_state.msgpack = encode(typed_unknowns(plan.planned, unknowns), type_)
    for path in plan.replace:
        response.requires_replace.append(conversion.write_path(path, call.attributes))


def apply_resource_change(
    call: Call, request: pb.ApplyResourceChange.Request, response: pb.ApplyResourceChange.Response
) -> None:
    """Create, update or delete, as planned. After a failure the state has what exists by then."""
    response.new_state.CopyFrom(request.prior_state)
    response.private = request.planned_private
    resource = call.resource(request.type_name)
    type_ = call.object_type
    prior: Object | None = decode(request.prior_state, type_)
    planned: Object | None = decode(request.planned_state, type_)
    config: Object = decode(request.config, type_) or {}
    operation = call.operation(request.planned_private)
    with (
        _identity_answered(call, resource, request, response),
        _what_exists_kept(call, prior, planned, operation, response),
    ):
        if planned is None:
            resource.delete(prior or {}, operation)
            state = prior if call.diagnostics.has_errors else None
        elif prior is None:
            returned = resource.create(dict(planned), config, operation)
            state = _merged(call, planned, returned)
        else:
            returned = resource.update(dict(prior), dict(planned), config, operation)
            state = _merged(call, planned, returned)
        response.new_state.msgpack = conversion.write_state(state, type_, call.diagnostics)


def _merged(call: Call, planned: Object, returned: Object) -> Object:
    return merge_state(call.attributes, planned, rules.require_object(returned, call.subject))


@contextmanager
def _what_exists_kept(
    call: Call,
    prior: Object | None,
    planned: Object | None,
    operation: Operation,
    response: pb.ApplyResourceChange.Response,
) -> Iterator[None]:
    """Respond with the private state, and after a failure with the state that was saved by then."""
    try:
        yield
    except BaseException:
        partial = merge_failed_change(call.attributes, prior, planned, operation.saved)
        state = conversion.write_state(partial, call.object_type, call.diagnostics)
        response.new_state.msgpack = state
        raise
    finally:
        response.private = call.private(operation, response.private)


@contextmanager
def _identity_answered(
    call: Call,
    resource: Resource,
    request: pb.ApplyResourceChange.Request,
    response: pb.ApplyResourceChange.Response,
) -> Iterator[None]:
    """Respond with the identity of what exists after the change, also after a failure.

    A part that the state lacks after a failure is as planned; without it, there is no identity.
    """
    is_done = False
    try:
        yield
        is_done = not call.diagnostics.has_errors
    finally:
        with call.caught():
            state = call.object(response.new_state) if call.identity_attributes else None
            identity = None if state is None else _identity(call, resource, state)
            if identity is not None and not is_done:
                planned = call.identity(request.planned_identity)
                identity = failed_identity(call.identity_attributes, identity, planned)
            call.write_identity(response.new_identity, identity)
