"""Read many connections: by their identifiers in few requests, or all that match a filter.

One page of a list describes a thousand connections. :func:`list_pages` reads all pages;
:class:`BatchedReader` decides when a page is worth its request.

Terraform asks for one connection after the other, some of them at once, and never says how many
will follow. So the first few are read one by one, which is all that a small stack needs. The others
wait until one of them is answered and Terraform had a moment to ask for more: those that wait then
are read one by one as well, all at the same time. If there are more than Terraform asks for at once
by default, a page of the account's list is read, and a further one whenever some connections were
missing from those before: a few connections of a large account never cost the whole account.

An item of a page is used only if it says what is known already (``fits``). Otherwise the connection
is read by itself: a list may carry less than the connection does. Nothing is older than the
configuration of the provider, which comes with every plan, and nothing read before a write is used
after it.

Source: Fivetran's REST API, "Pagination", ``GET /v1/connections`` and ``GET /v1/connections/{id}``.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from enum import Enum
from typing import TYPE_CHECKING, Any

from constructs_lib.backend.fivetran.api.errors import (
    Interrupted,
    InvalidResponse,
    TimeLimitExceeded,
    VendorError,
)
from constructs_lib.backend.http.deadline import Deadline

if TYPE_CHECKING:
    from constructs_lib.backend.fivetran.api.client import Client

Document = dict[str, Any]
One = Callable[[str, Deadline], Document]
Page = Callable[["str | None", Deadline], "tuple[list[Any], str | None]"]

LONGEST_PAGE = 1000
"""The connections of one page of a list: the most that the API gives."""
AT_ONCE = 10
"""How many operations Terraform runs at once, unless -parallelism says otherwise. Up to as many
connections are read one by one."""
_AT_FIRST = 3
"""How many of them are read before it is known whether there are more."""
_MIN_GRACE, _MAX_GRACE = 0.06, 0.25
"""Seconds without a sign of Terraform, after the first answer, after which no more are expected:
some times as long as Terraform takes to plan what was answered, within these bounds."""
_PACES = 3
_MISSES = 3
"""How many connections have to be missing in the pages so far before a further one is read."""


class _Step(Enum):
    FOUND = "found"
    PAGE = "page"
    ONE = "one"


class BatchedReader:
    """The reads of one account between two configurations of the provider.

    :param one: reads one connection
    :param page: reads the page of the account's list that a cursor names, None being the first;
        the items and the cursor of the next page, None after the last
    :param clock: seconds that only ever grow
    """

    def __init__(
        self, one: One, page: Page, clock: Callable[[], float] = lambda: time.monotonic()
    ) -> None:
        self._one, self._page, self._clock = one, page, clock
        self._changed = threading.Condition()
        self._items: dict[str, Document] = {}
        self._asked = self._running = self._most = self._singly = self._misses = 0
        self._is_answered = self._is_small = False
        self._touched = self._answered_at = 0.0
        self._grace = _MAX_GRACE
        self._has_pace = False
        self._cursor: str | None = None
        self._cursors: set[str | None] = set()
        self._is_fetching = False
        self._is_over = False

    def connection(
        self, identifier: str, deadline: Deadline, fits: Callable[[Document], bool]
    ) -> Document:
        """Return a connection, as ``GET /v1/connections/{id}`` answers it.

        :param fits: True if an item of the list says all that is known, and nothing else
        :raises VendorError: if it cannot be read
        """
        with self._changed:
            self._asked += 1
            self._running += 1
            self._most = max(self._most, self._running)
            self._touch()
        try:
            return self._read(identifier, deadline, fits)
        finally:
            with self._changed:
                self._running -= 1
                self._touch()

    def note_activity(self) -> None:
        """Note that Terraform is at work, so that further reads may follow."""
        with self._changed:
            self._touch()
            if self._is_answered and not self._has_pace:
                self._has_pace = True
                pace = _PACES * (self._touched - self._answered_at)
                self._grace = min(max(pace, _MIN_GRACE), _MAX_GRACE)

    def invalidate(self) -> None:
        """Discard what the pages said, because something was written."""
        with self._changed:
            if self._cursors or self._is_fetching:
                self._items.clear()
                self._is_over = True
                self._changed.notify_all()

    def _read(
        self, identifier: str, deadline: Deadline, fits: Callable[[Document], bool]
    ) -> Document:
        while True:
            step, item = self._next(identifier)
            if step is _Step.PAGE:
                self._fetch(deadline)
            elif item is not None and fits(item):
                return item
            else:
                return self._read_one(identifier, deadline)

    def _read_one(self, identifier: str, deadline: Deadline) -> Document:
        try:
            return self._one(identifier, deadline)
        finally:
            with self._changed:
                self._touch()
                if not self._is_answered:
                    self._is_answered, self._answered_at = True, self._touched

    def _next(self, identifier: str) -> tuple[_Step, Document | None]:
        """Return the next step of a read; wait while another one reads a page, or may need one."""
        with self._changed:
            while True:
                if identifier in self._items:
                    return _Step.FOUND, self._items.pop(identifier)
                if self._is_fetching:
                    self._changed.wait()
                elif self._is_over:
                    return _Step.ONE, None
                elif self._asked > AT_ONCE:
                    return self._page_or_one(), None
                elif self._singly < _AT_FIRST or self._most == 1 or self._is_small:
                    self._singly += 1
                    return _Step.ONE, None
                else:
                    self._await_more()

    def _await_more(self) -> None:
        """Wait for a change; release all that wait when no more reads are expected."""
        if not self._is_answered:
            self._changed.wait()
            return
        left = self._touched + self._grace - self._clock()
        if left > 0:
            self._changed.wait(left)
        else:
            self._is_small = True
            self._changed.notify_all()

    def _page_or_one(self) -> _Step:
        if self._cursors and self._misses < _MISSES:
            self._misses += 1
            return _Step.ONE
        self._is_fetching = True
        return _Step.PAGE

    def _fetch(self, deadline: Deadline) -> None:
        """Read the next page; one that cannot be read is the last: lists only save requests."""
        items: list[Any] = []
        cursor: str | None = None
        try:
            items, cursor = self._page(self._cursor, deadline)
        except (Interrupted, TimeLimitExceeded):
            raise
        except VendorError:
            pass
        finally:
            self._add(items, cursor)

    def _add(self, items: list[Any], cursor: str | None) -> None:
        with self._changed:
            self._cursors.add(self._cursor)
            if not self._is_over:
                known = (item for item in items if isinstance(item, dict))
                self._items |= {str(item.get("id")): item for item in known}
            # A cursor that comes back would never end.
            self._is_over |= cursor is None or cursor in self._cursors
            self._cursor, self._misses = cursor, 0
            self._is_fetching = False
            self._touch()

    def _touch(self) -> None:
        self._touched = self._clock()
        self._changed.notify_all()


_MAX_PAGES = 1000
_MAX_WITHOUT_NEWS = 10
_LIST = "GET /v1/connections"


def list_connections(
    client: Client, deadline: Deadline, **filters: str | None
) -> list[dict[str, Any]]:
    """Return the connections that match the filters, each once, in the order of the API.

    The parameters and errors are those of :func:`list_pages`.
    """
    return [item for page in list_pages(client, deadline, **filters) for item in page]


def list_pages(
    client: Client, deadline: Deadline, **filters: str | None
) -> Iterator[list[dict[str, Any]]]:
    """Yield the pages of connections that match the filters, each connection once.

    Either all of them or an error: a list that ends too early would look as if the rest was gone.

    :param filters: ``group_id`` and ``schema``, which the API knows; None lets everything pass
    :raises InvalidResponse: if the pages have no end
    """
    given = {name: value for name, value in filters.items() if value is not None}
    found: set[str] = set()
    cursors: set[str] = set()
    cursor: str | None = None
    without_news = 0
    for _ in range(_MAX_PAGES):
        at = {} if cursor is None else {"cursor": cursor}
        items, cursor = client.connections_page(
            {**given, "limit": str(LONGEST_PAGE), **at}, deadline
        )
        # One that moves to a later page while the pages are read is there twice.
        new = {_identifier(item): item for item in items if _identifier(item) not in found}
        without_news = 0 if new else without_news + 1
        found |= new.keys()
        yield list(new.values())
        if cursor is None:
            return
        if cursor in cursors:
            raise InvalidResponse(
                _LIST, 200, "a cursor that was there before: the pages have no end"
            )
        if without_news == _MAX_WITHOUT_NEWS:
            raise InvalidResponse(
                _LIST, 200, f"{without_news} pages without anything new, and a cursor"
            )
        cursors.add(cursor)
    raise InvalidResponse(_LIST, 200, f"more than {_MAX_PAGES} pages")


def _identifier(item: Any) -> str:
    identifier = item.get("id") if isinstance(item, dict) else None
    if not isinstance(identifier, str) or not identifier:
        raise InvalidResponse(_LIST, 200, "a connection without an identifier")
    return identifier
