"""The API of the sandbox: from a request to its answer, whatever carried it.

The order of the checks: 401 credentials, 429 rate limit, 404 path, 405 method, 406 ``Accept``,
415 ``Content-Type``, then what the endpoint itself checks. Faults that a test asked for strike
before all of them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime

from constructs_lib.sandbox import (
    clock,
    control,
    errors,
    events,
    exact_json,
    fault_answers,
    headers,
    journal,
    routes,
)
from constructs_lib.sandbox.answer import ApiRequest, ApiResponse
from constructs_lib.sandbox.call import Call
from constructs_lib.sandbox.errors import ApiError, SandboxError
from constructs_lib.sandbox.headers import Credentials
from constructs_lib.sandbox.settings import Settings
from constructs_lib.sandbox.store import Store
from constructs_lib.sandbox.tables import Tables


class Api:
    """Answers requests over one store; many threads may use it at once.

    :param store: where everything is kept
    :param credentials: the API key and secret that are accepted
    :param with_control: True offers the paths below ``/_sandbox``
    """

    def __init__(
        self, store: Store, credentials: Credentials | None = None, with_control: bool = False
    ) -> None:
        self._store = store
        self._credentials = credentials or Credentials()
        self._with_control = with_control

    def handle(self, request: ApiRequest) -> ApiResponse:
        """The answer to a request: all of its effects take place, or none."""
        try:
            with self._store.transaction() as tables:
                return self._journaled(tables, request)
        except SandboxError as error:
            return self.failure(errors.unavailable(str(error)))

    def failure(self, error: ApiError) -> ApiResponse:
        """The answer that tells of an error, in Fivetran's envelope."""
        envelope = {"code": error.code, "message": error.message}
        return ApiResponse(error.status, envelope, error.headers)

    def _journaled(self, tables: Tables, request: ApiRequest) -> ApiResponse:
        settings = tables.settings() or Settings()
        now = self._store.clock() + timedelta(seconds=settings.clock_ahead_seconds)
        if self._is_control(request):
            return self._guarded(tables, settings, now, request)
        # The service is looked up first, because the request may delete the connection.
        body = journal.visible(request.body, _service(tables, request)) if request.body else None
        struck = fault_answers.striking(tables, settings.faults, request)
        passes = fault_answers.let_pass(struck)
        beside = Call(request, {}, tables, settings, now)
        events.before(struck, beside)
        real = self._guarded(tables, settings, now, request) if passes else fault_answers.NOTHING
        events.after(struck, beside, real)
        told = fault_answers.apply(struck, real, self.failure)
        kinds, at = fault_answers.names(struck), clock.to_text(now)
        status = real.status if passes else told.status
        tables.write_journal(at, request.method, request.path, status, body, kinds)
        # What a fault made up does not come from the API, and knows nothing of its limits.
        return _with_limits(told, settings, tables, now) if told.status == real.status else told

    def _guarded(
        self, tables: Tables, settings: Settings, now: datetime, request: ApiRequest
    ) -> ApiResponse:
        try:
            with tables.undone_on_error():
                return self._answer(tables, settings, now, request)
        except ApiError as error:
            return self.failure(error)
        except SandboxError:
            raise
        except Exception as error:
            # What went wrong may quote the request, and the request may hold secrets.
            name = type(error).__name__
            return self.failure(errors.failed(name))

    def _answer(
        self, tables: Tables, settings: Settings, now: datetime, request: ApiRequest
    ) -> ApiResponse:
        headers.check_credentials(request.headers, self._credentials)
        if not self._is_control(request):
            _check_rate(tables, settings, now)
        route = routes.find(request.path, self._with_control)
        endpoint = route.endpoint(request.method)
        headers.check_accept(request.headers)
        headers.check_content_type(request.headers, request.body)
        return endpoint(Call(request, route.parameters, tables, settings, now))

    def _is_control(self, request: ApiRequest) -> bool:
        return self._with_control and request.path.startswith(control.PREFIX)


def _service(tables: Tables, request: ApiRequest) -> str | None:
    connection_id = routes.connection_id(request.path)
    if connection_id is not None:
        record = tables.connection(connection_id)
        return record.service if record else None
    try:
        body = exact_json.loads(request.body)
    except (ValueError, RecursionError):
        return None
    service = body.get("service") if isinstance(body, dict) else None
    return service if isinstance(service, str) else None


def _check_rate(tables: Tables, settings: Settings, now: datetime) -> None:
    if not settings.enforce_rate_limit or _remaining(tables, settings, now) > 0:
        return
    since = now - timedelta(seconds=settings.rate_window_seconds)
    oldest = tables.oldest_request_since(clock.to_text(since))
    wait = clock.from_text(oldest) - since if oldest else timedelta(0)
    raise errors.too_many_requests(int(wait.total_seconds()) + 1)


def _remaining(tables: Tables, settings: Settings, now: datetime) -> int:
    since = clock.to_text(now - timedelta(seconds=settings.rate_window_seconds))
    return settings.rate_limit - tables.requests_since(since, settings.rate_limit)


def _with_limits(
    response: ApiResponse, settings: Settings, tables: Tables, now: datetime
) -> ApiResponse:
    remaining = _remaining(tables, settings, now)
    limits = {
        "X-Rate-Limit": str(settings.rate_limit),
        "X-Rate-Limit-Remaining": str(remaining),
        # The sandbox's own clock, which a test may have put forward.
        "Date": format_datetime(now, usegmt=True),
    }
    return replace(response, headers={**response.headers, **limits})
