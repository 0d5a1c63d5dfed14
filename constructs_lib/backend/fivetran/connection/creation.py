"""Create a connection without ever losing one.

A creation is never sent twice if the API may have carried it out. When its response is lost (the
connection broke, a gateway answered instead, the response made no sense, or a 429 came although the
connection was created), the connection is searched for by its group, the name of its destination
schema, its service, and the time at which it was created, by the API's own clock. If it is found,
the creation goes on with it. If it is not, a :class:`Trace` stays in private state, and the next
run searches again before it does anything else.

What an interrupted run has left in the journal
(:mod:`constructs_lib.backend.fivetran.journal.creations`) is searched for in the same way, and
taken over.

Source: https://fivetran.com/docs/rest-api/api-reference/connections/list-connections
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from enum import Enum
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from constructs_lib import schemas
from constructs_lib.backend.fivetran.api import quoted_texts
from constructs_lib.backend.fivetran.api.errors import (
    ApiError,
    Conflict,
    Interrupted,
    NoResponse,
    TimeLimitExceeded,
    VendorError,
)
from constructs_lib.backend.fivetran.connection.creation_search import (
    LostCreation,
    NameTaken,
    Trace,
    UnreadCreation,
    creation_name,
    find_interrupted,
    identifier_in,
    is_over,
    trace_of,
)
from constructs_lib.backend.fivetran.journal.creations import CreationEntry
from constructs_lib.backend.http import attempts
from constructs_lib.backend.plugin import log
from constructs_lib.backend.plugin.diagnostics import crash_places
from constructs_lib.records import NamedTuple

if TYPE_CHECKING:
    from constructs_lib.backend.fivetran.provider_data import Account
    from constructs_lib.backend.http.deadline import Deadline

_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds between two looks: a creation that runs its setup tests may take its time."""
_AFTER_THE_END = timedelta(minutes=10)
"""So long after the end of a run the API may still finish what it was sent."""
_PAUSE_FOR_ANOTHER_RUN = 1.0
_NEEDED_LATER = (
    "email.utils",
    "encodings.idna",
    "html",
    "constructs_lib.backend.fivetran.trust.waiting",
    "constructs_lib.backend.http.transport",
    "constructs_lib.backend.http.secret_matching",
)


class Origin(Enum):
    """How the connection of a creation came about."""

    CREATED = "created"
    FOUND = "found"
    """It was created, and looked for because the answer was lost."""
    TAKEN_OVER = "taken over"
    """A run that was interrupted had created it. It is not yet what is planned."""


class Created(NamedTuple):
    """The connection of a creation, and how it came about."""

    answer: dict[str, Any]
    how: Origin


def create(
    account: Account,
    body: dict[str, Any],
    deadline: Deadline,
    secrets: Collection[str],
    on_created: Callable[[str], None] = lambda identifier: None,
) -> Created:
    """Create a connection, or take over the one that a run that died has created.

    :param on_created: is told the identifier as soon as it is known, before anything else is done
        with the answer
    :raises LostCreation: if the answer is lost and the connection is not found
    :raises NameTaken: if another connection has the name
    :raises VendorError: if it was certainly not created
    """
    return _Creation(account, body, deadline, secrets, on_created).run()


