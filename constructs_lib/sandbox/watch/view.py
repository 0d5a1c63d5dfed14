"""The page of the sandbox: how an API answers it, and its content as JSON.

The content is ``GET /_sandbox/watch.json``.

For each API that is served, ``fivetran`` and ``elastic``, an object::

    {"place": "12~2026-01-31T12:00:00.000000Z~6f1c…",
     "now": "2026-01-31T12:00:05.000000Z",
     "whole": false,
     "entries": [{"number": 12, "method": "PATCH", …, "about": "608782c1506ebb74"}],
     "items": [{"id": "608782c1506ebb74", …}],
     "more_items": false}

``place`` says how much the page has received. The page sends it back as a parameter with the name
of the API, and the next answer then holds only what is new: the requests since then, and ``items``
only if one of them has changed (otherwise null). ``more_items`` says whether there are more items
than those. ``whole`` is true if the entries replace the earlier ones instead of following them: at
first, after a reset, and when more are new than are shown.

Reading changes nothing: the present state of a running sync is computed and not stored.

An API with the page answers the page's paths itself, and leaves all others to the API. Requests of
the page are in no journal, count for no rate limit and meet no fault. They need no credentials,
because the page only shows, and the sandbox is on the loopback address. The name of the host must
be the loopback's, so that no page from elsewhere reads it through the browser.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from importlib import resources
from typing import Any, Final, NamedTuple, TypeVar
from urllib.parse import urlsplit

from constructs_lib.sandbox.common.errors import ApiError, SandboxError
from constructs_lib.sandbox.common.messages import (
    CONTROL_PREFIX,
    Answers,
    ApiRequest,
    ApiResponse,
    dumps_exact,
)
from constructs_lib.sandbox.common.store import (
    CommonStore,
    CommonTables,
    JournalEntry,
    moment_to_text,
)
from constructs_lib.sandbox.elastic import ElasticStore
from constructs_lib.sandbox.elastic.routes import connector_id_of
from constructs_lib.sandbox.elastic.store import ElasticTables
from constructs_lib.sandbox.fivetran import answers, routes, syncs
from constructs_lib.sandbox.fivetran.records import Connection
from constructs_lib.sandbox.fivetran.store import Settings, Store, Tables

MAX_ENTRIES: Final = 500
"""The number of latest requests that the page shows of each API."""

MAX_ITEMS: Final = 1000
"""The number of connections, and of connectors, that the page shows: the first ones created."""

_CONNECTOR_FIELDS = (
    "id",
    "name",
    "service_type",
    "index_name",
    "status",
    "error",
    "last_seen",
    "is_native",
)
T = TypeVar("T", bound=CommonTables[Any])
Items = list[dict[str, Any]]


class Place(NamedTuple):
    """The part of a sandbox that a page has received."""

    number: int = 0
    """The number of the last request."""
    began: str = ""
    """The time of the first request of the journal, which a reset changes."""
    digest: str = ""
    """A digest of the items."""

    @classmethod
    def parse(cls, text: str) -> Place:
        """Return the place that a page gave back; the beginning if it is malformed."""
        parts = text.split("~")
        if len(parts) != 3 or not (parts[0].isascii() and parts[0].isdigit()):
            return cls()
        return cls(int(parts[0][:15]), parts[1], parts[2])

    def __str__(self) -> str:
        return "~".join(map(str, self))


class View:
    """The content of the sandboxes that one process serves, for the page.

    :param fivetran: the sandbox of Fivetran's API, if it is served
    :param elastic: the sandbox of Elastic's API, if it is served
    """

    def __init__(self, fivetran: Store | None, elastic: ElasticStore | None) -> None:
        self._fivetran = fivetran
        self._elastic = elastic

    def look(self, places: Mapping[str, str]) -> dict[str, Any]:
        """Return what is new.

        :param places: how much the page has received, by ``fivetran`` and ``elastic``
        :raises SandboxError: if a database cannot be read
        """
        known = {name: Place.parse(places.get(name, "")) for name in ("fivetran", "elastic")}
        return {
            "most_entries": MAX_ENTRIES,
            "fivetran": self._fivetran
            and _new_content(self._fivetran, known["fivetran"], _connections, _about_connection),
            "elastic": self._elastic
            and _new_content(self._elastic, known["elastic"], _connectors, _about_connector),
        }


def _new_content(
    store: CommonStore[T, Any],
    known: Place,
    look: Callable[[T, datetime], Items],
    about: Callable[[JournalEntry, Items], str | None],
) -> dict[str, Any]:
    with store.transaction() as tables:
        settings = tables.settings() or tables.settings_type()
        now = store.clock() + timedelta(seconds=settings.clock_ahead_seconds)
        began = tables.journal_began() or ""
        since = known.number if began == known.began else 0
        entries = tables.latest_journal(since, MAX_ENTRIES)
        found = look(tables, now)
    items, more = found[:MAX_ITEMS], len(found) > MAX_ITEMS
    number = entries[-1].number if entries else since
    digest = hashlib.sha256(dumps_exact([items, more]).encode()).hexdigest()[:16]
    return {
        "place": str(Place(number, began, digest)),
        "now": moment_to_text(now),
        "whole": began != known.began or _has_gap(entries, since),
        "entries": [{**entry.to_dict(), "about": about(entry, items)} for entry in entries],
        "items": None if digest == known.digest else items,
        "more_items": more,
    }


def _has_gap(entries: Sequence[JournalEntry], since: int) -> bool:
    return bool(entries) and entries[0].number > since + 1


def _connections(tables: Tables, now: datetime) -> Items:
    settings = tables.settings() or Settings()
    held = any(fault.kind == "sync_never_ends" for fault in settings.faults)
    found = [record for _, record in tables.connections(0, MAX_ITEMS + 1)]
    for record in found:
        # Only a request of a client starts a sync by schedule.
        syncs.update_sync(record, now, settings.sync_seconds, automatic=False, held=held)
    return [_connection(record) for record in found]


def _connection(record: Connection) -> dict[str, Any]:
    sync = record.sync
    return {
        "id": record.id,
        "answer": answers.connection_response(record, {}),
        "state": record.state,
        "waiting": record.waiting,
        "ends_at": sync.ends_at if sync and not sync.endless else None,
    }


def _about_connection(entry: JournalEntry, items: Items) -> str | None:
    if (entry.method, entry.path) != ("POST", "/v1/connections"):
        return routes.connection_id_of(entry.path)
    # The path of a creation does not name the new connection; their times are equal instead.
    made = (item["id"] for item in items if item["answer"]["created_at"] == entry.at)
    return next(made, None)


def _connectors(tables: ElasticTables, _: datetime) -> Items:
    # The configuration is left out: it may hold secrets in clear.
    return [
        {name: getattr(connector, name) for name in _CONNECTOR_FIELDS}
        for connector in tables.connectors()
    ]


def _about_connector(entry: JournalEntry, _: Items) -> str | None:
    return connector_id_of(entry.path)


ADDRESS: Final = CONTROL_PREFIX
"""The path of the page."""

_VIEW = f"{ADDRESS}watch.json"
_SCRIPT = "text/javascript; charset=utf-8"
_FILES = {
    ADDRESS: ("index.html", "text/html; charset=utf-8"),
    f"{ADDRESS}watch.css": ("watch.css", "text/css; charset=utf-8"),
    f"{ADDRESS}watch.js": ("watch.js", _SCRIPT),
    f"{ADDRESS}model.js": ("model.js", _SCRIPT),
    f"{ADDRESS}show.js": ("show.js", _SCRIPT),
}
_METHODS = ("GET", "HEAD")
_HOSTS = ("127.0.0.1", "localhost")
_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src data:",  # The icon, which is part of the page itself.
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    # Text of the API can reach the page as text only: the browser refuses to parse any as HTML.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
)
_HEADERS = {
    "Content-Security-Policy": "; ".join(_POLICY),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class WatchedApi:
    """An API with the page.

    :param api: answers all other requests
    :param view: what the page shows
    """

    def __init__(self, api: Answers, view: View) -> None:
        self._api = api
        self._view = view

    def handle(self, request: ApiRequest) -> ApiResponse:
        """Answer a request of the page, or let the API answer."""
        if request.path == ADDRESS.rstrip("/"):
            return _page(308, b"", {"Location": ADDRESS})
        if request.path not in _FILES and request.path != _VIEW:
            return self._api.handle(request)
        if request.method not in _METHODS:
            return _refusal(405, "The page can only be read.", {"Allow": ", ".join(_METHODS)})
        if _host(request) not in _HOSTS:
            return _refusal(403, f"The page is only at http://127.0.0.1 and a port: {ADDRESS}")
        return self._answer(request)

    def failure(self, error: ApiError) -> ApiResponse:
        """Return the API's answer for an error."""
        return self._api.failure(error)

    def _answer(self, request: ApiRequest) -> ApiResponse:
        if request.path in _FILES:
            name, kind = _FILES[request.path]
            content = resources.files(__package__).joinpath(name).read_bytes()
            return _page(200, content, {"Content-Type": kind})
        try:
            return ApiResponse(200, self._view.look(request.query), _HEADERS)
        except SandboxError as error:
            return _refusal(503, str(error))


def _host(request: ApiRequest) -> str | None:
    try:
        return urlsplit(f"//{request.headers.get('host', '')}").hostname
    except ValueError:
        return None


def _page(status: int, content: bytes, headers: dict[str, str]) -> ApiResponse:
    return ApiResponse(status, {}, {**_HEADERS, **headers}, raw=content)


def _refusal(status: int, message: str, headers: dict[str, str] | None = None) -> ApiResponse:
    return ApiResponse(status, {"message": message}, {**_HEADERS, **(headers or {})})
