"""The sandbox of Elastic's API: it turns a request into an answer, whatever the transport.

The order of the checks: 401 credentials, 400 and 405 path and method, 406 and 400 media types, 403
privileges, 400 parameters of the query, then the checks of the endpoint itself. Faults that a test
asked for strike before all of them; one of them sets the status of a connector between two
requests, as the connector service does.

The parameter ``filter_path`` says which parts of an answer its client wants. It is a list with
commas of paths such as ``results.*.id``, where ``*`` matches any part of a name, and ``**`` any
number of names. A path that begins with ``-`` leaves its part out. The items of a list do not count
as a level. Source: Elasticsearch's documentation, "Common options", "Response filtering".

Inside a process, :class:`ElasticAdapter` carries the requests::

    with requests.Session() as session:
        session.mount("sandbox://elastic", ElasticAdapter("elastic.db"))
        session.get("sandbox://elastic/_connector/sandbox_wiki")
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from constructs_lib.sandbox.common import messages
from constructs_lib.sandbox.common.adapter import ApiAdapter
from constructs_lib.sandbox.common.errors import ApiError, SandboxError, failed, unavailable
from constructs_lib.sandbox.common.faults import (
    NO_ANSWER,
    apply_faults,
    faults_striking,
    kinds_of,
    takes_effect,
)
from constructs_lib.sandbox.common.messages import CONTROL_PREFIX, ApiRequest, ApiResponse
from constructs_lib.sandbox.common.store import Clock, moment_to_text, utc_now
from constructs_lib.sandbox.elastic import errors, routes
from constructs_lib.sandbox.elastic.call import (
    ElasticCall,
    ElasticCredentials,
    check_media_types,
    content_type_of,
)
from constructs_lib.sandbox.elastic.errors import ElasticError
from constructs_lib.sandbox.elastic.store import (
    ElasticFault,
    ElasticSettings,
    ElasticStore,
    ElasticTables,
)
from constructs_lib.schemas import MASK

_Path = tuple[str, ...]
_NOTHING = object()


def filtered(document: dict[str, Any], filter_path: str) -> dict[str, Any]:
    """Return the parts of an answer that its client wants; all of them without a path.

    :param document: the answer
    :param filter_path: the parameter of the query
    """
    given = [part.strip() for part in filter_path.split(",") if part.strip()]
    wanted = [_path(part) for part in given if not part.startswith("-")]
    unwanted = [_path(part[1:]) for part in given if part.startswith("-")]
    found = _only(document, wanted) if wanted else document
    left = _without(found, unwanted) if isinstance(found, dict) else _NOTHING
    return left if isinstance(left, dict) else {}


def _path(text: str) -> _Path:
    return tuple(text.split("."))


def _only(value: Any, paths: Sequence[_Path]) -> Any:
    """Return what the paths lead to; nothing where they lead to nothing."""
    if () in paths:
        return value
    if isinstance(value, list):
        items = [_only(item, paths) for item in value]
        return [item for item in items if item is not _NOTHING] or _NOTHING
    if not isinstance(value, dict):
        return _NOTHING
    inner = {name: _only(item, _following(paths, name)) for name, item in value.items()}
    return {name: item for name, item in inner.items() if item is not _NOTHING} or _NOTHING


def _without(value: Any, paths: Sequence[_Path]) -> Any:
    """Return all but what the paths lead to."""
    if () in paths:
        return _NOTHING
    if isinstance(value, list):
        items = [_without(item, paths) for item in value]
        return [item for item in items if item is not _NOTHING]
    if not isinstance(value, dict):
        return value
    inner = {name: _without(item, _following(paths, name)) for name, item in value.items()}
    return {name: item for name, item in inner.items() if item is not _NOTHING}


def _following(paths: Sequence[_Path], name: str) -> list[_Path]:
    """Return the rest of each path that leads through a name."""
    following: list[_Path] = []
    for path in paths:
        if path[:1] == ("**",):
            following += [path, path[1:], *_following([path[1:]], name)]
        elif path and fnmatchcase(name, path[0].replace("[", "[[]")):
            following.append(path[1:])
    return list(dict.fromkeys(following))


def move_statuses(
    tables: ElasticTables, faults: Sequence[ElasticFault], when: str, path: str
) -> None:
    """Set the statuses that faults move before or after a request, whatever its answer.

    :param faults: those that strike the request
    :param when: ``before`` or ``after``
    :param path: of the request, percent-encoded; what it names need not exist
    """
    for fault in faults:
        found = tables.connector(routes.connector_id_of(path) or "")
        if found is not None and fault.facts.event and fault.when == when:
            tables.save(replace(found, status=fault.status))


_UNMASKED = {
    "description",
    "error",
    "id",
    "index_name",
    "is_native",
    "job_type",
    "language",
    "name",
    "service_type",
    "status",
    "trigger_method",
    "worker_hostname",
}
_PRODUCT = {"X-elastic-product": "Elasticsearch"}
"""Elasticsearch's dispatcher of requests sets it before it looks for a handler, so errors carry it,
too; the answers of a gateway do not."""
_READS = ("GET", "HEAD")


class ElasticApi:
    """The API over one store; many threads may use it at once.

    :param store: where everything is kept
    :param credentials: what is accepted
    :param with_control: True offers the paths below ``/_sandbox``
    :param anonymous: True accepts requests without any credentials, too
    """

    def __init__(
        self,
        store: ElasticStore,
        credentials: ElasticCredentials | None = None,
        with_control: bool = False,
        anonymous: bool = False,
    ) -> None:
        self._store = store
        self._credentials = credentials or ElasticCredentials()
        self._with_control = with_control
        self._anonymous = anonymous

    def handle(self, request: ApiRequest) -> ApiResponse:
        """Answer a request: all of its effects take place, or none."""
        # The identifier of a connector may hold a slash, which the decoded path does not show.
        request = replace(request, path=request.raw_path or request.path)
        try:
            with self._store.transaction() as tables:
                return self._journaled(tables, request)
        except SandboxError as error:
            return self.failure(unavailable(str(error)))

    def failure(self, error: ApiError) -> ApiResponse:
        """Return the answer for an error, in Elasticsearch's envelope."""
        return errors.from_api_error(error).answer()

    def _journaled(self, tables: ElasticTables, request: ApiRequest) -> ApiResponse:
        settings = tables.settings() or ElasticSettings()
        now = self._store.clock() + timedelta(seconds=settings.clock_ahead_seconds)
        if self._is_control(request):
            return self._guarded(tables, settings, now, request)
        struck = faults_striking(tables, settings.faults, request)
        passes = takes_effect(struck)
        move_statuses(tables, struck, "before", request.path)
        real = self._guarded(tables, settings, now, request) if passes else NO_ANSWER
        move_statuses(tables, struck, "after", request.path)
        sent = apply_faults(struck, real, self.failure)
        status = real.status if passes else sent.status
        about = (moment_to_text(now), request.method, request.path, status)
        tables.write_journal(*about, _journaled_body(request.body), kinds_of(struck))
        return sent

    def _guarded(
        self, tables: ElasticTables, settings: ElasticSettings, now: datetime, request: ApiRequest
    ) -> ApiResponse:
        try:
            with tables.undone_on_error():
                answer = self._answer(tables, settings, now, request)
        except ElasticError as error:
            answer = error.answer()
        except SandboxError:
            raise
        except Exception as error:
            # The message of an error may quote the request, and the request may hold secrets.
            answer = self.failure(failed(type(error).__name__))
        media_type = content_type_of(request.headers)
        return replace(answer, headers={**answer.headers, **_PRODUCT, "Content-Type": media_type})

    def _answer(
        self, tables: ElasticTables, settings: ElasticSettings, now: datetime, request: ApiRequest
    ) -> ApiResponse:
        self._credentials.check(request.headers, request.path, self._anonymous)
        route = routes.find(request.method, request.path, self._with_control, settings)
        check_media_types(request.headers, request.body, settings.major)
        writes = request.method not in _READS and not self._is_control(request)
        if writes and not settings.manage_connector:
            raise errors.not_allowed()
        routes.check_query(route.endpoint, request.path, request.query, settings)
        answer = route.endpoint(ElasticCall(request, route.parameters, tables, settings, now))
        wanted = request.query.get("filter_path", "")
        return replace(answer, envelope=filtered(dict(answer.envelope), wanted))

    def _is_control(self, request: ApiRequest) -> bool:
        return self._with_control and request.path.startswith(CONTROL_PREFIX)


