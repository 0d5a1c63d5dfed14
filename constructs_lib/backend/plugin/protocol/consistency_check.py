"""Checks each response by Terraform's rules before it is sent, and repairs what breaks one.

The check reads the messages themselves, so it relies on nothing that made the response. A broken
rule becomes an error, and never corrupts a state: a plan and a read fall back to the state before,
and an apply keeps what exists.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any, Final

from constructs_lib.backend.plugin.consistency import rules, state_rules
from constructs_lib.backend.plugin.consistency.rules import PlanAnswer
from constructs_lib.backend.plugin.consistency.state_rules import (
    ApplyAnswer,
    DataAnswer,
    ImportAnswer,
    OpenAnswer,
    ReadAnswer,
    RenewalAnswer,
    UpgradeAnswer,
)
from constructs_lib.backend.plugin.planning.planner import merge_failed_change, without_unknown
from constructs_lib.backend.plugin.protocol import conversion
from constructs_lib.backend.plugin.protocol import messages as pb
from constructs_lib.backend.plugin.protocol.call import Call
from constructs_lib.backend.plugin.values.value import Object
from constructs_lib.schemas import Attribute


def check_response(call: Call, request: Any, response: Any) -> None:
    """Add an error for each rule that the response breaks, and repair the response.

    :param request: the message that is answered
    """
    checker = _CHECKERS.get(call.method)
    if checker is not None:
        checker(call, request, response)


def _check_schema(
    call: Call, request: pb.GetProviderSchema.Request, response: pb.GetProviderSchema.Response
) -> None:
    found = [("provider", response.provider, rules.RESERVED_IN_PROVIDERS)]
    found += [(n, s, rules.RESERVED) for n, s in response.resource_schemas.items()]
    found += [(n, s, rules.RESERVED) for n, s in response.data_source_schemas.items()]
    found += [(n, s, rules.RESERVED) for n, s in response.ephemeral_resource_schemas.items()]
    for name, schema, reserved in found:
        names = [attribute.name for attribute in schema.block.attributes]
        answer = rules.SchemaAnswer(names, reserved)
        subject = f"{call.method} of {name}"
        rules.report_violations(
            rules.violations(rules.SCHEMA_RULES, answer), subject, call.diagnostics
        )
    if response.list_resource_schemas or response.action_schemas:
        _check_offers(call, response)


def _check_offers(call: Call, response: pb.GetProviderSchema.Response) -> None:
    """Check the list resources and the actions that a provider offers."""
    from constructs_lib.backend.plugin.consistency import stream_rules

    offers: list[tuple[str, pb.Schema, dict[str, Attribute] | None]] = [
        (name, schema, conversion.identity_attributes(call.managed_attributes(name)))
        for name, schema in response.list_resource_schemas.items()
    ]
    offers += [(name, one.schema, None) for name, one in response.action_schemas.items()]
    for name, schema, identity in offers:
        computed = [one.name for one in schema.block.attributes if one.computed]
        answer = stream_rules.OfferAnswer(computed, identity)
        found = rules.violations(stream_rules.OFFER_RULES, answer)
        rules.report_violations(found, f"{call.method} of {name}", call.diagnostics)


def _check_plan(
    call: Call, request: pb.PlanResourceChange.Request, response: pb.PlanResourceChange.Response
) -> None:
    if call.diagnostics.has_errors or _is_proposal(request, response):
        return
    answer = PlanAnswer(
        call.attributes,
        _object(call, request.config) or {},
        _object(call, request.prior_state),
        _object(call, response.planned_state),
        [conversion.read_path(path) for path in response.requires_replace],
        is_destroy=conversion.is_null(request.proposed_new_state),
    )
    found = rules.violations(rules.PLAN_RULES, answer)
    if rules.report_violations(found, call.subject, call.diagnostics):
        response.planned_state.CopyFrom(request.prior_state)
        response.planned_private = request.prior_private
        del response.requires_replace[:]


def _is_proposal(
    request: pb.PlanResourceChange.Request, response: pb.PlanResourceChange.Response
) -> bool:
    """Return True for a plan that is what Terraform proposed, and changes nothing: there is nothing
    of the provider in it that could break a rule. Most plans of a large stack are.
    """
    planned = response.planned_state.msgpack
    is_prior = bool(planned) and planned == request.prior_state.msgpack
    return is_prior and planned == request.proposed_new_state.msgpack


def _check_apply(
    call: Call, request: pb.ApplyResourceChange.Request, response: pb.ApplyResourceChange.Response
) -> None:
    if not call.attributes:
        return
    answer = ApplyAnswer(
        call.attributes,
        _object(call, request.prior_state),
        _object(call, request.planned_state),
        _object(call, response.new_state),
        call.saved,
        call.diagnostics.has_errors,
    )
    found = rules.violations(state_rules.APPLY_RULES, answer)
    if rules.report_violations(found, call.subject, call.diagnostics):
        state = _state_to_keep(answer)
        _write(call, response.new_state, state)


def _state_to_keep(answer: ApplyAnswer) -> Object | None:
    """Return the state without what Terraform would refuse to store. It is never null where
    something exists: otherwise Terraform would lose track of it.
    """
    state = answer.state
    if state is None and answer.planned is not None:
        state = merge_failed_change(answer.attributes, answer.prior, answer.planned, answer.saved)
    if state is None and answer.failed:
        state = answer.prior
    if state is None:
        return None
    return {
        name: None if inner.write_only else without_unknown(state.get(name))
        for name, inner in answer.attributes.items()
    }


def _check_read(
    call: Call, request: pb.ReadResource.Request, response: pb.ReadResource.Response
) -> None:
    if not call.attributes or _is_repeated(call, request, response):
        return
    answer = ReadAnswer(
        call.attributes,
        _object(call, request.current_state),
        _object(call, response.new_state),
        call.diagnostics.has_errors,
        response.private == request.private,
    )
    table = (*state_rules.READ_RULES, *call.session.provider.read_rules())
    found = rules.violations(table, answer)
    if rules.report_violations(found, call.subject, call.diagnostics):
        response.new_state.CopyFrom(request.current_state)
        response.private = request.private


def _is_repeated(
    call: Call, request: pb.ReadResource.Request, response: pb.ReadResource.Response
) -> bool:
    """Return True if a read returned the very state that Terraform sent, which breaks no rule. One
    that failed has the private state to keep as well.
    """
    state = response.new_state.msgpack
    is_same = bool(state) and state == request.current_state.msgpack
    return is_same and not call.diagnostics.has_errors


def _check_import(
    call: Call, request: pb.ImportResourceState.Request, response: pb.ImportResourceState.Response
) -> None:
    wrong = False
    for imported in response.imported_resources:
        state = _object(call, imported.state)
        answer = ImportAnswer(call.attributes, request.type_name, imported.type_name, state)
        found = rules.violations(state_rules.IMPORT_RULES, answer)
        wrong |= rules.report_violations(found, call.subject, call.diagnostics)
    if wrong:
        del response.imported_resources[:]


def _check_upgrade(
    call: Call, request: pb.UpgradeResourceState.Request, response: pb.UpgradeResourceState.Response
) -> None:
    answer = UpgradeAnswer(call.attributes, _object(call, response.upgraded_state))
    found = rules.violations(state_rules.UPGRADE_RULES, answer)
    if rules.report_violations(found, call.subject, call.diagnostics):
        response.ClearField("upgraded_state")
    else:
        call.keep(response.upgraded_state, answer.state)


def _check_move(
    call: Call, request: pb.MoveResourceState.Request, response: pb.MoveResourceState.Response
) -> None:
    """Check a moved state by the rules of an import: the read that follows completes both."""
    if call.diagnostics.has_errors:
        return
    name, state = request.target_type_name, _object(call, response.target_state)
    answer = ImportAnswer(call.attributes, name, name, state)
    found = rules.violations(state_rules.IMPORT_RULES, answer)
    if rules.report_violations(found, call.subject, call.diagnostics):
        response.ClearField("target_state")


def _check_data(
    call: Call, request: pb.ReadDataSource.Request, response: pb.ReadDataSource.Response
) -> None:
    if not call.attributes:
        return
    answer = DataAnswer(
        call.attributes,
        _object(call, request.config) or {},
        _object(call, response.state),
        call.diagnostics.has_errors,
    )
    found = rules.violations(state_rules.DATA_RULES, answer)
    if rules.report_violations(found, call.subject, call.diagnostics):
        response.ClearField("state")


def _check_open(
    call: Call,
    request: pb.OpenEphemeralResource.Request,
    response: pb.OpenEphemeralResource.Response,
) -> None:
    if not call.attributes:
        return
    answer = OpenAnswer(
        call.attributes,
        _object(call, request.config) or {},
        _object(call, response.result),
        call.diagnostics.has_errors,
    )
    found = rules.violations(state_rules.OPEN_RULES, answer)
    if rules.report_violations(found, call.subject, call.diagnostics):
        response.ClearField("result")
        response.ClearField("private")
    _check_renewal(call, request, response)


def _check_renewal(call: Call, request: Any, response: Any) -> None:
    """Drop the time of a renewal that breaks a rule, so that Terraform never renews."""
    due = None
    if response.HasField("renew_at"):
        due = response.renew_at.ToDatetime(tzinfo=timezone.utc)
    answer = RenewalAnswer(due, datetime.now(timezone.utc))
    found = rules.violations(state_rules.RENEWAL_RULES, answer)
    if rules.report_violations(found, call.subject, call.diagnostics):
        response.ClearField("renew_at")


def _check_generated(
    call: Call,
    request: pb.GenerateResourceConfig.Request,
    response: pb.GenerateResourceConfig.Response,
) -> None:
    from constructs_lib.backend.plugin.consistency import stream_rules

    if not response.HasField("config"):
        return
    answer = stream_rules.GeneratedAnswer(
        call.attributes, _object(call, request.state) or {}, _object(call, response.config) or {}
    )
    found = rules.violations(stream_rules.GENERATED_RULES, answer)
    if rules.report_violations(found, call.subject, call.diagnostics):
        response.ClearField("config")


_CHECKERS: Final[Mapping[str, Callable[[Call, Any, Any], None]]] = {
    "GetProviderSchema": _check_schema,
    "PlanResourceChange": _check_plan,
    "ApplyResourceChange": _check_apply,
    "ReadResource": _check_read,
    "ImportResourceState": _check_import,
    "UpgradeResourceState": _check_upgrade,
    "MoveResourceState": _check_move,
    "GenerateResourceConfig": _check_generated,
    "ReadDataSource": _check_data,
    "OpenEphemeralResource": _check_open,
    "RenewEphemeralResource": _check_renewal,
}


def _object(call: Call, message: pb.DynamicValue) -> Object | None:
    """Return the object of a message; no rule changes one."""
    return call.object(message)


def _write(call: Call, message: pb.DynamicValue, state: Object | None) -> None:
    message.msgpack = conversion.write_state(state, call.object_type, call.diagnostics)
