"""The sources of facts about services: an account's metadata, and Fivetran's OpenAPI document.

Both describe ``config`` and ``auth`` by JSON Schemas, of which the names, types, allowed values and
marks are taken; titles, descriptions and examples are not. The metadata of an account
(``GET /v1/metadata/connector-types/{service}``) are about one service: the published contract calls
their ``config`` and ``auth`` objects and says no more, so their fields are read under
``properties`` or directly. The OpenAPI document is about all services.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from constructs_lib.schemas.catalogue.fields import (
    ITEM,
    CompactField,
    Field,
    FieldKind,
    compact_form,
)
from constructs_lib.schemas.catalogue.service_facts import DESTINATION_SCHEMA_KEYS, Service

Facts: TypeAlias = dict[str, CompactField]
"""The lines of one service: the form of its destination schema under ``schema``, and its fields."""
Resolve: TypeAlias = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Follows the references of a schema."""

FORMS = (("schema", "table_group_name"), ("schema", "table"), ("schema_prefix",), ("schema",))
"""The forms of the destination schema; one that holds another comes first."""

_KINDS = {"array": FieldKind.LIST} | {kind.value: kind for kind in FieldKind}


def destination_form(keys: set[str]) -> tuple[str, ...]:
    """Return the form of the destination schema that keys make up; empty if they make none."""
    return next((each for each in FORMS if keys.issuperset(each)), ())


def field_lines(
    schema: Mapping[str, Any], path: str, resolve: Resolve
) -> Iterator[tuple[str, CompactField]]:
    """Return the lines of all fields below an object.

    :param schema: the JSON Schema of the object
    :param path: the path of the object, such as ``config``
    :param resolve: follows references
    """
    for name, inner in resolve(schema).get("properties", {}).items():
        yield from _field_lines(inner, f"{path}.{name}", resolve)


def ordered_lines(destination_schema: tuple[str, ...], fields: Mapping[str, CompactField]) -> Facts:
    """Return the lines of a service in the order in which they are kept.

    :param destination_schema: the form of its destination schema
    :param fields: the lines of its fields
    """
    return {"schema": list(destination_schema), **{path: fields[path] for path in sorted(fields)}}


def _field_lines(
    schema: Mapping[str, Any], path: str, resolve: Resolve
) -> Iterator[tuple[str, CompactField]]:
    schema = resolve(schema)
    if schema.get("items"):
        yield from _field_lines(schema["items"], path + ITEM, resolve)
    elif schema.get("properties"):
        yield from field_lines(schema, path, resolve)
    else:
        yield path, compact_form(_field(schema, path))


def _field(schema: Mapping[str, Any], path: str) -> Field:
    # A value that is one of a list is text, although the contract calls it an object.
    allowed = tuple(sorted(str(value) for value in schema.get("enum") or ()))
    kind = FieldKind.STRING if allowed else _KINDS.get(str(schema.get("type")), FieldKind.ANY)
    read_only = bool(schema.get("readOnly") or schema.get("readonly"))
    return Field(path, kind, allowed, schema.get("format") == "password", read_only)


class UnreadableMetadata(ValueError):
    """The metadata describes no fields."""


def facts_of_metadata(metadata: Mapping[str, Any], known: Service | None) -> Facts:
    """Return the facts about one service.

    :param metadata: the ``data`` of the answer
    :param known: what the catalogue knows of it already: the form of the destination schema, which
        the metadata need not tell, is kept
    :raises UnreadableMetadata: if it does not describe ``config``
    """
    if not isinstance(metadata.get("config"), Mapping):
        raise UnreadableMetadata("it describes no config")
    config, auth = (_schema(metadata.get(root)) for root in ("config", "auth"))
    keys = set(config["properties"]) & set(DESTINATION_SCHEMA_KEYS)
    destination = known.destination_schema if known else destination_form(keys)
    fields: dict[str, CompactField] = dict(field_lines(config, "config", _as_it_is))
    fields.update(field_lines(auth, "auth", _as_it_is))
    for key in destination:
        fields.pop(f"config.{key}", None)
    return ordered_lines(destination, fields)


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


class UnreadableContract(ValueError):
    """The document does not describe the creation of connections."""


def services_of_contract(document: Mapping[str, Any]) -> dict[str, Facts]:
    """Return the facts about each service of an OpenAPI document, sorted by name.

    :param document: the parsed document
    :raises UnreadableContract: if it does not describe the creation of connections
    """
    try:
        schemas = document["components"]["schemas"]
        mapping = schemas["NewConnectorRequestV1"]["discriminator"]["mapping"]
        found = {name: _Reader(schemas).service(name, mapping[name]) for name in sorted(mapping)}
    except (KeyError, TypeError, AttributeError) as error:
        raise UnreadableContract(
            f"it has no {error}, which describes how connections are made"
        ) from None
    secret_names = _secret_names(found)
    return {name: _with_secrets(facts, secret_names) for name, facts in found.items()}


class _Reader:
    """Reads one service out of the schemas of a document."""

    def __init__(self, schemas: Mapping[str, Any]) -> None:
        self._schemas = schemas

    def service(self, name: str, reference: str) -> Facts:
        """Return the facts about one service."""
        parts = [self._resolve(part) for part in self._resolve({"$ref": reference})["allOf"]]
        keys: set[str] = set()
        fields: dict[str, CompactField] = {}
        for root, schema in self._roots(parts):
            # The destination schema is described by a part of its own, where it is required.
            if "required" in schema:
                keys.update(schema["required"])
            else:
                fields.update(field_lines(schema, root, self._resolve))
        return ordered_lines(destination_form(keys), fields | self._read_only(name))

    def _roots(self, parts: list[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for part in parts:
            for root in ("config", "auth"):
                if root in part.get("properties", {}):
                    yield root, self._resolve(part["properties"][root])

    def _read_only(self, name: str) -> dict[str, CompactField]:
        parts = [self._schemas.get(f"{name}_readonly_config_V1", {})]
        found = dict(line for _, schema in self._roots(parts) for line in self._below(schema))
        return {path: _marked(fact, "read_only") for path, fact in found.items()}

    def _below(self, schema: Mapping[str, Any]) -> Iterator[tuple[str, CompactField]]:
        return field_lines(schema, "config", self._resolve)

    def _resolve(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in schema:
            schema = self._schemas[schema["$ref"].rsplit("/", 1)[-1]]
        return schema


def _secret_names(services: Mapping[str, Facts]) -> frozenset[str]:
    """Return the names that are secret in the ``auth`` of some service.

    The document marks ``client_secret`` in most services and forgets it in others.
    """
    return frozenset(
        _name(path)
        for facts in services.values()
        for path, fact in facts.items()
        if path.startswith("auth.") and isinstance(fact, str) and "secret" in fact.split(" ")
    )


def _with_secrets(facts: Facts, names: frozenset[str]) -> Facts:
    return {
        path: _marked(fact, "secret") if path.startswith("auth.") and _name(path) in names else fact
        for path, fact in facts.items()
    }


def _name(path: str) -> str:
    return path.rpartition(".")[2]


def _marked(fact: CompactField, mark: str) -> CompactField:
    kind = "string" if isinstance(fact, list) else fact.split(" ")[0]
    return f"{kind} {mark}"
