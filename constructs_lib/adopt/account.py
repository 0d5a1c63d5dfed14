"""The account: its connections are listed, and those that are wanted are read.

This is the only module here that asks the API.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from constructs_lib.adopt.description import types_of
from constructs_lib.backend.fivetran.inventory import FoundConnection, Inventory, open_inventory
from constructs_lib.backend.plugin.diagnostics import ProviderError

__all__ = [
    "AccountError",
    "FoundConnection",
    "Inventory",
    "Listed",
    "list_connections",
    "open_account",
    "read_connections",
]


class AccountError(Exception):
    """The account cannot be read; the message says why and what to do, and holds no secret."""


class Listed(NamedTuple):
    """One connection in a list of the API: enough to decide whether it is wanted."""

    item: Mapping[str, Any]
    """The item of the list, as the API sent it."""

    @property
    def id(self) -> str:
        """Its identifier."""
        return str(self.item["id"])

    @property
    def service(self) -> str:
        """Its service."""
        return str(self.item.get("service") or "")

    @property
    def group_id(self) -> str:
        """Its group."""
        return str(self.item.get("group_id") or "")

    @property
    def schema(self) -> str:
        """The joined name of its destination schema."""
        return str(self.item.get("schema") or "")


def open_account(config: Mapping[str, Any]) -> Inventory:
    """Return an account.

    :param config: the configuration of the provider; what it does not say, the process environment
        says by ``FIVETRAN_APIKEY``, ``FIVETRAN_APISECRET`` and ``FIVETRAN_API_URL``
    :raises AccountError: if something is missing or wrong
    """
    try:
        return open_inventory(config)
    except ProviderError as error:
        raise _account_error(error) from None


def list_connections(
    account: Inventory, groups: Sequence[str], on_progress: Callable[[int], None]
) -> list[Listed]:
    """List the connections of some groups, or of the whole account if none is named.

    :param on_progress: is called with the number of connections so far
    :raises AccountError: if the API does not answer
    """
    found: list[Listed] = []
    try:
        for page in account.listed(groups):
            found += [Listed(item) for item in page]
            on_progress(len(found))
    except ProviderError as error:
        raise _account_error(error) from None
    return found


def read_connections(
    account: Inventory,
    wanted: Sequence[Listed],
    on_progress: Callable[[int, int], None],
    along: Collection[str] = (),
) -> list[FoundConnection]:
    """Read connections in full, without those that no longer exist.

    :param on_progress: is called with the number of connections so far, and of all
    :param along: the options that say what else to read for them
    :raises AccountError: if the API does not answer
    """
    try:
        items = [dict(each.item) for each in wanted]
        return account.read(items, on_progress, types_of(along))
    except ProviderError as error:
        raise _account_error(error) from None


def _account_error(error: ProviderError) -> AccountError:
    return AccountError(f"{error.summary}\n{error.detail}")
