"""Fivetran's REST API, as far as connections need it.

One method per endpoint; each takes the :class:`Deadline` of the operation that it serves, answers
with the ``data`` of the API's envelope, and raises :mod:`errors`. Repeating failed requests is
decided in :mod:`retry`. Source: https://fivetran.com/docs/rest-api
"""

from __future__ import annotations

import base64
import ssl
import time
from collections.abc import Collection
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlencode

from constructs_lib.backend.fivetran import errors, jsontext, log, retry
from constructs_lib.backend.fivetran.deadline import Deadline
from constructs_lib.backend.fivetran.redaction import hide, hide_inside

if TYPE_CHECKING:
    import requests

    from constructs_lib.backend.fivetran.transport import Transport

_HEADERS = {"Accept": "application/json;version=2", "Content-Type": "application/json"}
_CONNECT_TIMEOUT = 10.0
_OF_THE_SANDBOX = "sandbox"
"""Key and secret of the sandbox stand in its documentation: they are no secret."""


class Request(NamedTuple):
    """One request: what is asked, and whether asking twice does harm."""

    method: str
    path: str
    body: dict[str, Any] | None = None
    repeatable: bool = True
    secrets: Collection[str] = ()
    """Texts that must not stand in any message."""

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def __repr__(self) -> str:
        return f"<Request {self}>"


