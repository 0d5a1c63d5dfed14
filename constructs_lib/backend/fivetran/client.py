"""Fivetran's REST API, as far as connections need it.

One method per endpoint; each takes the :class:`Deadline` of the operation that it serves, answers
with the ``data`` of the API's envelope, and raises :mod:`errors`. Repeating failed requests is
decided in :mod:`retry`. Source: https://fivetran.com/docs/rest-api
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

from constructs_lib.backend.fivetran import comparison, errors
from constructs_lib.backend.fivetran.connect_card_request import Card
from constructs_lib.backend.fivetran.exchange import Exchange, Request
from constructs_lib.backend.fivetran.reads import Reads
from constructs_lib.backend.http.attempts import until_answered
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.outage import Outage
from constructs_lib.backend.plugin.values import same

if TYPE_CHECKING:
    from constructs_lib.backend.http.transport import Transport

LONGEST_PAGE: Final = 1000
"""The connections of one page of a list: the most that the API gives."""
_NOT_READ = ("run_setup_tests", "trust_certificates", "trust_fingerprints")
"""What a modification may hold and no answer tells of, because it steers that request only."""
_LONGEST_PAGE = 1000
Look = Callable[[], "dict[str, Any] | None"]


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
        self._exchange = Exchange(transport, key, secret, request_timeout)
        whose = f"{transport.base}\n{key}"
        self.account = hashlib.sha256(whose.encode()).hexdigest()[:16]
        """Tells the accounts of one machine apart, and says nothing about them."""
        self.reads = Reads(self.connection, self._page)
        """How connections are read where many may be, as in the refresh of a plan."""
        self.outage = Outage()
        """What all requests have learned of an API that has not answered yet."""

    def __repr__(self) -> str:
        return f"<Client of {self._exchange.transport.base}>"

    def server_time(self) -> datetime:
        """The time by the API's clock, as far as an answer has told it; else by ours."""
        return self._exchange.server_time()

    def close(self) -> None:
        """Closes the connections to the API."""
        self._exchange.transport.close()

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
        query = {"group_id": group_id, "schema": schema, "limit": "100"}
        items, _ = self.connections_page(query, deadline)
        return [item for item in items if isinstance(item, dict)]

    def connections_page(
        self, query: Mapping[str, str], deadline: Deadline
    ) -> tuple[list[Any], str | None]:
        """``GET /v1/connections``: one page, and the cursor of the next; None if it is the last.

        :param query: ``group_id``, ``schema``, ``limit`` and ``cursor``, as far as they are given
        """
        request = Request("GET", f"/v1/connections?{urlencode(query)}")
        answer = self._ask(request, deadline)
        items, cursor = answer.get("items"), answer.get("next_cursor")
        if not isinstance(items, list):
            raise errors.BadAnswer(str(request), 200, "no list under data.items")
        if cursor is not None and not isinstance(cursor, str):
            raise errors.BadAnswer(str(request), 200, "no text under data.next_cursor")
        return items, cursor or None

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
        """``PATCH /v1/connections/{id}``. If the answer is lost, the connection tells whether it
        took effect; where it cannot, as with a secret, the request is repeated, unless it starts a
        historical sync.
        """
        once = body.get("is_historical_sync") is True
        request = Request("PATCH", _connection(identifier), body, not once, secrets)

        def look() -> dict[str, Any] | None:
            answer = _data(Request("GET", request.path), self._exchange, deadline)
            return answer if _shows(answer, body) else None

        return self._ask(request, deadline, look)

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
        """``PATCH /v1/connections/{id}/state``. If the answer is lost, the state tells whether it
        took effect.

        :raises Conflict: while a sync is in progress
        """
        request = Request("PATCH", _connection(identifier) + "/state", {"state": state})

        def look() -> dict[str, Any] | None:
            try:
                answer = _data(Request("GET", request.path), self._exchange, deadline)
            except errors.ApiError as error:
                if error.status in (400, 405):  # No state was ever written, nor by this request.
                    return None
                raise
            return answer if same(answer.get("state"), state) else None

        self._send(request, deadline, look)

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

    def issue_connect_card(
        self, identifier: str, config: dict[str, Any], deadline: Deadline
    ) -> Card:
        """``POST /v1/connections/{id}/connect-card``. A second card is harmless, so that it is
        repeated if its answer is lost.

        :param config: ``redirect_uri`` and, if they are given, ``hide_setup_guide`` and
            ``all_fields``
        """
        path = _connection(identifier) + "/connect-card"
        request = Request("POST", path, {"connect_card_config": config})
        card = Card.of(self._ask(request, deadline))
        if card is None:
            raise errors.BadAnswer(str(request), 200, "no uri and token under data.connect_card")
        return card

    def sync(
        self,
        identifier: str,
        deadline: Deadline,
        look: Callable[[], bool],
        *,
        force: bool = False,
    ) -> None:
        """``POST /v1/connections/{id}/sync``. Without ``force`` a sync that runs goes on.

        :param look: after an answer that was lost: True if the sync began all the same; what it
            raises ends the matter
        """
        request = Request("POST", _connection(identifier) + "/sync", {"force": force})
        self._send(request, deadline, lambda: {} if look() else None)

    def resync(
        self,
        identifier: str,
        deadline: Deadline,
        look: Callable[[], bool],
        scope: dict[str, list[str]] | None = None,
    ) -> None:
        """``POST /v1/connections/{id}/resync``: of everything, or of the tables in ``scope``.

        :param look: as in :meth:`sync`
        :raises Conflict: while a sync is in progress
        """
        body = {} if scope is None else {"scope": scope}
        request = Request("POST", _connection(identifier) + "/resync", body)
        self._send(request, deadline, lambda: {} if look() else None)

    def look_once(self, identifier: str, deadline: Deadline) -> dict[str, Any]:
        """``GET /v1/connections/{id}``, sent once: for what is repeated around it."""
        return _data(Request("GET", _connection(identifier)), self._exchange, deadline)

    def greet(self, deadline: Deadline) -> None:
        """``GET /v1/connections`` for one item, sent once: can the account be worked with?"""
        _data(Request("GET", "/v1/connections?limit=1"), self._exchange, deadline)

    def _state(self, request: Request, data: dict[str, Any]) -> dict[str, Any]:
        state = data.get("state")
        if not isinstance(state, dict):
            raise errors.BadAnswer(str(request), 200, "no object under data.state")
        return state

    def _ask(
        self, request: Request, deadline: Deadline, look: Look | None = None
    ) -> dict[str, Any]:
        return _object(request, self._send(request, deadline, look))

    def _send(
        self, request: Request, deadline: Deadline, look: Look | None = None
    ) -> dict[str, Any]:
        """Sends a request until it is answered.

        :param look: for a write: reads, once, whether it took effect; the answer if it did
        """
        writes = request.method != "GET"

        def once() -> dict[str, Any]:
            answer = self._exchange.once(request, deadline)
            if not writes:
                # Half an answer to a read is as passing as none, so this is checked in here.
                _object(request, answer)
            return answer

        if writes:
            self.reads.forget()

        def envelope() -> dict[str, Any] | None:
            found = None if look is None else look()
            return None if found is None else {"data": found}

        return until_answered(
            once,
            deadline,
            repeatable=request.repeatable,
            outage=self.outage,
            writes=writes,
            look=None if look is None else envelope,
        )


def _data(request: Request, exchange: Exchange, deadline: Deadline) -> dict[str, Any]:
    """The answer to a request that is sent once."""
    return _object(request, exchange.once(request, deadline))


def _object(request: Request, envelope: dict[str, Any]) -> dict[str, Any]:
    data = envelope.get("data")
    if not isinstance(data, dict):
        raise errors.BadAnswer(str(request), 200, "no object under data")
    return data


def _shows(answer: dict[str, Any], body: dict[str, Any]) -> bool:
    """True if a connection is as a modification wanted it, as far as it can be read at all."""
    status = answer.get("status")
    told = {**answer, **status} if isinstance(status, dict) else answer
    sent = {name: value for name, value in body.items() if name not in _NOT_READ}
    return comparison.shows(told, sent)


def _connection(identifier: str) -> str:
    if not identifier:
        raise ValueError("a connection has an identifier that is not empty")
    return "/v1/connections/" + quote(identifier, safe="")
