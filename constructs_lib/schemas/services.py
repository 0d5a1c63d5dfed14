"""Facts about Fivetran's services: the form of the destination schema, and the secret settings.

The facts stand in ``services.json``, one line a service, and were taken from Fivetran's OpenAPI
document by ``python -m constructs_lib.schemas.catalogue``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

MASK = "******"
"""What Fivetran answers in place of a secret."""

SERVICES_WITH_STATE = ("aws_lambda", "azure_function", "connector_sdk", "google_cloud_function")
"""The services whose connections have a state that the API can read and change."""

_FILE = Path(__file__).with_name("services.json")


class Service(NamedTuple):
    """What is known of one service."""

    name: str
    destination_schema: tuple[str, ...]
    """The keys of ``config`` that name the destination schema, in the order in which they are
    joined: ``("schema",)``, ``("schema", "table")``, ``("schema_prefix",)`` or
    ``("schema", "table_group_name")``."""
    secrets: tuple[str, ...]
    """The secret settings of ``config``, such as ``password`` and ``secrets_list[].value``."""
    read_only: tuple[str, ...]
    """Settings that only Fivetran sets, such as ``public_key``."""


def service(name: str) -> Service | None:
    """The facts about one service, or None if it is unknown (newer than the facts)."""
    entry = _entries().get(name)
    if entry is None:
        return None
    return Service(
        name,
        tuple(entry["schema"]),
        tuple(entry.get("secrets", ())),
        tuple(entry.get("read_only", ())),
    )


def services() -> list[str]:
    """The names of all known services, sorted."""
    return sorted(_entries())


def destination_schema_name(service_name: str, config: Mapping[str, Any]) -> str | None:
    """The name of the destination schema that ``config`` asks for, joined as the API joins it.

    :returns: such as ``gsheets.orders``; None if the service is unknown or a part is missing
    """
    facts = service(service_name)
    if facts is None:
        return None
    parts = [config.get(key) for key in facts.destination_schema]
    if not all(isinstance(part, str) and part for part in parts):
        return None
    return ".".join(str(part) for part in parts)


@lru_cache(maxsize=1)
def _entries() -> dict[str, Any]:
    entries: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return entries
