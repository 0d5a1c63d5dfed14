"""The endpoints of the certificates and fingerprints that are approved for a connection.

The identifier in a path is the hash, encoded in Base64URL, as the contract says of ``id``. It says
nothing of an approval that is repeated: here it changes nothing, and is answered like the first.

Source: Fivetran's REST API, "Certificate Management":
``/v1/connections/{id}/certificates`` and ``/v1/connections/{id}/fingerprints``.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

from constructs_lib.sandbox.common import errors
from constructs_lib.sandbox.common.errors import ApiError
from constructs_lib.sandbox.common.messages import ApiResponse
from constructs_lib.sandbox.common.store import moment_to_text
from constructs_lib.sandbox.fivetran.answers import USER
from constructs_lib.sandbox.fivetran.call import Call, listed, refuse_unknown, success
from constructs_lib.sandbox.fivetran.trust.source import CERTIFICATE, FINGERPRINT, Kind, described

Endpoint = Callable[[Call], ApiResponse]


def _routes(kind: Kind) -> dict[str, dict[str, Endpoint]]:
    """Return what answers the requests of one kind, by path and method."""
    path = f"/v1/connections/{{connection_id}}/{kind.segment}"
    return {
        path: {"GET": lambda call: _list(kind, call), "POST": lambda call: _approve(kind, call)},
        path + "/{hash}": {
            "GET": lambda call: _read(kind, call),
            "DELETE": lambda call: _revoke(kind, call),
        },
    }


_KINDS = (CERTIFICATE, FINGERPRINT)
ROUTES = {path: methods for kind in _KINDS for path, methods in _routes(kind).items()}
UNMASKED = ("hash", *(kind.value for kind in _KINDS))


def _list(kind: Kind, call: Call) -> ApiResponse:
    """Answer ``GET``: what is approved, by pages."""
    approved = call.connection().approved.get(kind.segment, [])
    after, limit = call.page()
    numbered = list(enumerate(approved, start=1))[after : after + limit + 1]
    return listed(f"{kind.noun}s retrieved successfully", numbered, limit)


def _approve(kind: Kind, call: Call) -> ApiResponse:
    """Answer ``POST``: approve one; 400 if its hash or value is missing."""
    record = call.connection()
    body = call.body()
    refuse_unknown(body, ("hash", kind.value))
    hash_, value = (_text(body, name) for name in ("hash", kind.value))
    approved = record.approved.setdefault(kind.segment, [])
    found = next((item for item in approved if item["hash"] == hash_), None)
    if found is None:
        when = {"validated_by": USER, "validated_date": moment_to_text(call.now)}
        found = {"id": encoded(hash_), "hash": hash_, **_facts(kind, value), **when}
        approved.append(found)
        call.tables.update(record)
    return success(f"The {kind.noun.lower()} has been approved", found)


def _facts(kind: Kind, value: str) -> dict[str, str]:
    if kind is FINGERPRINT:
        return {kind.value: value}
    try:
        return described(value)
    except ValueError:
        raise errors.invalid(f"Invalid value for field '{kind.value}': it is no base64") from None


def _read(kind: Kind, call: Call) -> ApiResponse:
    """Answer ``GET`` of one that is approved."""
    found = _approved(kind, call.connection().approved, call)
    return success(f"{kind.noun} details retrieved successfully", found)


def _revoke(kind: Kind, call: Call) -> ApiResponse:
    """Answer ``DELETE``: revoke one; 404 if it is not approved."""
    record = call.connection()
    found = _approved(kind, record.approved, call)
    record.approved[kind.segment].remove(found)
    call.tables.update(record)
    return success(f"{kind.noun} '{found['hash']}' has been revoked for connection '{record.id}'")


def _approved(
    kind: Kind, approved: Mapping[str, list[dict[str, str]]], call: Call
) -> dict[str, str]:
    identifier = call.parameters["hash"]
    for item in approved.get(kind.segment, []):
        if item["id"] == identifier:
            return item
    raise ApiError(404, "NotFound", f"{kind.noun} with specified hash not found")


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if value in (None, ""):
        raise errors.required(name)
    if not isinstance(value, str):
        raise errors.invalid(f"Invalid value for field '{name}': it must be string")
    return value


def encoded(hash_: str) -> str:
    """Return the identifier of a hash: its text in Base64URL, without padding."""
    return base64.urlsafe_b64encode(hash_.encode()).decode().rstrip("=")
