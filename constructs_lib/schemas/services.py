"""Facts about Fivetran's services: the fields of ``config`` and ``auth``, which of them are
secret, and the form of the destination schema.

The facts stand in ``services.json``, taken from Fivetran's OpenAPI document, and in the file of
the project, if it has one (see ``services_file``). Only the services that are asked for are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from constructs_lib.schemas import services_file
from constructs_lib.schemas.fields import Field, parse

SERVICES_WITH_STATE = ("aws_lambda", "azure_function", "connector_sdk", "google_cloud_function")
"""The services whose connections have a state that the API can read and change."""

DESTINATION_SCHEMA_KEYS = ("schema", "table", "schema_prefix", "table_group_name")
"""The keys of ``config`` that name the destination schema, in all their forms."""


class Service(NamedTuple):
    """What is known of one service."""

    name: str
    destination_schema: tuple[str, ...]
    """The keys of ``config`` that name the destination schema, in the order in which they are
    joined: ``("schema",)``, ``("schema", "table")``, ``("schema_prefix",)`` or
    ``("schema", "table_group_name")``; empty if the form is not known."""
    config: Mapping[str, Field]
    """The fields of ``config`` by name, without those of the destination schema."""
    auth: Mapping[str, Field]
    """The fields of ``auth`` by name; empty if the service has none, or none are known."""
    secrets: tuple[str, ...]
    """The secret settings of ``config``, such as ``password`` and ``secrets_list[].value``."""
    auth_secrets: tuple[str, ...]
    """The secret settings of ``auth``, such as ``client_access.client_secret``."""
    read_only: tuple[str, ...]
    """Settings of ``config`` that only Fivetran sets, such as ``public_key``."""


@cache
def service(name: str) -> Service | None:
    """The facts about one service, or None if it is unknown (newer than the facts)."""
    entry = _entry(name)
    if entry is None:
        return None
    config, auth = parse(entry, "config"), parse(entry, "auth")
    return Service(
        name,
        tuple(entry.get("schema", ())),
        config,
        auth,
        _secrets(config),
        _secrets(auth),
        tuple(sorted(field.name for field in config.values() if _is_read_only(field))),
    )


@cache
def services() -> list[str]:
    """The names of all known services, sorted. Do not change the result: it is kept."""
    project, _ = services_file.project()
    added = project.names() if project else []
    return sorted({*services_file.packaged().names(), *added})


@cache
def allowed_words() -> dict[str, set[str]]:
    """The texts that some service allows, in lower case, by the path of their field, such as
    ``config.auth_method``. Do not change the result: it is kept.
    """
    project, _ = services_file.project()
    found = dict(services_file.packaged().allowed_words())
    for path, words in (project.allowed_words() if project else {}).items():
        found[path] = found.get(path, set()) | words
    return found


def forget() -> None:
    """Drops what was read, so that changed files are read again. Only tests need that."""
    for kept in (service, services, allowed_words, services_file.packaged, services_file.project):
        kept.cache_clear()


def destination_schema_name(service_name: str, config: Mapping[str, Any]) -> str | None:
    """The name of the destination schema that ``config`` asks for, joined as the API joins it.

    :returns: such as ``gsheets.orders``; None if the service or the form of its destination schema
        is unknown, or a part is missing
    """
    facts = service(service_name)
    if facts is None or not facts.destination_schema:
        return None
    parts = [config.get(key) for key in facts.destination_schema]
    if not all(isinstance(part, str) and part for part in parts):
        return None
    return ".".join(str(part) for part in parts)


def _entry(name: str) -> dict[str, Any] | None:
    project, _ = services_file.project()
    own = project.entry(name) if project else None
    return services_file.packaged().entry(name) if own is None else own


def _secrets(fields: Mapping[str, Field]) -> tuple[str, ...]:
    leaves = (leaf for field in fields.values() for leaf in field.leaves())
    return tuple(sorted(path for path, field in leaves if field.secret))


def _is_read_only(field: Field) -> bool:
    return all(leaf.read_only for _, leaf in field.leaves())
