"""Lists of ``config`` that are sets by nature: their items are told apart by a key, not by place.

Which lists these are is a fact of the schema (``x-item-keys``), such as ``secrets_list`` by ``key``
or ``reports`` by ``table``. The API answers them in whatever order it likes, and a configuration
that writes them in another order says the same. A list in which the key is missing or stands twice
is a list like any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from constructs_lib import schemas

_CONFIG = "config."


@cache
def item_keys() -> Mapping[str, Sequence[str]]:
    """Return the lists that are sets, by the name of the setting, with the keys of their items."""
    rule = schemas.load("fivetranops_connection").attributes["config"].rule
    keys: Mapping[str, Sequence[str]] = rule["x-item-keys"]
    return keys


def by_key(setting: str, *lists: list[Any]) -> list[dict[str, Any]] | None:
    """Return the items of each list by their key.

    :param setting: where the lists stand within ``config``, such as ``reports``
    :param lists: versions of one list, which need one key in common
    :returns: None if the order may mean something, or no key tells all items of each list apart
    """
    for name in item_keys().get(setting, ()):
        found = [_indexed(items, name) for items in lists]
        complete = [one for one in found if one is not None]
        if len(complete) == len(lists):
            return complete
    return None


def in_order(setting: str, value: Any) -> Any:
    """Return the value of a setting in an order that depends on the keys of its items alone."""
    found = by_key(setting, value) if isinstance(value, list) else None
    return value if found is None else [found[0][key] for key in sorted(found[0])]


def secret_in_order(name: str, value: Any) -> Any:
    """Return the value of a secret in that order.

    :param name: the name of the secret, such as ``config.secrets_list``
    """
    return in_order(name.removeprefix(_CONFIG), value) if name.startswith(_CONFIG) else value


def _indexed(items: list[Any], name: str) -> dict[str, Any] | None:
    found: dict[str, Any] = {}
    for item in items:
        key = _text(item.get(name)) if isinstance(item, dict) else None
        if key is None or key in found:
            return None
        found[key] = item
    return found


def _text(value: Any) -> str | None:
    """Return a key as a text: the API may answer it in capitals, or a number as text."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        return None
    return str(value).strip().casefold() or None
