"""The API of the sandbox: it turns a request into an answer, whatever the transport.

The order of the checks: 401 credentials, 429 rate limit, 404 path, 405 method, 406 ``Accept``,
415 ``Content-Type``, then the checks of the endpoint itself. Faults that a test asked for strike
before all of them.

Some faults (:mod:`constructs_lib.sandbox.common.faults`) are events: a sync starts, or a state
moves, between two requests of a client. From then on the API answers as for any other sync or
state: ``syncing``, and 409 for a new state.

Inside a process, :class:`SandboxAdapter` carries the requests::

    with requests.Session() as session:
        session.mount("sandbox://local", SandboxAdapter("sandbox.db"))
        session.auth = ("sandbox", "sandbox")
        session.get("sandbox://local/v1/connections")
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from constructs_lib import schemas
from constructs_lib.sandbox.common import errors, messages
from constructs_lib.sandbox.common.adapter import ApiAdapter
from constructs_lib.sandbox.common.errors import ApiError, SandboxError
from constructs_lib.sandbox.common.faults import (
    NO_ANSWER,
    Fault,
    apply_faults,
    faults_striking,
    kinds_of,
    takes_effect,
)
from constructs_lib.sandbox.common.messages import (
    CONTROL_PREFIX,
    ApiRequest,
    ApiResponse,
    Number,
    dumps_exact,
    loads_exact,
)
from constructs_lib.sandbox.common.store import Clock, moment_from_text, moment_to_text, utc_now
from constructs_lib.sandbox.fivetran import routes, syncs
from constructs_lib.sandbox.fivetran.call import (
    CREATE_FIELDS,
    UPDATE_FIELDS,
    Call,
    Credentials,
    check_accept,
    check_content_type,
    check_credentials,
)
from constructs_lib.sandbox.fivetran.records import Connection
from constructs_lib.sandbox.fivetran.store import Settings, Store, Tables
from constructs_lib.schemas import MASK, SERVICES_WITH_STATE

_STORED = "state_stored_differently"
_OF_A_PERSON = {"set_by": "a person", "page": 4711}
"""The state that a person sets; it replaces the former one."""


def events_before(faults: Sequence[Fault], call: Call) -> None:
    """Apply the events that faults ask for before a request.

    :param faults: those that strike the request
    :param call: the request; what its path names need not exist
    """
    due = [fault for fault in faults if fault.when == "before" and fault.kind != _STORED]
    _apply_events(due, call, routes.connection_id_of(call.request.path))


def events_after(faults: Sequence[Fault], call: Call, answer: ApiResponse) -> None:
    """Apply the events that faults ask for after a request, whatever its answer.

    :param faults: those that strike the request
    :param answer: the API's own answer, even if a fault hides it from the client
    """
    due = [fault for fault in faults if fault.when == "after" and fault.kind != _STORED]
    if _is_new_state(call, answer):
        due = [fault for fault in faults if fault.kind == _STORED] + due
    _apply_events(due, call, routes.connection_id_of(call.request.path) or _created(answer))


def _apply_events(faults: Sequence[Fault], call: Call, identifier: str | None) -> None:
    events = [fault for fault in faults if fault.facts.event]
    found = call.tables.connection(identifier) if events and identifier else None
    if found is None:
        return
    record = call.up_to_date(found)
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
        syncs.start_sync(record, call.now, call.sync_seconds(record.id))


def _sync_never_ends(fault: Fault, call: Call, record: Connection) -> None:
    _sync_starts(fault, call, record)
    syncs.never_end(record)


def _sync_fails(fault: Fault, call: Call, record: Connection) -> None:
    _sync_starts(fault, call, record)
    syncs.fail(record)


def _sync_rescheduled(fault: Fault, call: Call, record: Connection) -> None:
    until = call.now + timedelta(seconds=fault.seconds)
    syncs.reschedule(record, until, announced=fault.until == "told")


def _state_moves(fault: Fault, call: Call, record: Connection) -> None:
    if record.service not in SERVICES_WITH_STATE:
        return
    if fault.by == "person":
        record.state = dict(_OF_A_PERSON)
    else:
        record.state = syncs.checkpoint(record.state, moment_to_text(call.now))


def _stored_differently(fault: Fault, _: Call, record: Connection) -> None:
    state = record.state or {}
    if fault.stored == "key_added":
        record.state = {**state, "version": 2}
    else:
        record.state = {key: _as_text(value) for key, value in state.items()}


def _as_text(value: Any) -> Any:
    is_number = isinstance(value, Number) and not isinstance(value, bool)
    return str(value) if is_number else value


_EVENTS: Mapping[str, Callable[[Fault, Call, Connection], None]] = {
    "sync_starts": _sync_starts,
    "sync_never_ends": _sync_never_ends,
    "sync_fails": _sync_fails,
    "sync_rescheduled": _sync_rescheduled,
    "state_moves": _state_moves,
    _STORED: _stored_differently,
}


_OF_OPERATIONS = {"state", "force", "scope"}
_UNMASKED = {*CREATE_FIELDS, *UPDATE_FIELDS, *_OF_OPERATIONS, *routes.UNMASKED} - {"config", "auth"}
"""The fields of a body whose values hold no secret."""


class Api:
    """The API over one store; many threads may use it at once.

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
        """Answer a request: all of its effects take place, or none."""
        try:
            with self._store.transaction() as tables:
                return self._journaled(tables, request)
        except SandboxError as error:
            return self.failure(errors.unavailable(str(error)))

    def failure(self, error: ApiError) -> ApiResponse:
        """Return the answer for an error, in Fivetran's envelope."""
        envelope = {"code": error.code, "message": error.message}
        return ApiResponse(error.status, envelope, error.headers)

    def _journaled(self, tables: Tables, request: ApiRequest) -> ApiResponse:
        settings = tables.settings() or Settings()
        now = self._store.clock() + timedelta(seconds=settings.clock_ahead_seconds)
        if self._is_control(request):
            return self._guarded(tables, settings, now, request)
        # The service is looked up first, because the request may delete the connection.
        body = journaled_body(request.body, _service(tables, request)) if request.body else None
        struck = faults_striking(tables, settings.faults, request)
        passes = takes_effect(struck)
        call = Call(request, {}, tables, settings, now)
        events_before(struck, call)
        real = self._guarded(tables, settings, now, request) if passes else NO_ANSWER
        events_after(struck, call, real)
        sent = apply_faults(struck, real, self.failure)
        kinds, at = kinds_of(struck), moment_to_text(now)
        status = real.status if passes else sent.status
        tables.write_journal(at, request.method, request.path, status, body, kinds)
        # The answer that a fault made up does not come from the API, and lacks its limits.
        return _with_limits(sent, settings, tables, now) if sent.status == real.status else sent

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
            # The message of an error may quote the request, and the request may hold secrets.
            name = type(error).__name__
            return self.failure(errors.failed(name))

    def _answer(
        self, tables: Tables, settings: Settings, now: datetime, request: ApiRequest
    ) -> ApiResponse:
        check_credentials(request.headers, self._credentials)
        if not self._is_control(request):
            _check_rate(tables, settings, now)
        route = routes.find(request.path, self._with_control)
        endpoint = route.endpoint(request.method)
        check_accept(request.headers)
        check_content_type(request.headers, request.body)
        return endpoint(Call(request, route.parameters, tables, settings, now))

    def _is_control(self, request: ApiRequest) -> bool:
        return self._with_control and request.path.startswith(CONTROL_PREFIX)


