"""What a pattern of a JSON Schema allows, in words: nobody should have to read a regexp."""

from __future__ import annotations

from typing import Any

_DURATION = "a duration such as 90s, 20m or 1h30m"
_ADDRESS = "an address with https://, one with http:// for this machine only, or sandbox"
_BY_ATTRIBUTE = {
    "connection_id": "an identifier as Fivetran shows it, such as pale_hydrogen",
    "import_id": "an identifier as Fivetran shows it, such as pale_hydrogen",
    "connector_id": "an identifier as Elasticsearch shows it",
    "service": "small letters, digits and underscores",
    "daily_sync_time": "a full hour from 00:00 to 23:00",
    "redirect_uri": "an address that begins with https:// or http://",
    "api_url": _ADDRESS,
    "endpoints": _ADDRESS,
    "server_version": "a version such as 8.14.3",
    "create": _DURATION,
    "update": _DURATION,
    "delete": _DURATION,
}


def first_sentence(rule: Any) -> str:
    """The first sentence of the description in a JSON Schema, without the full stop."""
    description = str(rule.get("description", "")) if isinstance(rule, dict) else ""
    return description.partition(". ")[0].removesuffix(".")


def allowed_text(name: str, rule: dict[str, Any]) -> str:
    """What may be written for an attribute with a pattern.

    :param name: the attribute; for a name that is itself checked, the empty text
    :param rule: its JSON Schema; the first sentence of its description stands in for the words
        of an attribute that is not known here
    """
    return _BY_ATTRIBUTE.get(name) or first_sentence(rule) or "other text"
