"""The facts about one service, from what an account tells about it.

Source: ``GET /v1/metadata/connector-types/{service}``. The published contract calls ``config`` and
``auth`` objects and says no more about them. They are read as JSON Schemas, with their fields under
``properties`` or directly.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from constructs_lib.schemas.catalogue.facts import Facts, form, lines, ordered
from constructs_lib.schemas.fields import Fact
from constructs_lib.schemas.services import DESTINATION_SCHEMA_KEYS, Service


class Unreadable(ValueError):
    """The metadata describes no fields."""


def facts(metadata: Mapping[str, Any], known: Service | None) -> Facts:
    """The facts about one service.

    :param metadata: the ``data`` of the answer
    :param known: what the catalogue knows of it already: the form of the destination schema, which
        the metadata need not tell, is kept
    :raises Unreadable: if it does not describe ``config``
    """
    if not isinstance(metadata.get("config"), Mapping):
        raise Unreadable("it describes no config")
    config, auth = (_schema(metadata.get(root)) for root in ("config", "auth"))
    keys = set(config["properties"]) & set(DESTINATION_SCHEMA_KEYS)
    destination = known.destination_schema if known else form(keys)
    fields: dict[str, Fact] = dict(lines(config, "config", _as_it_is))
    fields.update(lines(auth, "auth", _as_it_is))
    for key in destination:
        fields.pop(f"config.{key}", None)
    return ordered(destination, fields)


def _schema(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        return {"properties": {}}
    inner = value if isinstance(value.get("properties"), Mapping) else {"properties": value}
    properties = {name: each for name, each in inner["properties"].items() if _is_field(each)}
    return {"properties": properties}


def _is_field(value: Any) -> bool:
    return isinstance(value, Mapping)


def _as_it_is(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    return schema
