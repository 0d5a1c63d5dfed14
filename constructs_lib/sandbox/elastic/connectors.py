"""The endpoints that create, read, list and delete connectors.

Sources: the groups "Create a connector", "Get a connector", "Get all connectors" and "Delete a
connector" of Elasticsearch's API.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

from constructs_lib.sandbox.answer import ApiResponse
from constructs_lib.sandbox.elastic import errors, index_names
from constructs_lib.sandbox.elastic.bodies import connector as bodies
from constructs_lib.sandbox.elastic.call import ElasticCall
from constructs_lib.sandbox.elastic.records import ElasticConnector

_PAGE = 100
_LAST = "\U0010ffff"


def create(call: ElasticCall) -> ApiResponse:
    """``POST /_connector``: a connector with an identifier of Elasticsearch's choice."""
    return _created(call, secrets.token_urlsafe(15))


def put(call: ElasticCall) -> ApiResponse:
    """``PUT /_connector/{id}``: a connector with this identifier.

    One that is there already is written anew, as if it had never been there.
    """
    return _created(call, call.connector_id)


def read(call: ElasticCall) -> ApiResponse:
    """``GET /_connector/{id}``, also of a deleted one if ``include_deleted`` is true."""
    found = call.connector(with_deleted=call.flag("include_deleted"))
    return ApiResponse(200, _document(call, found))


def list_all(call: ElasticCall) -> ApiResponse:
    """``GET /_connector``: by index name; filtered, and from ``from`` on ``size`` of them."""
    start, size = call.number("from", 0), call.number("size", _PAGE)
    _check_names(call)
    known = call.tables.connectors(with_deleted=call.flag("include_deleted"))
    found = [connector for connector in known if _is_wanted(call, connector)]
    found.sort(key=lambda connector: connector.index_name or _LAST)
    results = [_document(call, connector) for connector in found[start : start + size]]
    return ApiResponse(200, {"count": len(found), "results": results})


def delete(call: ElasticCall) -> ApiResponse:
    """``DELETE /_connector/{id}``: the document stays, unless ``hard`` is true.

    Servers before 9.0 let nothing stay. ``delete_sync_jobs`` removes its sync jobs, too.
    """
    is_soft = call.settings.at_least(9, 0) and not call.flag("hard")
    found = call.connector(with_deleted=not is_soft)
    if is_soft:
        call.tables.save(replace(found, deleted=True))
    else:
        call.tables.remove(found.id)
    if call.flag("delete_sync_jobs"):
        for job in call.tables.sync_jobs():
            if job["connector"]["id"] == found.id:
                call.tables.remove_sync_job(job["id"])
    return ApiResponse(200, {"acknowledged": True})


def _created(call: ElasticCall, identifier: str) -> ApiResponse:
    values = call.body(bodies.CREATE, optional=True)
    is_native, index_name = values.get("is_native", False), values.get("index_name")
    complaints = [index_names.complaint(index_name)]
    if is_native and index_names.lacks_prefix(call, index_name):
        complaints.append(index_names.prefix_complaint(index_name))
    if wrong := [complaint for complaint in complaints if complaint is not None]:
        raise errors.invalid(*wrong)
    index_names.check_free(call, index_name, identifier)
    status = "needs_configuration" if is_native else "created"
    values = {"name": "", "status": status, "created_at": call.at(), **values}
    # What a deletion left of a document counts as one that is there.
    existed = call.tables.connector(identifier, with_deleted=True) is not None
    call.tables.save(ElasticConnector(identifier, **values))
    result, code = ("updated", 200) if existed else ("created", 201)
    return ApiResponse(code, {"result": result, "id": identifier})


def _document(call: ElasticCall, connector: ElasticConnector) -> dict[str, Any]:
    return connector.document(with_deleted=call.settings.at_least(9, 0))


def _check_names(call: ElasticCall) -> None:
    complaints = map(index_names.complaint, sorted(call.names("index_name")))
    if wrong := [complaint for complaint in complaints if complaint is not None]:
        raise errors.invalid(*wrong)


def _is_wanted(call: ElasticCall, connector: ElasticConnector) -> bool:
    wanted = {
        "index_name": connector.index_name,
        "connector_name": connector.name,
        "service_type": connector.service_type,
    }
    named = all(not call.names(name) or value in call.names(name) for name, value in wanted.items())
    return named and _is_found(call.request.query.get("query", ""), connector)


def _is_found(query: str, connector: ElasticConnector) -> bool:
    """Return whether a query stands in the index name, the name, or a word of the description."""
    if not query:
        return True
    if any(_contains(text or "", query) for text in (connector.index_name, connector.name)):
        return True
    # Elasticsearch keeps the words of a description apart, in lower case.
    words = re.findall(r"\w+", (connector.description or "").lower())
    return any(_contains(word, query.lower()) for word in words)


def _contains(text: str, query: str) -> bool:
    # Python's patterns have classes of characters, which Elasticsearch's wildcards have not.
    return fnmatchcase(text, f"*{query.replace('[', '[[]')}*")
