"""What is sent for a connect card, and what comes back."""

from __future__ import annotations

from typing import Any, NamedTuple

from constructs_lib.backend.plugin.values import Object

_ATTRIBUTES = ("redirect_uri", "hide_setup_guide", "all_fields")


class Card(NamedTuple):
    """A connect card. Both parts are secret: who has one of them can set the connection up."""

    uri: str
    """The address to which the end user is sent."""
    token: str
    """The token in it."""

    def __repr__(self) -> str:
        return "<Card (hidden)>"

    @classmethod
    def of(cls, answer: dict[str, Any]) -> Card | None:
        """The card in an answer of the API; None if there is none."""
        card = answer.get("connect_card")
        uri, token = (card.get("uri"), card.get("token")) if isinstance(card, dict) else ("", "")
        if not (isinstance(uri, str) and uri and isinstance(token, str) and token):
            return None
        return cls(uri, token)


def card_config(values: Object) -> dict[str, Any]:
    """The ``connect_card_config`` of a request, without what is left out.

    :param values: the attributes of a connect card, all of them known
    """
    return {name: values[name] for name in _ATTRIBUTES if values.get(name) is not None}
