"""The endpoints of connections: list, create, read, modify, delete, and connect cards.

A connect card is a link with which an end user sets a connection up. ``config`` and ``auth`` are
merged from requests and stored without secrets.

Sources: Fivetran's REST API, "Connections" (``/v1/connections`` and ``/v1/connections/{id}``), and
``POST /v1/connections/{id}/connect-card``.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from constructs_lib import schemas
from constructs_lib.sandbox.common import errors, messages
from constructs_lib.sandbox.common.messages import ApiResponse
from constructs_lib.sandbox.common.store import moment_to_text
from constructs_lib.sandbox.fivetran import answers, distortions, syncs
from constructs_lib.sandbox.fivetran.call import (
    CREATE_FIELDS,
    TEST_CONTROLS,
    TEST_FIELDS,
    UPDATE_FIELDS,
    Call,
    checked_fields,
    connect_card,
    listed,
    success,
)
from constructs_lib.sandbox.fivetran.records import Connection

_ADDRESS = "https://fivetran.com/connect-card/setup"


def create_connect_card(call: Call) -> ApiResponse:
    """Answer ``POST /v1/connections/{id}/connect-card``: 200, with token and address."""
    record = call.connection()
    config = connect_card(call.body())
    data = {
        "connector_id": record.id,
        "connect_card": issue(record.id, config),
        "connect_card_config": config,
    }
    return success("Connection Connect Card has been created", data)


def connect_card_of(record: Connection) -> dict[str, Any]:
    """Return the part of an answer that holds the connect card: a new, short-lived token.

    :returns: ``connect_card``; nothing, if the connection was created without one
    """
    config = record.attributes.get("connect_card_config")
    return {"connect_card": issue(record.id, config)} if config else {}


def issue(connection_id: str, config: Mapping[str, Any]) -> dict[str, str]:
    """Return a token and the address that holds it. It looks like a JWT and opens nothing."""
    header = _jwt_part({"typ": "JWT", "alg": "HS256"})
    token = f"{header}.{_jwt_part({'connection_id': connection_id})}.{secrets.token_urlsafe(32)}"
    redirect = quote(config["redirect_uri"], safe=":/")
    hidden = str(bool(config.get("hide_setup_guide", False))).lower()
    query = f"redirect_uri={redirect}&auth={token}&hide_setup_guide={hidden}"
    return {"token": token, "uri": f"{_ADDRESS}?{query}"}


def _jwt_part(value: Mapping[str, Any]) -> str:
    raw = json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def merge_config(record: Connection, given: Mapping[str, Any]) -> None:
    """Merge the settings of a request at their top level; a key that is null is cleared.

    Keys of the destination schema are permanent: with another value they are refused, with the
    same they are accepted, so that a client may send its whole configuration again. What only
    Fivetran sets (``public_key``) is dropped, because clients send back what they have read.

    :raises ApiError: 400, if the destination schema would change
    """
    facts = schemas.service(record.service)
    for key, value in record.destination.items():
        if given.get(key, value) != value:
            raise errors.invalid(f"Field 'config.{key}' cannot be changed after creation")
    skipped = {*record.destination, *(facts.read_only if facts else ())}
    wanted = {key: value for key, value in given.items() if key not in skipped}
    masked, found = messages.mask(wanted, facts.secrets if facts else ())
    merged = {**record.config, **masked}
    record.config = {key: value for key, value in merged.items() if value is not None}
    _keep_digests(record, "config", wanted, found)


def merge_auth(record: Connection, given: Mapping[str, Any]) -> None:
    """Store digests of the authorization of a request; no answer shows it."""
    _, found = messages.mask_all(dict(given))
    _keep_digests(record, "auth", given, found)


def _keep_digests(
    record: Connection, root: str, given: Mapping[str, Any], found: Mapping[str, Any]
) -> None:
    replaced = [f"{root}.{key}" for key in given]
    kept = {
        place: value
        for place, value in record.digests.items()
        if not any(messages.below(place, key) for key in replaced)
    }
    new = {f"{root}.{place}": messages.digest_of(secret) for place, secret in found.items()}
    record.digests = {**kept, **new}


_COUNTED = ("daily_sync_time", "data_delay_threshold")
"""The fields that the contract says to count only with the value of another one."""
_NOT_ATTRIBUTES = {"auth", "config", "group_id", "is_historical_sync", "service"}


def list_all(call: Call) -> ApiResponse:
    """Answer ``GET /v1/connections``: by pages, filtered by ``group_id`` and exact ``schema``."""
    group_id = call.request.query.get("group_id")
    return page(call, group_id, "Connections list retrieved successfully")


def page(call: Call, group_id: str | None, message: str) -> ApiResponse:
    """Answer with a page of connections, of one group or of all."""
    after, limit = call.page()
    schema = call.request.query.get("schema")
    found = call.tables.connections(after, limit + 1, group_id, schema)
    items = [(number, _item(call, call.up_to_date(record))) for number, record in found]
    return listed(message, items, limit)


def create(call: Call) -> ApiResponse:
    """Answer ``POST /v1/connections``: 201, with the results of the setup tests if they ran."""
    body = call.body()
    for name in ("group_id", "service"):
        if body.get(name) is None:
            raise errors.required(name)
    given = checked_fields(body, CREATE_FIELDS)
    record = _new(call, given)
    given = distortions.effective(record, given, call.settings.counts_with)
    merge_config(record, given.get("config", {}))
    merge_auth(record, given.get("auth", {}))
    _set_attributes(record, given)
    tests = _run_setup_tests(record, given)
    # The contract lists 409 for creation and says no more; a schema that the group has already is
    # the only thing that a new connection can be in conflict with.
    if not call.tables.insert(record):
        raise errors.conflict(f"Connection with schema '{record.schema}' exists in this group")
    call.up_to_date(record)
    return success("Connection has been created", _answer(call, record, **tests), status=201)


def read(call: Call) -> ApiResponse:
    """Answer ``GET /v1/connections/{id}``."""
    record = call.connection()
    answer = _answer(call, record, **_last_tests(record))
    return success("Connection details retrieved successfully", answer)


def modify(call: Call) -> ApiResponse:
    """Answer ``PATCH /v1/connections/{id}``: changes what is given and leaves the rest.

    ``config`` and ``auth`` are merged at their top level; a key that is null is cleared, and so is
    a field that an answer may show as null. The setup tests run after it unless the request forbids
    it, as ``setup_tests_every_update`` says.
    """
    record = call.connection()
    given = checked_fields(call.body(), UPDATE_FIELDS)
    if not set(given) - set(TEST_CONTROLS):
        raise errors.invalid("No update parameters specified")
    _check_trust(given)
    _check_no_sync(call, record, given)
    given = distortions.effective(record, given, call.settings.counts_with)
    merge_config(record, given.get("config", {}))
    merge_auth(record, given.get("auth", {}))
    _set_attributes(record, given)
    tests_are_due = call.settings.setup_tests_every_update or {"config", "auth"} & set(given)
    tests = _run_setup_tests(record, given) if tests_are_due else {}
    _steer_syncs(call, record, given)
    call.tables.update(record)
    call.up_to_date(record)
    return success("Connection has been updated", _answer(call, record, **tests))


def delete(call: Call) -> ApiResponse:
    """Answer ``DELETE /v1/connections/{id}``; a running sync does not prevent it."""
    connection_id = call.parameters["connection_id"]
    if not call.tables.delete(connection_id):
        raise errors.no_such_connection(connection_id)
    return success(f"Connection with id '{connection_id}' has been deleted")


def _answer(call: Call, record: Connection, **tests: Any) -> dict[str, Any]:
    """Return the whole answer about a connection.

    :param tests: ``setup_tests``, if the answer has them
    """
    more = {**connect_card_of(record), **tests}
    return answers.connection_response(record, call.settings.distortions, **more)


def _item(call: Call, record: Connection) -> dict[str, Any]:
    more = {**connect_card_of(record), **_last_tests(record)}
    rules, config = call.settings.distortions, call.settings.list_config
    return answers.connection_response(record, rules, config, **more)


def _last_tests(record: Connection) -> dict[str, Any]:
    return {} if record.setup_tests is None else {"setup_tests": record.setup_tests}


def _new(call: Call, given: Mapping[str, Any]) -> Connection:
    group_id, service = given["group_id"], given["service"]
    if schemas.service(service) is None:
        raise errors.invalid(f"Unsupported service '{service}'")
    if call.tables.group(group_id) is None:
        raise errors.no_such_group(group_id)
    destination = _destination(service, given.get("config", {}))
    schema = schemas.destination_schema_name(service, destination) or ""
    created_at = moment_to_text(call.now)
    return Connection(secrets.token_hex(8), group_id, service, schema, created_at, destination)


def _destination(service: str, config: Mapping[str, Any]) -> dict[str, str]:
    facts = schemas.service(service)
    keys = facts.destination_schema if facts else ()
    for key in keys:
        if config.get(key) in (None, ""):
            raise errors.required(f"config.{key}")
        if not isinstance(config[key], str):
            raise errors.invalid(f"Invalid value for field 'config.{key}': it must be string")
    return {key: config[key] for key in keys}


def _set_attributes(record: Connection, given: Mapping[str, Any]) -> None:
    ignored = _NOT_ATTRIBUTES | set(TEST_CONTROLS)
    values = {name: value for name, value in given.items() if name not in ignored}
    after = {**record.attributes, **values}
    # By the contract each of these two has a meaning only together with the value of another
    # field. Without that value it has no effect, and is not an error.
    attributes = schemas.load("fivetranops_connection").attributes
    for name in _COUNTED:
        other, value = attributes[name].only_with or ("", None)
        if after.get(other) != value:
            values.pop(name, None)
    kept = {**record.attributes, **{name: _without_nulls(value) for name, value in values.items()}}
    record.attributes = {name: value for name, value in kept.items() if value is not None}


def _without_nulls(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {key: inner for key, inner in value.items() if inner is not None}


def _run_setup_tests(record: Connection, given: Mapping[str, Any]) -> dict[str, Any]:
    if given.get("run_setup_tests", True) is False:
        return {}
    return {"setup_tests": syncs.run_setup_tests(record, given)}


def _check_trust(given: Mapping[str, Any]) -> None:
    """Refuse to trust in tests that do not run.

    The contract asks for ``run_setup_tests`` true, which is its default, in an update.
    """
    trusts = [name for name in TEST_FIELDS if given.get(name) is True]
    if trusts and given.get("run_setup_tests", True) is False:
        raise errors.invalid(f"Field '{trusts[0]}' requires 'run_setup_tests' to be true")


def _check_no_sync(call: Call, record: Connection, given: Mapping[str, Any]) -> None:
    """Refuse a change while a sync runs, if that is set: to pause is always possible."""
    status = call.settings.update_while_syncing_status
    changed = set(given) - set(TEST_CONTROLS)
    if status != 200 and record.sync is not None and changed != {"paused"}:
        raise errors.sync_in_progress() if status == 409 else errors.sync_not_stopped()


def _steer_syncs(call: Call, record: Connection, given: Mapping[str, Any]) -> None:
    seconds = call.sync_seconds(record.id)
    if given.get("is_historical_sync") is True:
        syncs.request_sync(record, call.now, seconds, "resync")
    elif given.get("is_historical_sync") is False:
        syncs.cancel_request(record)
    syncs.resume(record, call.now, seconds)
