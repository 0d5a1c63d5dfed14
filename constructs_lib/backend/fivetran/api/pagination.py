"""List all connections of an account, over all pages.

Source: Fivetran's REST API, "Pagination" and ``GET /v1/connections``
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from constructs_lib.backend.fivetran.api.batched_reader import LONGEST_PAGE
from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.fivetran.api.errors import InvalidResponse
from constructs_lib.backend.http.deadline import Deadline

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
