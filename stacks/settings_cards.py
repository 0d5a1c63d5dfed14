"""The connect cards of an environment: whose they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from constructs_lib.schemas.suggestions import did_you_mean
from constructs_lib.validation import FilePlace, Finding
from constructs_lib.validation.pointers import pointer


def findings(
    cards: Mapping[str, Any], connections: Mapping[str, Any], place: FilePlace
) -> Iterator[Finding]:
    """An error for each card that belongs to no connection, or to two.

    :param cards: the connect cards by name
    :param connections: the connections of the same environment by name
    :param place: the place that each finding gets for now
    """
    for name, card in cards.items():
        if isinstance(card, dict):
            yield from _card(("connect_cards", name), card, connections, place)


def _card(
    path: tuple[str, str], card: Mapping[str, Any], connections: Mapping[str, Any], place: FilePlace
) -> Iterator[Finding]:
    given = [each for each in ("connection", "connection_id") if card.get(each) is not None]
    if len(given) != 1:
        found = " and ".join(given) or "nothing"
        allowed = "either connection, a name of this file, or connection_id"
        at = pointer((*path, *given[-1:]))
        yield Finding("connection-or-id", "error", place, at, found, allowed)
    elif isinstance(card.get("connection"), str) and card["connection"] not in connections:
        wanted = card["connection"]
        hint = did_you_mean(wanted, connections) or "by its identifier: connection_id"
        at, allowed = pointer((*path, "connection")), "the name of one of the connections"
        yield Finding("no-such-connection", "error", place, at, repr(wanted), allowed, hint)