class Client:
    """One account of Fivetran.

    :param transport: the way to the API
    :param key: the API key
    :param secret: the API secret
    :param request_timeout: seconds to wait for one answer
    """

    def __init__(
        self, transport: Transport, key: str, secret: str, request_timeout: float = 300.0
    ) -> None:
        self._transport = transport
        login = base64.b64encode(f"{key}:{secret}".encode()).decode()
        self._authorization = f"Basic {login}"
        self._login = () if secret == _OF_THE_SANDBOX else (key, secret, login)
        self._date: tuple[str, float] | None = None
        self._timeout = (min(_CONNECT_TIMEOUT, request_timeout), request_timeout)

    def __repr__(self) -> str:
        return f"<Client of {self._transport.base}>"

    def server_time(self) -> datetime:
        """The time by the API's clock, as far as an answer has told it; else by ours."""
        now = datetime.now(timezone.utc)
        if self._date is None:
            return now
        header, received = self._date
        moment = retry.date(header)
        return now if moment is None else moment + timedelta(seconds=time.time() - received)

    def close(self) -> None:
        """Closes the connections to the API."""
        self._transport.close()

    def create_connection(
        self, body: dict[str, Any], deadline: Deadline, secrets: Collection[str] = ()
    ) -> dict[str, Any]:
        """``POST /v1/connections``: the answer, which has an ``id``. Never repeated if the API may
        have done it.
        """
        request = Request("POST", "/v1/connections", body, repeatable=False, secrets=secrets)
        answer = self._ask(request, deadline)
        if not isinstance(answer.get("id"), str) or not answer["id"]:
            raise errors.BadAnswer(str(request), 201, "no identifier under data.id")
        return answer

    def connection(self, identifier: str, deadline: Deadline) -> dict[str, Any]:
        """``GET /v1/connections/{id}``."""
        return self._ask(Request("GET", _connection(identifier)), deadline)

    def connections_of(
        self, group_id: str, schema: str, deadline: Deadline
    ) -> list[dict[str, Any]]:
        """``GET /v1/connections`` of one group with exactly this schema; at most one page."""
        query = urlencode({"group_id": group_id, "schema": schema, "limit": 100})
        request = Request("GET", f"/v1/connections?{query}")
        items = self._ask(request, deadline).get("items")
        if not isinstance(items, list):
            raise errors.BadAnswer(str(request), 200, "no list under data.items")
        return [item for item in items if isinstance(item, dict)]

    def modify_connection(
        self,
        identifier: str,
        body: dict[str, Any],
        deadline: Deadline,
        secrets: Collection[str] = (),
    ) -> dict[str, Any]:
        """``PATCH /v1/connections/{id}``. Repeated, unless it starts a historical sync."""
        once = body.get("is_historical_sync") is True
        request = Request("PATCH", _connection(identifier), body, not once, secrets)
        return self._ask(request, deadline)

    def delete_connection(self, identifier: str, deadline: Deadline) -> None:
        """``DELETE /v1/connections/{id}``."""
        self._send(Request("DELETE", _connection(identifier)), deadline)

    def state(self, identifier: str, deadline: Deadline) -> dict[str, Any]:
        """``GET /v1/connections/{id}/state``: the state itself.

        :raises ApiError: 400 or 405 if the service keeps no state, 400 if none was written yet
        """
        request = Request("GET", _connection(identifier) + "/state")
        return self._state(request, self._ask(request, deadline))

    def set_state(self, identifier: str, state: dict[str, Any], deadline: Deadline) -> None:
        """``PATCH /v1/connections/{id}/state``.

        :raises Conflict: while a sync is in progress
        """
        request = Request("PATCH", _connection(identifier) + "/state", {"state": state})
        self._send(request, deadline)

    def run_setup_tests(
        self,
        identifier: str,
        body: dict[str, Any],
        deadline: Deadline,
        secrets: Collection[str] = (),
    ) -> dict[str, Any]:
        """``POST /v1/connections/{id}/test``. Its answer may quote ``secrets`` sent before."""
        path = _connection(identifier) + "/test"
        return self._ask(Request("POST", path, body, secrets=secrets), deadline)

    def _state(self, request: Request, data: dict[str, Any]) -> dict[str, Any]:
        state = data.get("state")
        if not isinstance(state, dict):
            raise errors.BadAnswer(str(request), 200, "no object under data.state")
        return state

    def _ask(self, request: Request, deadline: Deadline) -> dict[str, Any]:
        data = self._send(request, deadline).get("data")
        if not isinstance(data, dict):
            raise errors.BadAnswer(str(request), 200, "no object under data")
        if "setup_tests" in data:
            # They are there to be shown, and may quote what they tried.
            data["setup_tests"] = hide_inside(data["setup_tests"], self._secrets(request))
        return data

    def _send(self, request: Request, deadline: Deadline) -> dict[str, Any]:
        begun = time.monotonic()
        for attempt in range(1, retry.ATTEMPTS + 1):
            try:
                return self._once(request, deadline)
            except errors.FivetranError as error:
                if attempt > 1:
                    passed = time.monotonic() - begun
                    error.tried = f"It was tried {attempt} times within {passed:.0f} s."
                last = attempt == retry.ATTEMPTS
                if last or not retry.may_repeat(error, repeatable=request.repeatable):
                    raise
                self._wait(error, retry.pause(error, attempt), deadline)
        raise AssertionError("the loop above returns or raises")

    def _wait(self, error: errors.FivetranError, pause: float, deadline: Deadline) -> None:
        if pause > deadline.remaining:
            raise error
        until = datetime.now(timezone.utc) + timedelta(seconds=pause)
        log.warning(f"{error}; trying again in {pause:.1f} s, at {until:%H:%M:%SZ}")
        deadline.wait(pause, "the API")

    def _once(self, request: Request, deadline: Deadline) -> dict[str, Any]:
        if deadline.remaining <= 0:
            raise errors.OutOfTime(
                f"no time is left for {request}: {deadline.limit:.0f} s are over"
            )
        response = self._exchange(request, deadline)
        self._date = (response.headers.get("Date") or "", time.time())
        envelope = _envelope(request, response)
        if response.status_code >= 400:
            raise errors.answered(
                str(request),
                response.status_code,
                self._told(envelope.get("code"), request),
                self._told(envelope.get("message"), request),
                retry.retry_after(response.headers.get("Retry-After")),
            )
        return envelope

    def _told(self, words: Any, request: Request) -> str:
        """What the API says, without any secret that it quotes: a text, or else its JSON."""
        if words is None or isinstance(words, str):
            return hide(words or "", self._secrets(request))
        return jsontext.dumps(hide_inside(words, self._secrets(request)))

    def _secrets(self, request: Request) -> list[str]:
        return [*request.secrets, *self._login]

    def _sign(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Signs a request; as the session's ``auth``, so that no ~/.netrc comes before it."""
        request.headers["Authorization"] = self._authorization
        return request

    def _exchange(self, request: Request, deadline: Deadline) -> requests.Response:
        import requests

        connect, read = self._timeout
        body = None if request.body is None else jsontext.dumps(request.body).encode()
        try:
            return self._transport.session().request(
                request.method,
                self._transport.base + request.path,
                data=body,
                headers=_HEADERS,
                auth=self._sign,
                timeout=(connect, min(read, max(deadline.remaining, 0.1))),
                allow_redirects=False,
            )
        except requests.exceptions.RequestException as error:
            raise _no_answer(request, error) from None


def _connection(identifier: str) -> str:
    if not identifier:
        raise ValueError("a connection has an identifier that is not empty")
    return "/v1/connections/" + quote(identifier, safe="")


def _envelope(request: Request, response: requests.Response) -> dict[str, Any]:
    status = response.status_code
    try:
        envelope = jsontext.loads(response.content.decode("utf-8"))
    except ValueError:
        envelope = None
    if isinstance(envelope, dict) and (200 <= status < 300 or status >= 400):
        return envelope
    kind = response.headers.get("Content-Type", "no content type")
    if status >= 400:
        return {"message": f"the answer is not JSON ({kind})"}
    raise errors.BadAnswer(str(request), status, f"something else than the API's JSON ({kind})")


def _no_answer(request: Request, error: requests.exceptions.RequestException) -> errors.NoAnswer:
    """The error without the words of the HTTP library, which repeat addresses and objects."""
    import requests
    from urllib3.exceptions import NewConnectionError

    if isinstance(error, requests.exceptions.ConnectTimeout):
        return errors.NoAnswer(str(request), "connecting timed out", sent=False)
    if isinstance(error, requests.exceptions.Timeout):
        return errors.NoAnswer(str(request), "the answer timed out", sent=True)
    reason = error.args[0] if error.args else None
    reason = getattr(reason, "reason", reason)
    if _is_certificate_refused(reason):
        words = "the certificate of the API was refused"
        return errors.NoAnswer(str(request), words, sent=False, passing=False)
    if isinstance(reason, NewConnectionError):
        return errors.NoAnswer(str(request), "the connection was refused", sent=False)
    return errors.NoAnswer(str(request), "the connection broke off", sent=True)


def _is_certificate_refused(reason: Any) -> bool:
    """True if TLS failed before anything was sent. Any other failure of TLS may come later."""
    seen = 0
    while reason is not None and seen < 5:
        if isinstance(reason, ssl.SSLCertVerificationError):
            return True
        inner = reason.args[0] if getattr(reason, "args", None) else None
        reason = inner if isinstance(inner, BaseException) else reason.__cause__
        seen += 1
    return False
