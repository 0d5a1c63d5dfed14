"""Fivetran's REST API, as far as connections need it.

One method per endpoint; each takes the :class:`Deadline` of the operation that it serves, returns
the ``data`` of the API's envelope, and raises :mod:`errors`. :mod:`attempts` decides which failed
requests are sent again. Source: https://fivetran.com/docs/rest-api
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.api.batched_reader import LONGEST_PAGE, BatchedReader
from constructs_lib.backend.fivetran.api.exchange import Card, Exchange, Request
from constructs_lib.backend.http import jsontext
from constructs_lib.backend.http.attempts import Outage, send_with_retries
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.managed_object import equivalence
from constructs_lib.backend.plugin.values.value import MAX_LEVELS, same
from constructs_lib.schemas import is_identifier

if TYPE_CHECKING:
    from constructs_lib.backend.http.transport import Transport

_NOT_READ = ("run_setup_tests", "trust_certificates", "trust_fingerprints")
"""What an update may hold and no answer repeats, because it only steers that request."""
Object = dict[str, Any]
CheckEffect = Callable[[], "Object | None"]
CheckResponse = Callable[[Object], Object]
"""Checks and picks what an answer has to hold; raises InvalidResponse if it does not."""


class Client:
    """One account of Fivetran.

    :param transport: the way to the API
    :param key: the API key
    :param secret: the API secret
    :param request_timeout: seconds that one request may take
    """

    def __init__(
        self, transport: Transport, key: str, secret: str, request_timeout: float = 300.0
    ) -> None:
        self.batched_reader = BatchedReader(self.connection, self._page)
        """How connections are read where many may be, as in the refresh of a plan."""
        self._exchange = Exchange(
            transport, key, secret, request_timeout, self.batched_reader.invalidate
        )
        whose = f"{transport.base}\n{key}"
        self.account = hashlib.sha256(whose.encode()).hexdigest()[:16]
        """Identifies an account on this machine, and says nothing about it."""
        self.outage = Outage()
        """What all requests have learned of an API that has not answered yet."""

    def __repr__(self) -> str:
        return f"<Client of {self._exchange.transport.base}>"

    @property
    def address(self) -> str:
        """The address of the API, as messages name it."""
        transport = self._exchange.transport
        return transport.shown or transport.base

    def server_time(self) -> datetime:
        """Return the time by the API's clock if an answer had it, else by ours."""
        return self._exchange.server_time()

    @property
    def knows_time(self) -> bool:
        """True if an answer had the time by the API's clock."""
        return self._exchange.knows_time

    def close(self) -> None:
        """Close the connections to the API."""
        self._exchange.transport.close()

    def create_connection(
        self,
        body: dict[str, Any],
        deadline: Deadline,
        secrets: Collection[str] = (),
        on_answer: Callable[[int, bytes], None] | None = None,
    ) -> dict[str, Any]:
        """Send ``POST /v1/connections`` and return the answer, which has an ``id``. Never send it
        again if the API may have done it.

        :param on_answer: is called with the status and the content of each answer, first of all
        """
        request = Request(
            "POST", "/v1/connections", body, False, secrets=secrets, on_answer=on_answer
        )

        def checked(data: Object) -> Object:
            self._identifier(request, data)
            for name in ("service", "group_id"):
                if name in data and name in body and str(data[name]) != str(body[name]):
                    raise self._bad(request, f"another {name} under data: {data[name]!r}")
            self._check_config(request, data)
            return data

        return self.send(request, deadline, checked)

    def connection(self, identifier: str, deadline: Deadline) -> dict[str, Any]:
        """Send ``GET /v1/connections/{id}`` and return the connection.

        :raises NotFound: only if the API itself says that there is no such connection
        :raises ResponseAboutAnotherObject: if the answer is about another connection
        """
        request = Request("GET", _connection(identifier))
        return self.send(request, deadline, self._about(identifier, request))

    def connections_of(
        self, group_id: str, schema: str, deadline: Deadline
    ) -> list[dict[str, Any]]:
        """Return the connections of a group with exactly this schema; at most one page."""
        query = {"group_id": group_id, "schema": schema, "limit": "100"}
        items, _ = self.connections_page(query, deadline)
        return [item for item in items if isinstance(item, dict)]

    def connections_page(
        self, query: Mapping[str, str], deadline: Deadline
    ) -> tuple[list[Any], str | None]:
        """Return one page of ``GET /v1/connections`` and the cursor of the next; None at the end.

        :param query: ``group_id``, ``schema``, ``limit`` and ``cursor``, as far as they are given
        """
        request = Request("GET", f"/v1/connections?{urlencode(query)}")

        def checked(data: Object) -> Object:
            if not isinstance(data.get("items"), list):
                raise self._bad(request, "no list under data.items")
            if not isinstance(data.get("next_cursor"), (str, type(None))):
                raise self._bad(request, "no text under data.next_cursor")
            return data

        data = self.send(request, deadline, checked)
        return data["items"], data.get("next_cursor") or None

    def _page(self, cursor: str | None, deadline: Deadline) -> tuple[list[Any], str | None]:
        query = {"limit": str(LONGEST_PAGE)} | ({} if cursor is None else {"cursor": cursor})
        return self.connections_page(query, deadline)

    def modify_connection(
        self,
        identifier: str,
        body: dict[str, Any],
        deadline: Deadline,
        secrets: Collection[str] = (),
    ) -> dict[str, Any]:
        """Send ``PATCH /v1/connections/{id}``. If the answer is lost, read the connection to see
        whether it took effect; if that shows nothing, as with a secret, send the request again,
        unless it starts a historical sync.
        """
        once = body.get("is_historical_sync") is True
        request = Request("PATCH", _connection(identifier), body, not once, secrets)

        def check_effect() -> dict[str, Any] | None:
            answer = self.read_once(identifier, deadline)
            return answer if _shows(answer, body) else None

        return self.send(request, deadline, self._about(identifier, request), check_effect)

    def delete_connection(self, identifier: str, deadline: Deadline) -> None:
        """Send ``DELETE /v1/connections/{id}``. If the answer is lost, read the connection to see
        whether it took effect.

        :raises NotFound: only if the API itself says that there is no such connection
        """
        request = Request("DELETE", _connection(identifier))

        def check_effect() -> dict[str, Any] | None:
            try:
                self.read_once(identifier, deadline)
            except errors.NotFound:
                return {}
            return None

        self.send(request, deadline, check_effect=check_effect)

    def state(self, identifier: str, deadline: Deadline) -> dict[str, Any]:
        """Return the state of a connection, from ``GET /v1/connections/{id}/state``.

        :raises ApiError: 400 or 405 if the service keeps no state, 400 if none was written yet
        """
        request = Request("GET", _connection(identifier) + "/state")

        def checked(data: Object) -> Object:
            state = data.get("state")
            if not isinstance(state, dict):
                raise self._bad(request, "no object under data.state")
            return state

        return self.send(request, deadline, checked)

    def set_state(self, identifier: str, state: dict[str, Any], deadline: Deadline) -> None:
        """Send ``PATCH /v1/connections/{id}/state``. If the answer is lost, read the state to see
        whether it took effect.

        :raises Conflict: while a sync is in progress
        """
        request = Request("PATCH", _connection(identifier) + "/state", {"state": state})

        def check_effect() -> dict[str, Any] | None:
            try:
                answer = self.send_once(Request("GET", request.path), deadline)
            except errors.ApiError as error:
                if error.status in (400, 405):  # No state was ever written, nor by this request.
                    return None
                raise
            return answer if same(answer.get("state"), state) else None

        self.send(request, deadline, check_effect=check_effect)

    def run_setup_tests(
        self,
        identifier: str,
        body: dict[str, Any],
        deadline: Deadline,
        secrets: Collection[str] = (),
    ) -> dict[str, Any]:
        """Send ``POST /v1/connections/{id}/test``. Its answer may quote ``secrets`` sent before."""
        request = Request("POST", _connection(identifier) + "/test", body, secrets=secrets)
        return self.send(request, deadline, self._about(identifier, request))

    def issue_connect_card(
        self, identifier: str, config: dict[str, Any], deadline: Deadline
    ) -> Card:
        """Send ``POST /v1/connections/{id}/connect-card``, again if its answer is lost: a second
        card is harmless.

        :param config: ``redirect_uri`` and, if they are given, ``hide_setup_guide`` and
            ``all_fields``
        """
        path = _connection(identifier) + "/connect-card"
        request = Request("POST", path, {"connect_card_config": config})

        def checked(data: Object) -> Object:
            # By the contract the answer names the connection under ``connector_id``.
            if data.get("connector_id", identifier) != identifier:
                raise self._wrong(request, identifier, str(data["connector_id"]))
            if Card.of(data) is None:
                raise self._bad(request, "no uri and token under data.connect_card")
            return data

        card = Card.of(self.send(request, deadline, checked))
        assert card is not None  # noqa: S101 - ``checked`` has looked.
        return card

    def sync(
        self,
        identifier: str,
        deadline: Deadline,
        check_effect: Callable[[], bool],
        *,
        force: bool = False,
    ) -> None:
        """Send ``POST /v1/connections/{id}/sync``. Without ``force`` a running sync continues.

        :param check_effect: after an answer that was lost: True if the sync began all the same;
            what it raises ends the matter
        """
        request = Request("POST", _connection(identifier) + "/sync", {"force": force})
        self.send(request, deadline, check_effect=lambda: {} if check_effect() else None)

    def resync(
        self,
        identifier: str,
        deadline: Deadline,
        check_effect: Callable[[], bool],
        scope: dict[str, list[str]] | None = None,
    ) -> None:
        """Send ``POST /v1/connections/{id}/resync`` for everything, or the tables in ``scope``.

        :param check_effect: as in :meth:`sync`
        :raises Conflict: while a sync is in progress
        """
        body = {} if scope is None else {"scope": scope}
        request = Request("POST", _connection(identifier) + "/resync", body)
        self.send(request, deadline, check_effect=lambda: {} if check_effect() else None)

    def read_once(self, identifier: str, deadline: Deadline) -> dict[str, Any]:
        """Send ``GET /v1/connections/{id}`` once, for a caller that repeats it by itself."""
        request = Request("GET", _connection(identifier))
        return self._about(identifier, request)(self.send_once(request, deadline))

    def check_access(self, deadline: Deadline) -> None:
        """Check that the account can be accessed, by one ``GET /v1/connections`` for one item."""
        self.send_once(Request("GET", "/v1/connections?limit=1"), deadline)

    def send_once(self, request: Request, deadline: Deadline) -> Object:
        """Return the ``data`` of the answer to a request that is sent once."""
        return self._data(request, self._exchange.send_once(request, deadline))

    def _about(self, identifier: str, request: Request) -> CheckResponse:
        """Return the check that an answer is about the connection that was asked for.

        It raises InvalidResponse if the answer does not say which one it is about, and
        ResponseAboutAnotherObject if it is about another one.
        """

        def checked(data: Object) -> Object:
            answered = self._identifier(request, data)
            if answered != identifier:
                raise self._wrong(request, identifier, answered)
            self._check_config(request, data)
            return data

        return checked

    def _check_config(self, request: Request, data: Object) -> None:
        """Check that the settings of a connection are none that no state can hold."""
        if equivalence.is_too_deep(data.get("config")):
            reason = f"a config of {MAX_LEVELS} or more levels of lists and objects"
            raise errors.ResponseOverLimit(self._exchange.full_request(request), 200, reason)

    def _identifier(self, request: Request, data: Object) -> str:
        found = data.get("id")
        if not jsontext.is_text(found) or not found:
            raise self._bad(request, "no identifier under data.id")
        return found

    def _data(self, request: Request, envelope: Object) -> Object:
        data = envelope.get("data")
        if not isinstance(data, dict):
            raise self._bad(request, "no object under data")
        return data

    def _bad(self, request: Request, reason: str) -> errors.IncompleteResponse:
        """Return the error of a success that lacks what the contract promises."""
        return errors.IncompleteResponse(self._exchange.full_request(request), 200, reason)

    def _wrong(
        self, request: Request, asked: str, answered: str
    ) -> errors.ResponseAboutAnotherObject:
        return errors.ResponseAboutAnotherObject(
            self._exchange.full_request(request), asked, answered
        )

    def send(
        self,
        request: Request,
        deadline: Deadline,
        checked: CheckResponse | None = None,
        check_effect: CheckEffect | None = None,
    ) -> Object:
        """Send a request until it is answered with what the contract promises.

        :param checked: checks the ``data`` of the answer; what it refuses counts as no answer. None
            if the answer need not hold anything
        :param check_effect: for a write: reads, once, whether it took effect; the answer if it did
        """

        def once() -> Object:
            envelope = self._exchange.send_once(request, deadline)
            return envelope if checked is None else checked(self._data(request, envelope))

        return send_with_retries(
            once,
            deadline,
            idempotent=request.idempotent,
            outage=self.outage,
            writes=request.writes,
            doubts_429=request.doubts_429,
            check_effect=check_effect,
        )


def _shows(answer: dict[str, Any], body: dict[str, Any]) -> bool:
    """Return True if a connection shows what an update sent, as far as it can be read at all."""
    status = answer.get("status")
    shown = {**answer, **status} if isinstance(status, dict) else answer
    sent = {name: value for name, value in body.items() if name not in _NOT_READ}
    return equivalence.shows_effect(shown, sent)


def _connection(identifier: str) -> str:
    if not is_identifier(identifier, "fivetranops_connection"):
        raise errors.InvalidIdentifier(identifier)
    return "/v1/connections/" + quote(identifier, safe="")
