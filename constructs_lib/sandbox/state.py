"""The state (cursor) of connections whose service keeps one.

Source: Fivetran's REST API, ``/v1/connections/{id}/state``.
"""

from __future__ import annotations

from typing import Any

from constructs_lib.sandbox import distortions, errors
from constructs_lib.sandbox.answer import ApiResponse
from constructs_lib.sandbox.call import Call, success
from constructs_lib.sandbox.errors import ApiError
from constructs_lib.sandbox.records import Connection
from constructs_lib.schemas import SERVICES_WITH_STATE

_UPDATED = "Connection state has been updated"


def read(call: Call) -> ApiResponse:
    """``GET /v1/connections/{id}/state``: 400 if no state was written yet."""
    record = _stateful(call)
    if record.state is None:
        raise _missing()
    return success("Connection state retrieved successfully", _answer(call, record.state))


def modify(call: Call) -> ApiResponse:
    """``PATCH /v1/connections/{id}/state``: 409 while a sync runs; it need not be paused.

    A body without ``state``, or with null, changes nothing and is answered 200. So is a body with
    the state not wrapped in ``state``: a mistake that the contract does not report either.
    """
    record = _stateful(call)
    state = call.body().get("state")
    if state is not None and not isinstance(state, dict):
        raise errors.invalid("Invalid value for field 'state': it must be object")
    if record.sync is not None:
        raise errors.sync_in_progress()
    if state is not None:
        _write(call, record, state)
    return success(_UPDATED, _answer(call, record.state or {}))


def _answer(call: Call, state: dict[str, Any]) -> dict[str, Any]:
    return distortions.of_state(call.settings.distortions, {"state": state})


def _write(call: Call, record: Connection, state: dict[str, Any]) -> None:
    if record.state is None and call.settings.state_must_exist:
        raise _missing()
    merged = call.settings.merge_state and record.state is not None
    record.state = {**(record.state or {}), **state} if merged else state
    call.tables.update(record)


def _stateful(call: Call) -> Connection:
    record = call.connection()
    if record.service in SERVICES_WITH_STATE:
        return record
    if call.settings.unsupported_state_status == 405:
        raise errors.wrong_method([])
    raise errors.invalid(
        f"The service '{record.service}' does not support state management; "
        "only Function and Connector SDK connections do"
    )


def _missing() -> ApiError:
    return errors.invalid("The connection state does not exist")
