"""The requests about the certificates and fingerprints that are approved for a connection.

A path names one of them by the ``id`` that the API answers for it, the hash in Base64URL; the
provider takes it from the list, and never makes it up.

Source: https://fivetran.com/docs/rest-api/certificates
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.fivetran.api.exchange import Request
from constructs_lib.backend.fivetran.connection.model import require_identifier
from constructs_lib.backend.fivetran.trust.waiting import Kind
from constructs_lib.backend.http import jsontext
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.plugin.values.value import Object

_LONGEST_PAGE = 1000
_MOST_PAGES = 100
Approved = dict[str, Object]
"""What is approved, by its hash, as the API answers it."""


class TrustClient:
    """The requests about one kind for one connection.

    :param client: the account
    :param kind: certificates or fingerprints
    :param connection_id: the connection
    """

    def __init__(self, client: Client, kind: Kind, connection_id: str) -> None:
        self._client, self._kind = client, kind
        identifier = quote(require_identifier(connection_id), safe="")
        self._path = f"/v1/connections/{identifier}/{kind.plural}"

    def approved(self, deadline: Deadline) -> Approved:
        """Return everything that is approved, from all pages of the list.

        :raises NotFound: only if the API itself says that there is no such connection
        :raises InvalidResponse: if the pages have no end
        """
        return self._approved(deadline, is_once=False)

    def approve(self, hash_: str, value: str, deadline: Deadline) -> None:
        """Approve one. If the answer is lost, read whether it took effect before it is repeated.

        :param value: the encoded certificate, or the public key
        """
        request = Request("POST", self._path, {"hash": hash_, self._kind.value: value})

        def check_effect() -> Object | None:
            return {} if hash_ in self._approved(deadline, is_once=True) else None

        # By the contract an answer may come without content, so the list tells what became of it.
        self._client.send(request, deadline, check_effect=check_effect)

    def revoke(self, item: Object, deadline: Deadline) -> None:
        """Revoke one; it is no error if it is revoked already.

        :param item: as :meth:`approved` returns it
        :raises NotFound: only if the API itself says that there is no such connection
        """
        request = Request("DELETE", f"{self._path}/{quote(item['id'], safe='')}")

        def check_effect() -> Object | None:
            return None if item["hash"] in self._approved(deadline, is_once=True) else {}

        try:
            self._client.send(request, deadline, check_effect=check_effect)
        except errors.SomethingElseMissing:
            # A 404 that does not name the connection may come from anywhere: the list decides.
            if item["hash"] in self.approved(deadline):
                raise

    def _approved(self, deadline: Deadline, *, is_once: bool) -> Approved:
        """Return everything that is approved.

        :param is_once: True to send each request once, for a caller that repeats by itself
        """
        found: Approved = {}
        cursor: str | None = None
        for _ in range(_MOST_PAGES):
            query = {"limit": str(_LONGEST_PAGE)} | ({} if cursor is None else {"cursor": cursor})
            request = Request("GET", f"{self._path}?{urlencode(query)}")
            page = self._page(request, deadline, is_once=is_once)
            before = len(found)
            found |= {item["hash"]: item for item in page["items"]}
            cursor = page.get("next_cursor") or None
            if cursor is None:
                return found
            if len(found) == before:
                break
        raise errors.InvalidResponse(f"GET {self._path}", 200, "a list whose pages have no end")

    def _page(self, request: Request, deadline: Deadline, *, is_once: bool) -> Object:
        def checked(data: Object) -> Object:
            reason = _fault(data)
            if reason:
                raise errors.IncompleteResponse(f"GET {self._path}", 200, reason)
            return data

        if is_once:
            return checked(self._client.send_once(request, deadline))
        return self._client.send(request, deadline, checked)


def _fault(data: Object) -> str:
    """Return what a page of the list lacks; empty if it is as the contract says."""
    items: Any = data.get("items")
    if not isinstance(items, list):
        return "no list under data.items"
    if not isinstance(data.get("next_cursor"), (str, type(None))):
        return "no text under data.next_cursor"
    for item in items:
        names = ("id", "hash") if isinstance(item, dict) else ()
        if not names or not all(jsontext.is_text(item.get(n)) and item[n] for n in names):
            return "an item without id and hash"
    return ""
