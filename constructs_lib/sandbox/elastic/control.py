"""The endpoints that are not Elastic's: what a test wants to see and to steer from outside.

They exist only where the sandbox was started with control, and stand below ``/_sandbox``.
"""

from __future__ import annotations

from dataclasses import asdict

from constructs_lib.sandbox import control
from constructs_lib.sandbox.answer import ApiResponse
from constructs_lib.sandbox.elastic import errors
from constructs_lib.sandbox.elastic.call import ElasticCall
from constructs_lib.sandbox.errors import SandboxError

PREFIX = control.PREFIX
"""The beginning of the paths of control; requests to them are not in the journal."""


def journal(call: ElasticCall) -> ApiResponse:
    """``GET /_sandbox/journal?since=N``: the entries with numbers above N."""
    entries = call.tables.journal(call.number("since", 0))
    return ApiResponse(200, {"items": [entry.to_dict() for entry in entries]})


def reset(call: ElasticCall) -> ApiResponse:
    """``POST /_sandbox/reset``: forgets connectors, sync jobs and journal; settings stay."""
    call.tables.reset(call.at())
    return ApiResponse(200, {"acknowledged": True})


def read_settings(call: ElasticCall) -> ApiResponse:
    """``GET /_sandbox/settings``."""
    return ApiResponse(200, asdict(call.settings))


def modify_settings(call: ElasticCall) -> ApiResponse:
    """``PATCH /_sandbox/settings``: changes those that are given."""
    try:
        return ApiResponse(200, asdict(call.tables.configure(**call.json("settings"))))
    except (SandboxError, TypeError) as error:
        raise errors.unreadable(str(error)) from None
