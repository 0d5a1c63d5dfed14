"""Checks each answered identity by its rules, as ``consistency_check`` checks states.

A broken rule becomes an error. A read and a plan fall back to what was before; an apply keeps the
state and answers no identity, which the next refresh then finds out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from constructs_lib.backend.plugin.consistency import identity_rules, rules
from constructs_lib.backend.plugin.consistency.identity_rules import IdentityAnswer
from constructs_lib.backend.plugin.protocol import conversion
from constructs_lib.backend.plugin.protocol import messages as pb
from constructs_lib.backend.plugin.protocol.call import Call
from constructs_lib.backend.plugin.values.value import CodecError


def check_identity(call: Call, request: Any, response: Any) -> None:
    """Add an error for each rule that an answered identity breaks, and repair the response.

    It is checked whatever becomes of the state: also where the state goes back as it came.
    """
    checker = _CHECKERS.get(call.method)
    if checker is not None:
        checker(call, request, response)


def _is_without_identity(call: Call, *answered: pb.ResourceIdentityData) -> bool:
    """Return True if there is nothing to check: no identity is due, and there is none."""
    return not call.identity_attributes and all(
        conversion.is_null(one.identity_data) for one in answered
    )


def _check_read_identity(
    call: Call, request: pb.ReadResource.Request, response: pb.ReadResource.Response
) -> None:
    if _is_without_identity(call, response.new_identity):
        return
    prior = call.object(request.current_state)
    answer = _identity_answer(
        call,
        request.current_identity,
        response.new_identity,
        exists=not conversion.is_null(response.new_state),
        is_imported=prior is not None and rules.is_stub(call.attributes, prior),
    )
    if _reports_identity(call, answer):
        response.new_state.CopyFrom(request.current_state)
        response.private = request.private
        response.ClearField("new_identity")
        if call.identity_attributes:
            response.new_identity.CopyFrom(request.current_identity)


def _check_plan_identity(
    call: Call, request: pb.PlanResourceChange.Request, response: pb.PlanResourceChange.Response
) -> None:
    if _is_without_identity(call, response.planned_identity):
        return
    is_new = conversion.is_null(request.prior_state) or bool(response.requires_replace)
    answer = _identity_answer(
        call,
        request.prior_identity,
        response.planned_identity,
        exists=not conversion.is_null(request.proposed_new_state),
        is_planned=True,
        is_new=is_new,
    )
    if _reports_identity(call, answer):
        response.planned_state.CopyFrom(request.prior_state)
        response.planned_private = request.prior_private
        response.ClearField("planned_identity")
        del response.requires_replace[:]


def _check_apply_identity(
    call: Call, request: pb.ApplyResourceChange.Request, response: pb.ApplyResourceChange.Response
) -> None:
    if _is_without_identity(call, response.new_identity):
        return
    answer = _identity_answer(
        call,
        request.planned_identity,
        response.new_identity,
        exists=not conversion.is_null(response.new_state),
    )
    if _reports_identity(call, answer):
        # The state stays, and the next refresh finds out the identity.
        response.ClearField("new_identity")


def _check_import_identity(
    call: Call, request: pb.ImportResourceState.Request, response: pb.ImportResourceState.Response
) -> None:
    wrong = False
    is_by_id = conversion.is_null(request.identity.identity_data)
    for imported in response.imported_resources:
        if _is_without_identity(call, imported.identity):
            continue
        # What is imported by its id may have its identity only after the read that follows.
        answer = _identity_answer(
            call, request.identity, imported.identity, is_import=True, is_planned=is_by_id
        )
        wrong |= _reports_identity(call, answer)
    if wrong:
        del response.imported_resources[:]


def _check_upgraded_identity(
    call: Call,
    request: pb.UpgradeResourceIdentity.Request,
    response: pb.UpgradeResourceIdentity.Response,
) -> None:
    if conversion.is_null(response.upgraded_identity.identity_data):
        return
    nothing = pb.ResourceIdentityData()
    answer = _identity_answer(call, nothing, response.upgraded_identity)
    if _reports_identity(call, answer):
        response.ClearField("upgraded_identity")


def _check_identity_schemas(
    call: Call,
    request: pb.GetResourceIdentitySchemas.Request,
    response: pb.GetResourceIdentitySchemas.Response,
) -> None:
    for name, schema in response.identity_schemas.items():
        parts = [
            (one.name, one.type, one.required_for_import, one.optional_for_import)
            for one in schema.identity_attributes
        ]
        found = rules.violations(identity_rules.IDENTITY_SCHEMA_RULES, parts)
        rules.report_violations(found, f"{call.method} of {name}", call.diagnostics)


def _identity_answer(
    call: Call, before: pb.ResourceIdentityData, answered: pb.ResourceIdentityData, **more: bool
) -> IdentityAnswer:
    identity, is_readable = None, True
    try:
        identity = call.identity(answered)
    except CodecError:
        is_readable = False
    return IdentityAnswer(
        call.identity_attributes,
        call.identity(before),
        identity,
        is_answered=not conversion.is_null(answered.identity_data),
        is_readable=is_readable,
        failed=call.diagnostics.has_errors,
        **more,
    )


def _reports_identity(call: Call, answer: IdentityAnswer) -> bool:
    found = rules.violations(identity_rules.IDENTITY_RULES, answer)
    return rules.report_violations(found, call.subject, call.diagnostics)


_CHECKERS: Final[Mapping[str, Callable[[Call, Any, Any], None]]] = {
    "ReadResource": _check_read_identity,
    "PlanResourceChange": _check_plan_identity,
    "ApplyResourceChange": _check_apply_identity,
    "ImportResourceState": _check_import_identity,
    "UpgradeResourceIdentity": _check_upgraded_identity,
    "GetResourceIdentitySchemas": _check_identity_schemas,
}
