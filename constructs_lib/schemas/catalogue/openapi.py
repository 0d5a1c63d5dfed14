"""The facts about all services, from the OpenAPI document that Fivetran publishes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from constructs_lib.schemas.catalogue.facts import Facts, form, lines, ordered
from constructs_lib.schemas.fields import Fact


class Unreadable(ValueError):
    """The document does not describe the creation of connections."""


def services(document: Mapping[str, Any]) -> dict[str, Facts]:
    """The facts about each service of an OpenAPI document, sorted by name.

    :param document: the parsed document
    :raises Unreadable: if it does not describe the creation of connections
    """
    try:
        schemas = document["components"]["schemas"]
        mapping = schemas["NewConnectorRequestV1"]["discriminator"]["mapping"]
        found = {name: _Reader(schemas).service(name, mapping[name]) for name in sorted(mapping)}
    except (KeyError, TypeError, AttributeError) as error:
        raise Unreadable(f"it has no {error}, which describes how connections are made") from None
    secret_names = _secret_names(found)
    return {name: _with_secrets(facts, secret_names) for name, facts in found.items()}


class _Reader:
    """Reads one service out of the schemas of a document."""

    def __init__(self, schemas: Mapping[str, Any]) -> None:
        self._schemas = schemas

    def service(self, name: str, reference: str) -> Facts:
        """The facts about one service."""
        parts = [self._resolve(part) for part in self._resolve({"$ref": reference})["allOf"]]
        keys: set[str] = set()
        fields: dict[str, Fact] = {}
        for root, schema in self._roots(parts):
            # The destination schema is described by a part of its own, where it is required.
            if "required" in schema:
                keys.update(schema["required"])
            else:
                fields.update(lines(schema, root, self._resolve))
        return ordered(form(keys), fields | self._read_only(name))

    def _roots(self, parts: list[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for part in parts:
            for root in ("config", "auth"):
                if root in part.get("properties", {}):
                    yield root, self._resolve(part["properties"][root])

    def _read_only(self, name: str) -> dict[str, Fact]:
        parts = [self._schemas.get(f"{name}_readonly_config_V1", {})]
        found = dict(line for _, schema in self._roots(parts) for line in self._below(schema))
        return {path: _marked(fact, "read_only") for path, fact in found.items()}

    def _below(self, schema: Mapping[str, Any]) -> Iterator[tuple[str, Fact]]:
        return lines(schema, "config", self._resolve)

    def _resolve(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in schema:
            schema = self._schemas[schema["$ref"].rsplit("/", 1)[-1]]
        return schema


def _secret_names(services: Mapping[str, Facts]) -> frozenset[str]:
    """The names that are secret in the ``auth`` of some service.

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


def _marked(fact: Fact, mark: str) -> Fact:
    kind = "string" if isinstance(fact, list) else fact.split(" ")[0]
    return f"{kind} {mark}"