class _Creation:
    """One creation, from the entry in the journal to a connection with an identifier."""

    def __init__(
        self,
        account: Account,
        body: dict[str, Any],
        deadline: Deadline,
        secrets: Collection[str],
        on_created: Callable[[str], None],
    ) -> None:
        self._account, self._client, self._body = account, account.client, body
        self._deadline, self._secrets, self._on_created = deadline, secrets, on_created
        self._name = creation_name(account.client.account, body)
        self._schema = self._name.schema if self._name else ""
        is_first = self._name is not None and account.claim_creation(self._name)
        self._journal = account.journal.creations if account.journal and is_first else None
        self._may_be_ours = is_first
        """False if another resource of this run creates what has the same name."""
        self._entry: CreationEntry | None = None
        self._identifier = ""
        self._is_unclear = False
        """True if an attempt may have taken effect although it failed."""
        self._begun, self._earlier = time.monotonic(), ""

    def run(self) -> Created:
        left = self._left()
        found = None if left is None else self._left_connection(left)
        if found is not None:
            self._record_identifier(found["id"])
            return Created(found, Origin.TAKEN_OVER)
        self._note(left)
        try:
            answer = self._send()
        except VendorError as error:
            found = self._after(error)
            self._record_identifier(found["id"])
            return Created(found, Origin.FOUND)
        self._record_identifier(answer["id"])
        return Created(answer, Origin.CREATED)

    def _left(self) -> CreationEntry | None:
        """Return what a dead run has left of this creation. One that lives is waited for."""
        if self._journal is None or self._name is None:
            return None
        while (left := self._journal.left(self._name)) is not None:
            if not self._journal.is_alive(left):
                return left
            what = f"another run here, which creates a connection named {self._name.schema},"
            self._deadline.poll(_PAUSE_FOR_ANOTHER_RUN, what)
        return None

    def _left_connection(self, left: CreationEntry) -> dict[str, Any] | None:
        found = find_interrupted(self._client, left, self._deadline)
        if found is None or found["id"] in self._known():
            return None  # It is not there, or another resource has it.
        self._entry = left
        return found

    def _note(self, left: CreationEntry | None) -> None:
        """Write the entry. What an earlier run has sent may still take effect, so that the moment
        of its request is kept.
        """
        if self._journal is None or self._name is None:
            return
        now = self._client.server_time()
        until = now + timedelta(seconds=self._deadline.remaining) + _AFTER_THE_END
        is_api_time = self._client.knows_time
        since = now.isoformat()
        if left is not None and not is_over(self._client, left):
            since, is_api_time = left.since, left.is_api_time
            self._is_unclear, self._earlier = True, trace_of(self._client, left).since
        self._entry = self._journal.entry(
            self._name, since, until.isoformat(), is_api_time=is_api_time
        )
        self._journal.write(self._entry)

    def _send(self) -> dict[str, Any]:
        try:
            return self._client.create_connection(
                self._body, self._deadline, self._secrets, self._notice
            )
        except VendorError:
            raise
        except Exception as error:
            # Whatever it was, the API may have done it.
            why = " < ".join(crash_places(error)[:5])
            log.warn(f"the answer to a creation: {type(error).__name__}: {why}")
            reason = f"it could not be read ({type(error).__name__})"
            raise NoResponse("POST /v1/connections", reason, sent=True) from None

    def _notice(self, status: int, content: bytes) -> None:
        """Read the identifier from a response before anything else looks at it."""
        self._is_unclear = self._is_unclear or attempts.is_unclear(status)
        identifier = identifier_in(content, self._body) if 200 <= status < 300 else None
        if identifier is not None:
            self._identifier = identifier
            self._account.known.add(identifier)
            self._on_created(identifier)

    def _record_identifier(self, identifier: str) -> None:
        """Note in the journal that Terraform has the identifier."""
        self._account.known.add(identifier)
        self._on_created(identifier)
        if self._journal is not None and self._entry is not None:
            self._entry = self._entry._replace(connection=identifier)
            self._journal.complete(self._entry)

    def _after(self, error: VendorError) -> dict[str, Any]:
        """Return the connection if it was created although the request failed.

        :raises VendorError: if it was not, or is not found
        """
        if self._identifier:
            found = self._search_repeatedly(self._by_identifier)
            if found is None:
                raise UnreadCreation(error, self._identifier)
            return found
        if isinstance(error, Conflict):
            return self._after_conflict(error)
        if self._name is None or not (attempts.may_have_taken_effect(error) or self._is_unclear):
            self._remove_entry()
            raise error
        if not attempts.may_have_taken_effect(error):
            return self._after_429(error)
        log.warn(f"{error}; looking for the connection")
        found = self._search_repeatedly(self._by_trace) if self._may_be_ours else None
        if found is None:
            self._record_lost()
            raise LostCreation(error, self._trace())
        return found

    def _after_429(self, error: VendorError) -> dict[str, Any]:
        """Return the connection if an attempt that was answered 429 has created it. Otherwise the
        entry in the journal stays, and the next run looks once more.
        """
        found = None
        if isinstance(error, ApiError) and self._may_be_ours:
            with suppress(VendorError):  # The 429 is what the user is told.
                found = self._by_trace()
        if found is None:
            raise error
        return found

    def _after_conflict(self, error: Conflict) -> dict[str, Any]:
        """Return the connection that stands in the way, if an attempt of ours has created it."""
        if self._name is None:
            raise error
        try:
            there = self._there()
        except VendorError as failure:
            log.warn(f"{failure}")
            if not self._is_unclear:
                self._remove_entry()
            raise error from None
        ours = self._fitting(there) if self._is_unclear and self._may_be_ours else []
        if len(ours) == 1:
            return self._client.connection(ours[0]["id"], self._deadline)
        self._remove_entry()
        named = [item for item in there if isinstance(item.get("id"), str)]
        raise NameTaken(error, self._name, named[0]) if named else error

    def _search_repeatedly(
        self, look: Callable[[], dict[str, Any] | None]
    ) -> dict[str, Any] | None:
        """Search several times, and give up quietly: the error that led here is the one to tell."""
        for pause in _waits():
            until = datetime.now(timezone.utc) + timedelta(seconds=pause)
            log.info(
                f"looking in {pause:.1f} s, at {until:%H:%M:%SZ}, for a connection whose creation "
                "was not confirmed"
            )
            try:
                self._deadline.wait(pause, "a connection whose creation was not confirmed")
                found = look()
            except (Interrupted, TimeLimitExceeded):
                return None
            except VendorError as error:
                log.warn(f"{error}")
                continue
            except Exception as error:
                # Whatever fails here, how the answer was lost is what the user is told.
                log.warn(f"looking for a connection: {type(error).__name__}")
                continue
            if found is not None:
                return found
        return None

    def _by_identifier(self) -> dict[str, Any] | None:
        return self._client.connection(self._identifier, self._deadline)

    def _by_trace(self) -> dict[str, Any] | None:
        fitting = self._fitting(self._there())
        is_one = len(fitting) == 1
        return self._client.connection(fitting[0]["id"], self._deadline) if is_one else None

    def _there(self) -> list[dict[str, Any]]:
        return self._client.connections_of(self._body["group_id"], self._schema, self._deadline)

    def _fitting(self, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        trace, known = self._trace(), self._known()
        return [item for item in items if trace.fits(item) and item["id"] not in known]

    def _known(self) -> set[str]:
        """Return the identifiers of the connections that other resources manage."""
        return self._account.known | self._account.refreshed

    def _trace(self) -> Trace:
        """Return the trace of this creation. It uses the API's clock, which a response tells, so it
        is made after each search.
        """
        passed = timedelta(seconds=time.monotonic() - self._begun)
        since = self._earlier or (self._client.server_time() - passed).isoformat()
        return Trace(self._body["group_id"], self._body["service"], self._schema, since)

    def _record_lost(self) -> None:
        if self._journal is not None and self._entry is not None:
            self._journal.complete(self._entry._replace(is_lost=True))

    def _remove_entry(self) -> None:
        if self._journal is not None and self._name is not None:
            self._journal.remove(self._name)


@cache
def load_ahead(service: str) -> None:
    """Load everything that is needed once the API has answered. Nothing may have to be loaded
    between the answer and the state: where no file descriptor is left, that fails.
    """
    for name in _NEEDED_LATER:
        import_module(name)
    schemas.service(service)
    quoted_texts.load()


def _waits() -> Iterator[float]:
    yield 0.0
    yield from _PAUSES
