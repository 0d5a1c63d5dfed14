"""The sandbox of Elastic's API: from a request to its answer, whatever carried it.

The order of the checks: 401 credentials, 400 and 405 path and method, 406 and 400 media types, 403
privileges, 400 parameters of the query, then what the endpoint itself checks. Faults that a test
asked for strike before all.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from constructs_lib.sandbox import clock, fault_answers, masking
from constructs_lib.sandbox import errors as general_errors
from constructs_lib.sandbox.answer import ApiRequest, ApiResponse
from constructs_lib.sandbox.elastic import (
    control,
    errors,
    events,
    media_types,
    response_filter,
    routes,
)
from constructs_lib.sandbox.elastic.call import ElasticCall
from constructs_lib.sandbox.elastic.credentials import ElasticCredentials
from constructs_lib.sandbox.elastic.errors import ElasticError
from constructs_lib.sandbox.elastic.settings import ElasticSettings
from constructs_lib.sandbox.elastic.store import ElasticStore
from constructs_lib.sandbox.elastic.tables import ElasticTables
from constructs_lib.sandbox.errors import ApiError, SandboxError
from constructs_lib.schemas import MASK

_PLAIN = {
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
"""Elasticsearch's dispatcher of requests sets it before it looks for who answers, so that errors
carry it, too; what a gateway answers in its place does not."""
_READS = ("GET", "HEAD")


class ElasticApi:
    """Answers requests over one store; many threads may use it at once.

    :param store: where everything is kept
    :param credentials: what is accepted
    :param with_control: True offers the paths below ``/_sandbox``
    :param anonymous: True also answers who shows no credentials at all
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
        """The answer to a request: all of its effects take place, or none."""
        # The identifier of a connector may hold a slash, which the decoded path does not tell.
        request = replace(request, path=request.raw_path or request.path)
        try:
            with self._store.transaction() as tables:
                return self._journaled(tables, request)
        except SandboxError as error:
            return self.failure(general_errors.unavailable(str(error)))

    def failure(self, error: ApiError) -> ApiResponse:
        """The answer that tells of an error, in Elasticsearch's envelope."""
        return errors.general(error).answer()

    def _journaled(self, tables: ElasticTables, request: ApiRequest) -> ApiResponse:
        settings = tables.settings() or ElasticSettings()
        now = self._store.clock() + timedelta(seconds=settings.clock_ahead_seconds)
        if self._is_control(request):
            return self._guarded(tables, settings, now, request)
        struck = fault_answers.striking(tables, settings.faults, request)
        passes = fault_answers.let_pass(struck)
        events.happen(tables, struck, "before", request.path)
        real = self._guarded(tables, settings, now, request) if passes else fault_answers.NOTHING
        events.happen(tables, struck, "after", request.path)
        told = fault_answers.apply(struck, real, self.failure)
        status = real.status if passes else told.status
        about = (clock.to_text(now), request.method, request.path, status)
        tables.write_journal(*about, _visible(request.body), fault_answers.names(struck))
        return told

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
            # What went wrong may quote the request, and the request may hold secrets.
            answer = self.failure(general_errors.failed(type(error).__name__))
        media_type = media_types.of_answer(request.headers)
        return replace(answer, headers={**answer.headers, **_PRODUCT, "Content-Type": media_type})

    def _answer(
        self, tables: ElasticTables, settings: ElasticSettings, now: datetime, request: ApiRequest
    ) -> ApiResponse:
        self._credentials.check(request.headers, request.path, self._anonymous)
        route = routes.find(request.method, request.path, self._with_control, settings)
        media_types.check(request.headers, request.body, settings.major)
        writes = request.method not in _READS and not self._is_control(request)
        if writes and not settings.manage_connector:
            raise errors.not_allowed()
        routes.check_query(route.endpoint, request.path, request.query, settings)
        answer = route.endpoint(ElasticCall(request, route.parameters, tables, settings, now))
        wanted = request.query.get("filter_path", "")
        return replace(answer, envelope=response_filter.filtered(dict(answer.envelope), wanted))

    def _is_control(self, request: ApiRequest) -> bool:
        return self._with_control and request.path.startswith(control.PREFIX)


def _visible(content: bytes) -> str | None:
    """The JSON text of a body as the journal may show it; None if it is not JSON."""
    try:
        body = json.loads(content)
        if not isinstance(body, dict):
            return json.dumps(masking.mask_all(body)[0])
        return json.dumps({key: _shown(key, value) for key, value in body.items()})
    except (ValueError, RecursionError):
        return None


def _shown(key: str, value: Any) -> Any:
    if isinstance(value, (dict, list)) or value is None:
        return masking.mask_all(value)[0]
    return value if key in _PLAIN else MASK
