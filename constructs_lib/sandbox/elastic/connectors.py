"""The endpoints that create, read, list and delete connectors, and the rules for their indices.

Sources: the groups "Create a connector", "Get a connector", "Get all connectors" and "Delete a
connector" of Elasticsearch's API, and "Create an index" for the rules of a name. Since 9.0 the
index of a connector that Elastic manages begins with ``content-``.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

from constructs_lib.sandbox.common.messages import ApiResponse
from constructs_lib.sandbox.elastic import bodies, errors
from constructs_lib.sandbox.elastic.call import ElasticCall
from constructs_lib.sandbox.elastic.records import ElasticConnector

_FORBIDDEN = '\\/*?"<>| ,'
_MAX_NAME_BYTES = 255
_PREFIX = "content-"


def index_name_problem(name: str | None) -> str | None:
    """Return what is wrong with a name; None if nothing is."""
    rule = None if name is None else _broken_rule(name)
    return None if rule is None else f"Invalid index name [{name}], {rule}."


def check_unused(call: ElasticCall, name: str | None, connector_id: str | None) -> None:
    """Accept an index that no other connector has.

    :param connector_id: whose index it is to be; None for a connector without identifier
    :raises ElasticError: 400
    """
    if name is None:
        return
    others = (found for found in call.tables.connectors() if found.id != connector_id)
    if any(found.index_name == name for found in others):
        raise errors.refused(f"Index name [{name}] is used by another connector.")


def lacks_prefix(call: ElasticCall, name: str | None) -> bool:
    """Return whether this server refuses to attach a managed connector to an index."""
    is_checked = name is not None and call.settings.at_least(9, 0)
    return is_checked and not str(name).startswith(_PREFIX)


def prefix_problem(name: str | None) -> str:
    """Return what is wrong with the index of a new connector that Elastic is to manage."""
    return (
        f"Index [{name}] is invalid. Index attached to an Elastic-managed connector "
        f"must start with the prefix: [{_PREFIX}]"
    )


def check_managed_name(call: ElasticCall, name: str | None) -> None:
    """Accept an index for a managed connector.

    :raises ElasticError: 400
    """
    if lacks_prefix(call, name):
        raise errors.refused(
            f"Index attached to an Elastic-managed connector must start with the prefix: "
            f"[{_PREFIX}]. The index name in the payload [{name}] doesn't comply with this "
            "requirement."
        )


def check_manageable(call: ElasticCall, name: str | None, connector_id: str) -> None:
    """Accept a connector that Elastic is to manage from now on.

    :param name: the index it is attached to
    :raises ElasticError: 400
    """
    if lacks_prefix(call, name):
        raise errors.refused(
            f"The index name [{name}] attached to the connector [{connector_id}] must start with "
            f"the required prefix: [{_PREFIX}] to be Elastic-managed. Please update the attached "
            "index first to comply with this requirement."
        )


def _broken_rule(name: str) -> str | None:
    rules = {
        "must not be empty": not name,
        f"must not contain any of the characters {' '.join(_FORBIDDEN)}": set(name)
        & set(_FORBIDDEN),
        "must not contain '#'": "#" in name,
        "must not contain ':'": ":" in name,
        "must not start with '_', '-', or '+'": name.startswith(("_", "-", "+")),
        "must not be '.' or '..'": name in (".", ".."),
        f"index name is too long, of more than {_MAX_NAME_BYTES} bytes": len(
            name.encode("utf-8", "surrogatepass")
        )
        > _MAX_NAME_BYTES,
    }
    return next((rule for rule, is_broken in rules.items() if is_broken), None)


_PAGE = 100
_LAST = "\U0010ffff"


def create(call: ElasticCall) -> ApiResponse:
    """Answer ``POST /_connector``: a connector with an identifier of Elasticsearch's choice."""
    return _created(call, secrets.token_urlsafe(15))


def put(call: ElasticCall) -> ApiResponse:
    """Answer ``PUT /_connector/{id}``: a connector with this identifier.

    One that exists is replaced, as if it had never been there.
    """
    return _created(call, call.connector_id)


def read(call: ElasticCall) -> ApiResponse:
    """Answer ``GET /_connector/{id}``, also of a deleted one if ``include_deleted`` is true."""
    found = call.connector(with_deleted=call.flag("include_deleted"))
    return ApiResponse(200, _document(call, found))


def list_all(call: ElasticCall) -> ApiResponse:
    """Answer ``GET /_connector``: by index name, filtered, ``size`` of them from ``from`` on."""
    start, size = call.number("from", 0), call.number("size", _PAGE)
    _check_names(call)
    known = call.tables.connectors(with_deleted=call.flag("include_deleted"))
    found = [connector for connector in known if _is_wanted(call, connector)]
    found.sort(key=lambda connector: connector.index_name or _LAST)
    results = [_document(call, connector) for connector in found[start : start + size]]
    return ApiResponse(200, {"count": len(found), "results": results})


def delete(call: ElasticCall) -> ApiResponse:
    """Answer ``DELETE /_connector/{id}``: the document stays, unless ``hard`` is true.

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
    problems = [index_name_problem(index_name)]
    if is_native and lacks_prefix(call, index_name):
        problems.append(prefix_problem(index_name))
    if wrong := [problem for problem in problems if problem is not None]:
        raise errors.invalid(*wrong)
    check_unused(call, index_name, identifier)
    status = "needs_configuration" if is_native else "created"
    values = {"name": "", "status": status, "created_at": call.at(), **values}
    # A document that a deletion left counts as existing.
    existed = call.tables.connector(identifier, with_deleted=True) is not None
    call.tables.save(ElasticConnector(identifier, **values))
    result, code = ("updated", 200) if existed else ("created", 201)
    return ApiResponse(code, {"result": result, "id": identifier})


def _document(call: ElasticCall, connector: ElasticConnector) -> dict[str, Any]:
    return connector.document(with_deleted=call.settings.at_least(9, 0))


def _check_names(call: ElasticCall) -> None:
    problems = map(index_name_problem, sorted(call.names("index_name")))
    if wrong := [problem for problem in problems if problem is not None]:
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
    """Return whether the index name, the name, or a word of the description contains a query."""
    if not query:
        return True
    if any(_contains(text or "", query) for text in (connector.index_name, connector.name)):
        return True
    # Elasticsearch indexes the words of a description one by one, in lower case.
    words = re.findall(r"\w+", (connector.description or "").lower())
    return any(_contains(word, query.lower()) for word in words)


def _contains(text: str, query: str) -> bool:
    # Python's patterns have classes of characters; Elasticsearch's wildcards do not.
    return fnmatchcase(text, f"*{query.replace('[', '[[]')}*")
