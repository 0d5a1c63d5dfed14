"""What can be done with a connection: sync, re-sync, setup tests.

Source: Fivetran's REST API, ``POST /v1/connections/{id}/sync``, ``…/resync``, ``…/test``.
"""

from __future__ import annotations

from typing import Any

from constructs_lib import schemas
from constructs_lib.sandbox import answers, checks, connect_cards, errors, setup_tests, syncs
from constructs_lib.sandbox.answer import ApiResponse
from constructs_lib.sandbox.call import Call, success
from constructs_lib.sandbox.records import Connection


def sync(call: Call) -> ApiResponse:
    """``POST …/sync``: starts a sync. A running one goes on, or with ``force`` starts anew."""
    record = call.connection()
    body = call.body(optional=True)
    checks.unknown(body, ("force",))
    force = checks.flag(body, "force")
    if record.sync is None or force:
        record.sync = None
        _request(call, record, "sync")
    return _triggered(record)


def resync(call: Call) -> ApiResponse:
    """``POST …/resync``: a historical sync, of all or of the tables in ``scope``.

    409 while a sync runs: the contract lets the API try to complete it first, and a sync of the
    sandbox cannot be completed early.
    """
    record = call.connection()
    body = call.body(optional=True)
    checks.unknown(body, ("scope",))
    if body.get("scope") is not None:
        _check_scope(record, body["scope"])
    if record.sync is not None:
        raise errors.sync_in_progress()
    _request(call, record, "resync")
    return _triggered(record)


def test(call: Call) -> ApiResponse:
    """``POST …/test``: runs the setup tests. A missing body is a 400; ``{}`` is enough."""
    record = call.connection()
    trusts = checks.fields(call.body(), ("trust_certificates", "trust_fingerprints"))
    results = setup_tests.run(record, trusts)
    call.tables.update(record)
    more = {**connect_cards.of(record), "setup_tests": results}
    answer = answers.connection(call.settled(record), call.settings.distortions, **more)
    return success("Setup tests have been completed", answer)


def _request(call: Call, record: Connection, kind: str) -> None:
    syncs.request(record, call.now, call.sync_seconds(record.id), kind)
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
