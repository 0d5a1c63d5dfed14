"""What the data sources tell of a connection."""

from __future__ import annotations

from typing import Any

from constructs_lib.backend.fivetran import comparison
from constructs_lib.backend.fivetran.connection_answer import facts
from constructs_lib.backend.fivetran.readable_config import readable_config
from constructs_lib.backend.plugin.values import Dynamic, Object
from constructs_lib.schemas import Attribute


def told(answer: dict[str, Any], attributes: dict[str, Attribute]) -> Object:
    """The attributes that an answer of the API speaks of; null for all others.

    :param attributes: those of the data source, or of an item of its list
    """
    found = facts(answer)
    values = {name: found.get(name) for name in attributes}
    if "config" in attributes:
        values["config"] = _config(answer)
    return values


def _config(answer: dict[str, Any]) -> Dynamic | None:
    config = comparison.composed(answer.get("config"))
    if not isinstance(config, dict):
        return None
    shown = readable_config(str(answer.get("service")), config)
    return None if shown is None else Dynamic.of(shown)
