"""Configurations of connect cards, and the requests that they send."""

from __future__ import annotations

from typing import Any

from scenario import Write

CARD = "fivetranops_connect_card.card"
"""The address of the card in :func:`card`."""
BACK = "https://example.com/back"
"""Where the end user returns to."""


def card(more: str = "", *, of: str, back: str = BACK) -> str:
    """A connect card.

    :param of: the identifier of the connection
    """
    return f"""
resource "fivetranops_connect_card" "card" {{
  connection_id = "{of}"
  redirect_uri  = "{back}"
  {more}
}}
"""


def ephemeral(more: str = "", *, of: str, back: str = BACK) -> str:
    """A connect card for one run.

    :param of: the expression of the identifier of the connection
    """
    return f"""
ephemeral "fivetranops_connect_card" "card" {{
  connection_id = {of}
  redirect_uri  = "{back}"
  {more}
}}
"""


def consumer(of: str, value: str = "ephemeral.fivetranops_connect_card.card.uri") -> str:
    """A connection with a secret that is an ephemeral value.

    :param of: the name of its destination schema
    """
    return f"""
resource "fivetranops_connection" "consumer" {{
  group_id  = "sandbox_warehouse"
  service   = "connector_sdk"
  config    = {{ schema = "{of}", package_id = "p" }}
  config_wo = {{ secrets_list = [{{ key = "card", value = {value} }}] }}
}}
"""


def issuing(identifier: str, back: str = BACK, **more: Any) -> Write:
    """The request that issues a card."""
    config = {"redirect_uri": back, **more}
    path = f"/v1/connections/{identifier}/connect-card"
    return ("POST", path, {"connect_card_config": config})
