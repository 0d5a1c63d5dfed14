"""The settings of a connection that may be shown: those that are known to be no secrets.

A data source puts what it reads into Terraform's state, in clear. The API masks secrets, but the
catalogue is younger or older than the API, and forgets some. So only what the catalogue knows, and
does not call secret, gets through; and nothing that a name calls secret.
"""

from __future__ import annotations

from typing import Any, Final

from constructs_lib import schemas
from constructs_lib.schemas import Field
from constructs_lib.schemas.shown import is_secret_place

_HIDDEN: Final = object()


def readable_config(service: str, config: dict[str, Any]) -> dict[str, Any] | None:
    """The settings without what is secret, or could be.

    :param config: as the API answers them
    :returns: None if the service is not known
    """
    facts = schemas.service(service)
    return None if facts is None else _of_fields(facts.config, config)


def _of_fields(fields: Any, values: dict[str, Any]) -> dict[str, Any]:
    known = {name: _part(fields[name], values[name]) for name in values if name in fields}
    return {name: part for name, part in known.items() if part is not _HIDDEN}


def _part(field: Field, value: Any) -> Any:
    if value is None:
        return None
    if field.secret or schemas.is_mask(value) or is_secret_place((field.name,)):
        return _HIDDEN
    if field.fields:
        return _of_fields(field.fields, value) if isinstance(value, dict) else _HIDDEN
    if field.item is not None:
        return _items(field.item, value) if isinstance(value, list) else _HIDDEN
    # What stands inside a value of which only the name is known could be anything.
    return _HIDDEN if isinstance(value, (dict, list)) else value


def _items(item: Field, values: list[Any]) -> Any:
    parts = [_part(item, value) for value in values]
    return [part for part in parts if part is not _HIDDEN]
