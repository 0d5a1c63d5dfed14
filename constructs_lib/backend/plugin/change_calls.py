"""The calls that plan a change and apply it."""

from __future__ import annotations

from constructs_lib.backend.plugin import messages, promises
from constructs_lib.backend.plugin import tfplugin6 as pb
from constructs_lib.backend.plugin.decoding import unknown_types
from constructs_lib.backend.plugin.diagnostics import AlreadyReported, ProviderError
from constructs_lib.backend.plugin.encoding import encode, may_be_repeated, typed_unknowns
from constructs_lib.backend.plugin.planner import plan_change
from constructs_lib.backend.plugin.resource import Operation, Plan, Resource
from constructs_lib.backend.plugin.session import Call
from constructs_lib.backend.plugin.settle import settle, settle_failure
from constructs_lib.backend.plugin.values import Object


def plan_resource_change(
    call: Call, request: pb.PlanResourceChange.Request, response: pb.PlanResourceChange.Response
) -> None:
    """Plans a creation, an update or a destruction."""
    resource = call.resource(request.type_name)
    type_ = call.object_type
    prior = messages.read_object(request.prior_state, type_)
    operation = call.operation(request.prior_private)
    if messages.is_null(request.proposed_new_state):
        try:
            resource.plan_destroy(prior or {}, operation)
        except AlreadyReported:
            operation = call.operation(request.prior_private)
        response.planned_state.msgpack = encode(None, type_)
    else:
        config = messages.read_object(request.config, type_) or {}
        plan = plan_change(call.attributes, config, prior)
        plan.is_validated = call.session.take_valid(call.type_name, request.config.msgpack)
        _refuse_missing(call, plan)
        try:
            resource.plan(plan, operation)
        except AlreadyReported:
            # The plan fails by the error that was reported; what the schema says of it is true.
            operation = call.operation(request.prior_private)
            plan = plan_change(call.attributes, config, prior)
        if _changes_nothing(plan) and may_be_repeated(request.prior_state.msgpack):
            # As most plans of a large stack: the very bytes are the shortest way to say so.
            response.planned_state.msgpack = request.prior_state.msgpack
        else:
            _answer_plan(call, plan, request.config, response)
    response.planned_private = call.private(operation, request.prior_private)


def _refuse_missing(call: Call, plan: Plan) -> None:
    """Terraform's own check of required attributes does not see a value that turns out null."""
    for name, attribute in call.attributes.items():
        if attribute.required and plan.planned.get(name) is None:
            raise ProviderError(
                f"{name} has no value",
                f"{name} is required, and its expression turned out to be null. "
                "Nothing was changed. Check the expression, or give a value with coalesce().",
                (name,),
            )


def _changes_nothing(plan: Plan) -> bool:
    """True if the plan is the prior state itself, value by value."""
    prior, planned = plan.prior, plan.planned
    if prior is None or plan.replace or prior.keys() != planned.keys():
        return False
    return all(value is prior[name] for name, value in planned.items())


def _answer_plan(
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
        response.requires_replace.append(messages.write_path(path, call.attributes))


def apply_resource_change(
    call: Call, request: pb.ApplyResourceChange.Request, response: pb.ApplyResourceChange.Response
) -> None:
    """Carries out a planned change. After a failure the state has what exists by then."""
    response.new_state.CopyFrom(request.prior_state)
    response.private = request.planned_private
    resource = call.resource(request.type_name)
    type_ = call.object_type
    prior = messages.read_object(request.prior_state, type_)
    planned = messages.read_object(request.planned_state, type_)
    config = messages.read_object(request.config, type_)
    operation = call.operation(request.planned_private)
    try:
        state = _carry_out(call, resource, operation, prior, planned, config or {})
        response.new_state.msgpack = messages.write_state(state, type_, call.diagnostics)
    except BaseException:
        partial = settle_failure(call.attributes, prior, planned, operation.saved)
        response.new_state.msgpack = messages.write_state(partial, type_, call.diagnostics)
        raise
    finally:
        response.private = call.private(operation, request.planned_private)


def _carry_out(
    call: Call,
    resource: Resource,
    operation: Operation,
    prior: Object | None,
    planned: Object | None,
    config: Object,
) -> Object | None:
    if planned is None:
        resource.delete(prior or {}, operation)
        return prior if call.diagnostics.has_errors else None
    if prior is None:
        returned = resource.create(dict(planned), config, operation)
    else:
        returned = resource.update(dict(prior), dict(planned), config, operation)
    return settle(call.attributes, planned, promises.require_object(returned, call.subject))
