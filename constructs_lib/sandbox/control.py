"""The endpoints that are not Fivetran's: what a test wants to see and to steer from outside.

They exist only where the sandbox was started with control, and stand below ``/_sandbox``.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from constructs_lib.sandbox import clock, errors
from constructs_lib.sandbox.answer import ApiResponse
from constructs_lib.sandbox.call import Call, success
from constructs_lib.sandbox.errors import SandboxError
from constructs_lib.sandbox.settings import Settings

PREFIX = "/_sandbox/"
"""The beginning of the paths of control; requests to them are not in the journal."""


def journal(call: Call) -> ApiResponse:
    """``GET /_sandbox/journal?since=N``: the entries with numbers above N."""
    since = call.request.query.get("since", "0")
    if not (since.isascii() and since.isdigit() and len(since) < 16):
        raise errors.invalid("Invalid value for 'since': it must be a whole number")
    items = [entry.to_dict() for entry in call.tables.journal(int(since))]
    return success("Journal retrieved successfully", {"items": items})


def reset(call: Call) -> ApiResponse:
    """``POST /_sandbox/reset``: forgets connections, groups and journal; settings stay."""
    call.tables.reset(clock.to_text(call.now))
    return success("Sandbox has been reset")


def read_settings(call: Call) -> ApiResponse:
    """``GET /_sandbox/settings``."""
    return success("Settings retrieved successfully", asdict(call.settings))


def modify_settings(call: Call) -> ApiResponse:
    """``PATCH /_sandbox/settings``: changes those that are given."""
    try:
        settings = call.tables.configure(**_given(call))
    except (SandboxError, TypeError) as error:
        raise errors.invalid(str(error)) from None
    return success("Settings have been updated", asdict(settings))


def set_sync_seconds(call: Call) -> ApiResponse:
    """``POST /_sandbox/connections/{id}/sync-seconds``: ``{"seconds": S}`` for its next syncs."""
    record = call.connection()
    seconds = _given(call).get("seconds")
    try:
        Settings().changed(sync_seconds=seconds)
    except SandboxError as error:
        raise errors.invalid(str(error)) from None
    call.tables.save_span(record.id, float(seconds or 0))
    return success("Length of syncs has been set")


def _given(call: Call) -> dict[str, Any]:
    """Return the checked body with ordinary decimals: they are seconds, and nobody's cursor."""
    call.body()
    body: dict[str, Any] = json.loads(call.request.body)
    return body
