"""The requests about the certificates and fingerprints that are approved for a connection, and the
approvals and revocations of one apply.

A path names one of them by the ``id`` that the API answers for it, the hash in Base64URL; the
provider takes it from the list, and never makes it up.

Approvals come before revocations, so that a source that changes its certificate is trusted all the
time. What is reached by then is noted after each request: a failure loses nothing, and the next
apply goes on.

Source: https://fivetran.com/docs/rest-api/certificates
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from urllib.parse import quote, urlencode

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.fivetran.api.exchange import Request
from constructs_lib.backend.fivetran.connection.model import require_identifier
from constructs_lib.backend.fivetran.private_state import ImportPrivateState
from constructs_lib.backend.fivetran.trust.waiting import Kind
from constructs_lib.backend.http import jsontext
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.plugin.diagnostics import ProviderError, described
from constructs_lib.backend.plugin.resource import Operation
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


def hashes_to_revoke(
    prior: Object | None, planned: Object, plural: str, live: Collection[str]
) -> list[str]:
    """Return the hashes that a change revokes, sorted.

    A resource that is exclusive revokes all that it does not name, any other one what it named
    before. One that was exclusive until now may have foreign ones in its state: they stay.

    :param prior: the state before; None for a creation
    :param planned: the state after it, without unknown values
    :param plural: the attribute with the hashes
    :param live: the hashes that are approved
    """
    others = set(live) - set(planned[plural])
    if planned.get("exclusive") is True:
        return sorted(others)
    if prior is None or prior.get("exclusive") is True:
        return []
    return sorted(others & set(prior.get(plural) or ()))


def lacks_value(kind: Kind, name: str, value: str | None) -> ProviderError:
    """Return the error for a hash that is not approved and has nothing to approve it by.

    :param value: the configured one: null, or an empty text
    """
    return ProviderError(
        f"A {kind.noun} cannot be approved without its {kind.value}",
        f"{name} is not approved, and its value is {described(value)}. Give its {kind.value}, "
        "which waiting or the details of the setup test show. Nothing was sent.",
        (kind.plural, name),
    )


class Changes:
    """What one apply approves and revokes.

    :param client: the requests
    :param kind: certificates or fingerprints
    :param planned: the planned state
    :param prior: the state before it; None for a creation
    """

    def __init__(
        self,
        client: TrustClient,
        kind: Kind,
        planned: Object,
        prior: Object | None,
        operation: Operation,
    ) -> None:
        self._client, self._kind, self._operation = client, kind, operation
        self._planned, self._prior = planned, prior
        self._wanted: dict[str, str] = planned[kind.plural]
        self._known: dict[str, str] = (prior or {}).get(kind.plural) or {}
        self._reached: dict[str, str] = {}
        """What is named and approved."""
        self._held: dict[str, str] = {}
        """What the state has and is still to be revoked."""

    def run(self, deadline: Deadline) -> Approved:
        """Approve and revoke; return everything that is approved then.

        :raises ProviderError: if a value is missing, or the API lists no approval
        """
        live = self._client.approved(deadline)
        self._require_values(live)
        lacking = sorted(self._wanted.keys() - live.keys())
        revoked = hashes_to_revoke(self._prior, self._planned, self._kind.plural, live)
        self._reached = {name: self._wanted[name] for name in self._wanted if name in live}
        self._held = {name: self._known[name] for name in revoked if name in self._known}
        for name in lacking:
            self._client.approve(name, self._wanted[name], deadline)
            self._reached[name] = self._wanted[name]
            self._save()
        for name in revoked:
            self._client.revoke(live[name], deadline)
            self._held.pop(name, None)
            self._save()
        if lacking or revoked:
            live = self._client.approved(deadline)
        self._require_approved(live)
        ImportPrivateState(self._operation.private).is_imported = False
        self._warn_of_others(revoked)
        return live

    def _save(self) -> None:
        state: dict[str, Any] = {self._kind.plural: {**self._held, **self._reached}}
        self._operation.save({**self._planned, **state} if self._prior is None else state)

    def _require_values(self, live: Approved) -> None:
        """Refuse an approval without its value; nothing has been sent then."""
        for name in sorted(self._wanted.keys() - live.keys()):
            if not self._wanted[name]:
                raise lacks_value(self._kind, name, self._wanted[name])

    def _require_approved(self, live: Approved) -> None:
        """Check that the list has everything that was approved."""
        if missing := sorted(self._wanted.keys() - live.keys()):
            raise ProviderError(
                f"Fivetran does not list a {self._kind.noun} that it has approved",
                f"It reported success for the approval of {', '.join(missing)}. Look at the "
                "connection in the dashboard, and apply again.",
                (self._kind.plural,),
            )

    def _warn_of_others(self, revoked: list[str]) -> None:
        """Warn of what was revoked and no plan has shown, as it was approved since."""
        if unseen := [name for name in revoked if name not in self._known]:
            self._operation.diagnostics.warning(
                f"{self._kind.plural.capitalize()} of others were revoked",
                f"{', '.join(unseen)}: exclusive is true, and the configuration does not name "
                "them.",
                ("exclusive",),
            )
