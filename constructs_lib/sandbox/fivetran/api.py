"""The API of the sandbox: from a request to its answer, whatever carried it.

The order of the checks: 401 credentials, 429 rate limit, 404 path, 405 method, 406 ``Accept``,
415 ``Content-Type``, then what the endpoint itself checks. Faults that a test asked for strike
before all of them.

What happens beside the requests of a client: syncs that start, and states that move.

A fault asks for it (:mod:`constructs_lib.sandbox.common.faults`), because it must happen between
two requests that belong together. By its contract the API answers from then on as for any other
sync or state: ``syncing``, and 409 for a new state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

from constructs_lib.sandbox.common import errors, faults, messages, store
from constructs_lib.sandbox.common import store as clock
from constructs_lib.sandbox.common import store as journal
from constructs_lib.sandbox.common.errors import ApiError, SandboxError
from constructs_lib.sandbox.common.faults import Fault
from constructs_lib.sandbox.common.messages import ApiRequest, ApiResponse
from constructs_lib.sandbox.fivetran import call, routes, syncs
from constructs_lib.sandbox.fivetran.call import Call, Credentials
from constructs_lib.sandbox.fivetran.records import Connection
from constructs_lib.sandbox.fivetran.store import Settings, Store, Tables
from constructs_lib.schemas import SERVICES_WITH_STATE

_STORED = "state_stored_differently"
_OF_A_PERSON = {"set_by": "a person", "page": 4711}
"""The state that a person sets: all of the former one is gone."""


def before(faults: Sequence[Fault], call: Call) -> None:
    """Lets happen what is to happen before a request.

    :param faults: those that strike the request
    :param call: the request; what its path names need not exist
    """
    due = [fault for fault in faults if fault.when == "before" and fault.kind != _STORED]
    _happen(due, call, routes.connection_id(call.request.path))


def after(faults: Sequence[Fault], call: Call, answer: ApiResponse) -> None:
    """Lets happen what is to happen after a request, whatever became of it.

    :param faults: those that strike the request
    :param answer: what the API has to say about the request, also if a fault hides it
    """
    due = [fault for fault in faults if fault.when == "after" and fault.kind != _STORED]
    if _is_new_state(call, answer):
        due = [fault for fault in faults if fault.kind == _STORED] + due
    _happen(due, call, routes.connection_id(call.request.path) or _created(answer))


def _happen(faults: Sequence[Fault], call: Call, identifier: str | None) -> None:
    events = [fault for fault in faults if fault.facts.event]
    found = call.tables.connection(identifier) if events and identifier else None
    if found is None:
        return
    record = call.settled(found)
    for fault in events:
        _EVENTS[fault.kind](fault, call, record)
    call.tables.update(record)


def _is_new_state(call: Call, answer: ApiResponse) -> bool:
    is_for_state = call.request.method == "PATCH" and call.request.path.endswith("/state")
    if not is_for_state or answer.status != 200:
        return False
    return isinstance(call.body().get("state"), dict)


def _created(answer: ApiResponse) -> str | None:
    data = answer.envelope.get("data")
    identifier = data.get("id") if answer.status == 201 and isinstance(data, dict) else None
    return identifier if isinstance(identifier, str) else None


def _sync_starts(_: Fault, call: Call, record: Connection) -> None:
    if record.sync is None:
        syncs.begin(record, call.now, call.sync_seconds(record.id))


def _sync_never_ends(fault: Fault, call: Call, record: Connection) -> None:
    _sync_starts(fault, call, record)
    syncs.hold(record)


def _sync_fails(fault: Fault, call: Call, record: Connection) -> None:
    _sync_starts(fault, call, record)
    syncs.let_fail(record)


def _sync_rescheduled(fault: Fault, call: Call, record: Connection) -> None:
    until = call.now + timedelta(seconds=fault.seconds)
    syncs.put_off(record, until, told=fault.until == "told")


def _state_moves(fault: Fault, call: Call, record: Connection) -> None:
    if record.service not in SERVICES_WITH_STATE:
        return
    if fault.by == "person":
        record.state = dict(_OF_A_PERSON)
    else:
        record.state = syncs.checkpoint(record.state, store.to_text(call.now))


def _stored_differently(fault: Fault, _: Call, record: Connection) -> None:
    state = record.state or {}
    if fault.stored == "key_added":
        record.state = {**state, "version": 2}
    else:
        record.state = {key: _as_text(value) for key, value in state.items()}


def _as_text(value: Any) -> Any:
    is_number = isinstance(value, messages.Number) and not isinstance(value, bool)
    return str(value) if is_number else value


_EVENTS: Mapping[str, Callable[[Fault, Call, Connection], None]] = {
    "sync_starts": _sync_starts,
    "sync_never_ends": _sync_never_ends,
    "sync_fails": _sync_fails,
    "sync_rescheduled": _sync_rescheduled,
    "state_moves": _state_moves,
    _STORED: _stored_differently,
}


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
        struck = faults.striking(tables, settings.faults, request)
        passes = faults.let_pass(struck)
        beside = Call(request, {}, tables, settings, now)
        before(struck, beside)
        real = self._guarded(tables, settings, now, request) if passes else faults.NOTHING
        after(struck, beside, real)
        told = faults.apply(struck, real, self.failure)
        kinds, at = faults.names(struck), clock.to_text(now)
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
        call.check_credentials(request.headers, self._credentials)
        if not self._is_control(request):
            _check_rate(tables, settings, now)
        route = routes.find(request.path, self._with_control)
        endpoint = route.endpoint(request.method)
        call.check_accept(request.headers)
        call.check_content_type(request.headers, request.body)
        return endpoint(Call(request, route.parameters, tables, settings, now))

    def _is_control(self, request: ApiRequest) -> bool:
        return self._with_control and request.path.startswith(routes.PREFIX)


def _service(tables: Tables, request: ApiRequest) -> str | None:
    connection_id = routes.connection_id(request.path)
    if connection_id is not None:
        record = tables.connection(connection_id)
        return record.service if record else None
    try:
        body = messages.loads(request.body)
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