def control(store: Store, path: str, body: Any) -> None:
    """Send a ``POST`` to a path of control of the API over a store.

    :raises SandboxError: if it is refused, with the words of the answer
    """
    credentials = b64encode(b"sandbox:sandbox").decode()
    headers = {"authorization": f"Basic {credentials}", "content-type": "application/json"}
    content = json.dumps(body).encode()
    request = ApiRequest("POST", CONTROL_PREFIX + path, headers=headers, body=content)
    answer = Api(store, with_control=True).handle(request)
    if answer.status >= 400:
        raise SandboxError(answer.envelope["message"])


def _service(tables: Tables, request: ApiRequest) -> str | None:
    connection_id = routes.connection_id_of(request.path)
    if connection_id is not None:
        record = tables.connection(connection_id)
        return record.service if record else None
    try:
        body = loads_exact(request.body)
    except (ValueError, RecursionError):
        return None
    service = body.get("service") if isinstance(body, dict) else None
    return service if isinstance(service, str) else None


def _check_rate(tables: Tables, settings: Settings, now: datetime) -> None:
    if not settings.enforce_rate_limit or _remaining(tables, settings, now) > 0:
        return
    since = now - timedelta(seconds=settings.rate_window_seconds)
    oldest = tables.oldest_request_since(moment_to_text(since))
    wait = moment_from_text(oldest) - since if oldest else timedelta(0)
    raise errors.too_many_requests(int(wait.total_seconds()) + 1)


def _remaining(tables: Tables, settings: Settings, now: datetime) -> int:
    since = moment_to_text(now - timedelta(seconds=settings.rate_window_seconds))
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


def journaled_body(content: bytes, service: str | None) -> str | None:
    """Return the JSON text of a body as the journal may show it.

    Secrets of ``config`` are known by the service; without one, every setting counts as secret.
    ``auth`` and unknown fields are masked to the last leaf.

    :param service: the service of the connection, if it is known
    :returns: None if it is not JSON, or nested too deep to look for secrets
    """
    try:
        body = loads_exact(content)
        if isinstance(body, dict):
            masked = {key: _journaled_value(key, value, service) for key, value in body.items()}
            return dumps_exact(masked)
        return dumps_exact(messages.mask_all(body)[0])
    except (ValueError, RecursionError):
        return None


def _journaled_value(key: str, value: Any, service: str | None) -> Any:
    facts = schemas.service(service) if service else None
    if key == "config" and facts and isinstance(value, dict):
        return messages.mask(value, facts.secrets)[0]
    if key in _UNMASKED:
        return value
    return messages.mask_all(value)[0] if isinstance(value, (dict, list)) or value is None else MASK


class SandboxAdapter(ApiAdapter):
    """A transport of ``requests`` that lets an embedded sandbox answer.

    Many threads may use one adapter, and many processes one file, but an adapter must not be used
    across a fork. Closing the session closes it.

    :param database: the SQLite file; None keeps all in memory, for this adapter alone
    :param api_key: the API key that is accepted
    :param api_secret: the API secret that is accepted
    :param now: the clock; tests give their own
    :raises SandboxError: if the file cannot be used
    """

    def __init__(
        self,
        database: str | Path | None,
        *,
        api_key: str = "sandbox",
        api_secret: str = "sandbox",  # noqa: S107 - the sandbox's own, and no secret.
        now: Clock = utc_now,
    ) -> None:
        self.store = Store(database, now)
        super().__init__(Api(self.store, Credentials(api_key, api_secret)), self.store.close)
