"""Connect cards: links with which an end user sets a connection up.

Source: Fivetran's REST API, ``POST /v1/connections/{id}/connect-card``.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from constructs_lib.sandbox import checks
from constructs_lib.sandbox.answer import ApiResponse
from constructs_lib.sandbox.call import Call, success
from constructs_lib.sandbox.records import Connection

_ADDRESS = "https://fivetran.com/connect-card/setup"


def create(call: Call) -> ApiResponse:
    """``POST /v1/connections/{id}/connect-card``: 200, with token and address."""
    record = call.connection()
    config = checks.connect_card(call.body())
    data = {
        "connector_id": record.id,
        "connect_card": issue(record.id, config),
        "connect_card_config": config,
    }
    return success("Connection Connect Card has been created", data)


def of(record: Connection) -> dict[str, Any]:
    """Return what an answer about a connection has of its connect card: a new, short-lived token.

    :returns: ``connect_card``; nothing, if the connection was created without one
    """
    config = record.attributes.get("connect_card_config")
    return {"connect_card": issue(record.id, config)} if config else {}


def issue(connection_id: str, config: Mapping[str, Any]) -> dict[str, str]:
    """A token and the address that holds it. The token looks like a JWT and opens nothing."""
    header = _part({"typ": "JWT", "alg": "HS256"})
    token = f"{header}.{_part({'connection_id': connection_id})}.{secrets.token_urlsafe(32)}"
    redirect = quote(config["redirect_uri"], safe=":/")
    hidden = str(bool(config.get("hide_setup_guide", False))).lower()
    query = f"redirect_uri={redirect}&auth={token}&hide_setup_guide={hidden}"
    return {"token": token, "uri": f"{_ADDRESS}?{query}"}


def _part(value: Mapping[str, Any]) -> str:
    raw = json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