def _journaled_body(content: bytes) -> str | None:
    """Return the JSON text of a body as the journal may show it; None if it is not JSON."""
    try:
        body = json.loads(content)
        if not isinstance(body, dict):
            return json.dumps(messages.mask_all(body)[0])
        return json.dumps({key: _journaled_value(key, value) for key, value in body.items()})
    except (ValueError, RecursionError):
        return None


def _journaled_value(key: str, value: Any) -> Any:
    if isinstance(value, (dict, list)) or value is None:
        return messages.mask_all(value)[0]
    return value if key in _UNMASKED else MASK


class ElasticAdapter(ApiAdapter):
    """A transport of ``requests`` that lets an embedded sandbox answer.

    Many threads may use one adapter, and many processes one file, but an adapter must not be used
    across a fork. Closing the session closes it.

    :param database: the SQLite file; None keeps all in memory, for this adapter alone
    :param credentials: what is accepted
    :param anonymous: True accepts requests without any credentials, too: a process that may open
        the file needs no key to it. Wrong credentials are refused nevertheless.
    :param now: the clock; tests give their own
    :raises SandboxError: if the file cannot be used
    """

    def __init__(
        self,
        database: str | Path | None,
        *,
        credentials: ElasticCredentials | None = None,
        anonymous: bool = True,
        now: Clock = utc_now,
    ) -> None:
        self.store = ElasticStore(database, now)
        api = ElasticApi(self.store, credentials, anonymous=anonymous)
        super().__init__(api, self.store.close)
