"""The calls about a resource: upgrade, read, import, move, plan and apply."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from constructs_lib.backend.plugin.consistency import rules
from constructs_lib.backend.plugin.diagnostics import AlreadyReported, ProviderError
from constructs_lib.backend.plugin.planning.planner import (
    merge_failed_change,
    merge_read_state,
    merge_state,
    plan_change,
)
from constructs_lib.backend.plugin.protocol import conversion
from constructs_lib.backend.plugin.protocol import messages as pb
from constructs_lib.backend.plugin.protocol.call import Call
from constructs_lib.backend.plugin.resource import Operation, Plan
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


def read_resource(
    call: Call, request: pb.ReadResource.Request, response: pb.ReadResource.Response
) -> None:
    """Refresh a state. An error keeps it as it was, and so does one that was reported before."""
    response.new_state.CopyFrom(request.current_state)
    response.private = request.private
    resource = call.resource(request.type_name)
    type_ = call.object_type
    state: Object | None = decode(request.current_state, type_)
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
    merged = None
    if returned is not None:
        returned = rules.require_object(returned, call.subject)
        merged = merge_read_state(call.attributes, state, returned)
    if may_be_repeated(request.current_state.msgpack) and _is_unchanged(state, merged):
        new_state = request.current_state.msgpack
    else:
        new_state = conversion.write_state(merged, type_, call.diagnostics)
    private = call.private(operation, request.private)
    if not call.diagnostics.has_errors:
        response.new_state.msgpack, response.private = new_state, private


def _is_stub(call: Call, state: Object) -> bool:
    """Return True for a state that only an import made, and that a read has yet to complete."""
    required = (name for name, attribute in call.attributes.items() if attribute.required)
    return any(state.get(name) is None for name in required)


def _is_unchanged(state: Object, merged: Object | None) -> bool:
    """Return True if a read left each value as it was, as most do."""
    return merged is not None and all(value is state[name] for name, value in merged.items())


def import_resource_state(
    call: Call, request: pb.ImportResourceState.Request, response: pb.ImportResourceState.Response
) -> None:
    """Return the stub of a state, which the read that follows completes."""
    resource = call.resource(request.type_name)
    operation = call.operation(b"")
    state = rules.require_object(resource.import_state(request.id, operation), call.subject)
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
    """Refuse the move: resources of other types cannot become resources of this provider."""
    raise ProviderError(
        "Resource cannot be moved",
        f"A {request.source_type_name} cannot become a {request.target_type_name}. "
        "Use a removed block for the one and an import block for the other.",
    )


def plan_resource_change(
    call: Call, request: pb.PlanResourceChange.Request, response: pb.PlanResourceChange.Response
) -> None:
    """Plan a creation, an update or a destruction."""
    resource = call.resource(request.type_name)
    type_ = call.object_type
    prior: Object | None = decode(request.prior_state, type_)
    operation = call.operation(request.prior_private)
    if conversion.is_null(request.proposed_new_state):
        try:
            resource.plan_destroy(prior or {}, operation)
        except AlreadyReported:
            operation = call.operation(request.prior_private)
        response.planned_state.msgpack = encode(None, type_)
    else:
        config: Object = decode(request.config, type_) or {}
        plan = plan_change(call.attributes, config, prior)
        plan.is_validated = call.session.pop_valid(call.type_name, request.config.msgpack)
        _refuse_missing(call, plan)
        try:
            resource.plan(plan, operation)
        except AlreadyReported:
            # The plan fails by the error that was reported; what the schema says of it is true.
            operation = call.operation(request.prior_private)
            plan = plan_change(call.attributes, config, prior)
        if plan.changes_nothing and may_be_repeated(request.prior_state.msgpack):
            # As most plans of a large stack: the very bytes are the shortest way to say so.
            response.planned_state.msgpack = request.prior_state.msgpack
        else:
            _write_plan(call, plan, request.config, response)
    response.planned_private = call.private(operation, request.prior_private)


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
    with _what_exists_kept(call, prior, planned, operation, response):
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
