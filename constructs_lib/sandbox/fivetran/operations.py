"""The endpoints of a connection's state, syncs and setup tests.

Source: Fivetran's REST API, ``/v1/connections/{id}/state`` (for services that keep a state, or
cursor), and ``POST /v1/connections/{id}/sync``, ``…/resync``, ``…/test``.
"""

from __future__ import annotations

from typing import Any

from constructs_lib import schemas
from constructs_lib.sandbox.common import errors
from constructs_lib.sandbox.common.errors import ApiError
from constructs_lib.sandbox.common.messages import ApiResponse
from constructs_lib.sandbox.fivetran import answers, connections, distortions, syncs
from constructs_lib.sandbox.fivetran.call import (
    TEST_FIELDS,
    Call,
    boolean,
    checked_fields,
    refuse_unknown,
    success,
)
from constructs_lib.sandbox.fivetran.records import Connection
from constructs_lib.schemas import SERVICES_WITH_STATE

_UPDATED = "Connection state has been updated"


def read_state(call: Call) -> ApiResponse:
    """Answer ``GET /v1/connections/{id}/state``: 400 if no state was written yet."""
    record = _connection_with_state(call)
    if record.state is None:
        raise _missing_state()
    return success("Connection state retrieved successfully", _state_response(call, record.state))


def modify_state(call: Call) -> ApiResponse:
    """Answer ``PATCH /v1/connections/{id}/state``: 409 while a sync runs; it need not be paused.

    A body without ``state``, or with null, changes nothing and is answered 200. So is a body with
    the state not wrapped in ``state``: a mistake that the contract does not report either.
    """
    record = _connection_with_state(call)
    state = call.body().get("state")
    if state is not None and not isinstance(state, dict):
        raise errors.invalid("Invalid value for field 'state': it must be object")
    if record.sync is not None:
        raise errors.sync_in_progress()
    if state is not None:
        _write_state(call, record, state)
    return success(_UPDATED, _state_response(call, record.state or {}))


def _state_response(call: Call, state: dict[str, Any]) -> dict[str, Any]:
    return distortions.of_state(call.settings.distortions, {"state": state})


def _write_state(call: Call, record: Connection, state: dict[str, Any]) -> None:
    if record.state is None and call.settings.state_must_exist:
        raise _missing_state()
    merged = call.settings.merge_state and record.state is not None
    record.state = {**(record.state or {}), **state} if merged else state
    call.tables.update(record)


def _connection_with_state(call: Call) -> Connection:
    record = call.connection()
    if record.service in SERVICES_WITH_STATE:
        return record
    if call.settings.unsupported_state_status == 405:
        raise errors.wrong_method([])
    raise errors.invalid(
        f"The service '{record.service}' does not support state management; "
        "only Function and Connector SDK connections do"
    )


def _missing_state() -> ApiError:
    return errors.invalid("The connection state does not exist")


def sync(call: Call) -> ApiResponse:
    """Answer ``POST …/sync``: start a sync. A running one goes on; ``force`` replaces it."""
    record = call.connection()
    body = call.body(optional=True)
    refuse_unknown(body, ("force",))
    force = boolean(body, "force")
    if record.sync is None or force:
        record.sync = None
        _start(call, record, "sync")
    return _triggered(record)


def resync(call: Call) -> ApiResponse:
    """Answer ``POST …/resync``: a historical sync, of all or of the tables in ``scope``.

    409 while a sync runs: the contract lets the API try to complete it first, and a sync of the
    sandbox cannot be completed early.
    """
    record = call.connection()
    body = call.body(optional=True)
    refuse_unknown(body, ("scope",))
    if body.get("scope") is not None:
        _check_scope(record, body["scope"])
    if record.sync is not None:
        raise errors.sync_in_progress()
    _start(call, record, "resync")
    return _triggered(record)


def test(call: Call) -> ApiResponse:
    """Answer ``POST …/test``: run the setup tests. A missing body is a 400; ``{}`` is enough."""
    record = call.connection()
    trusts = checked_fields(call.body(), TEST_FIELDS)
    results = syncs.run_setup_tests(record, trusts)
    call.tables.update(record)
    more = {**connections.connect_card_of(record), "setup_tests": results}
    answer = answers.connection_response(call.up_to_date(record), call.settings.distortions, **more)
    return success("Setup tests have been completed", answer)


def _start(call: Call, record: Connection, kind: str) -> None:
    syncs.request_sync(record, call.now, call.sync_seconds(record.id), kind)
    call.tables.update(record)


def _triggered(record: Connection) -> ApiResponse:
    return success(f"Sync has been successfully triggered for connection with id '{record.id}'")


def _check_scope(record: Connection, scope: Any) -> None:
    if not isinstance(scope, dict) or not scope:
        raise errors.invalid("Invalid value for field 'scope': it must be a non-empty object")
    for tables in scope.values():
        if not isinstance(tables, list) or not tables:
            raise errors.invalid("Invalid value for field 'scope': no table of a schema is named")
        if not all(isinstance(table, str) for table in tables) or len(set(tables)) < len(tables):
            raise errors.invalid("Invalid value for field 'scope': it must name tables once each")
    # The contract limits scopes to "typically database connectors" and gives no list. Those are
    # the services that replicate several schemas, which their schema_prefix tells.
    facts = schemas.service(record.service)
    if facts is None or facts.destination_schema != ("schema_prefix",):
        raise errors.invalid(f"The service '{record.service}' does not support table-level re-sync")
