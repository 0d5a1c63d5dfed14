"""The endpoints of groups, read-only: the sandbox is about connections.

Source: Fivetran's REST API, ``/v1/groups``.
"""

from __future__ import annotations

from dataclasses import asdict

from constructs_lib.sandbox import connections, errors
from constructs_lib.sandbox.answer import ApiResponse
from constructs_lib.sandbox.call import Call, listed, success
from constructs_lib.sandbox.records import Group


def list_all(call: Call) -> ApiResponse:
    """``GET /v1/groups``: by pages."""
    after, limit = call.page()
    found = [(number, asdict(group)) for number, group in call.tables.groups(after, limit + 1)]
    return listed("Groups retrieved successfully", found, limit)


def read(call: Call) -> ApiResponse:
    """``GET /v1/groups/{id}``."""
    return success("Group details retrieved successfully", asdict(_group(call)))


def list_connections(call: Call) -> ApiResponse:
    """``GET /v1/groups/{id}/connections``: by pages, filtered by exact ``schema``."""
    return connections.page(call, _group(call).id, "Group connections retrieved successfully")


def _group(call: Call) -> Group:
    group_id = call.parameters["group_id"]
    found = call.tables.group(group_id)
    if found is None:
        raise errors.no_such_group(group_id)
    return found
