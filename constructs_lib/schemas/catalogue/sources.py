"""The sources of facts about services: an account's metadata, and Fivetran's OpenAPI document.

Both describe ``config`` and ``auth`` by JSON Schemas, of which the names, types, allowed values and
marks are taken; titles, descriptions and examples are not. The metadata of an account
(``GET /v1/metadata/connector-types/{service}``) are about one service: the published contract calls
their ``config`` and ``auth`` objects and says no more, so their fields are read under
``properties`` or directly. The OpenAPI document is about all services.

Source: https://fivetran.com/docs/rest-api/api-reference/connector-metadata
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import quote

from constructs_lib import net
from constructs_lib.net import address_problem, is_sandbox
from constructs_lib.schemas.catalogue.service_facts import (
    DESTINATION_SCHEMA_KEYS,
    ITEM,
    CompactField,
    Field,
    FieldKind,
    Service,
    compact_form,
)
from constructs_lib.version import user_agent

if TYPE_CHECKING:
    import requests


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
            f"it has no {error}, which describes how connections are created"
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


PUBLIC_URL = "https://api.fivetran.com"
_PATH = "/v1/metadata/connector-types/"
_SECONDS = 30.0
_HEADERS = {"Accept": "application/json;version=2", "Accept-Encoding": net.ACCEPTED}


class LiveError(Exception):
    """The account did not answer; the message says why and what to do, and holds no secret."""


class Account:
    """An account of Fivetran, as far as metadata is concerned.

    :param environ: the process environment: ``FIVETRAN_APIKEY``, ``FIVETRAN_APISECRET`` and
        ``FIVETRAN_API_URL``, which is https, or http for this machine
    :raises LiveError: if something is missing or wrong in it
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._url = (environ.get("FIVETRAN_API_URL") or PUBLIC_URL).rstrip("/")
        _check_url(self._url)
        names = ("FIVETRAN_APIKEY", "FIVETRAN_APISECRET")
        if missing := [name for name in names if not environ.get(name)]:
            raise LiveError(f"{' and '.join(missing)} must be set to ask the account")
        self._credentials = (environ[names[0]], environ[names[1]])

    def metadata(self, service: str) -> dict[str, Any]:
        """Return the metadata of a service: the ``data`` of the response.

        :raises LiveError: if the account does not answer with them
        """
        response = self._ask(_PATH + quote(service, safe=""))
        if response.status_code == 404:
            raise LiveError(
                f"the account has no service {service!r}; check the name in Fivetran's "
                "documentation of the connector"
            )
        if response.status_code in (401, 403):
            raise LiveError(
                f"the API refused the credentials with {response.status_code}; check "
                "FIVETRAN_APIKEY and FIVETRAN_APISECRET"
            )
        if not response.ok:
            raise LiveError(
                f"the API answered {response.status_code} for {service!r}; run the command again "
                "later"
            )
        try:
            data = response.json()["data"]
        except (ValueError, KeyError, TypeError, RecursionError):
            data = None
        if not isinstance(data, dict):
            raise LiveError(f"the response about {service!r} is not the API's; check the address")
        return data

    def _ask(self, path: str) -> requests.Response:
        # Only who asks an account pays for the import.
        import requests
        import urllib3

        found = net.authorities_problem()
        if found is not None:
            raise LiveError(f"{found[0]} cannot be used: {found[1]}. {net.REMEDY}")
        with requests.Session() as session:
            # What stays on this machine needs no proxy, which would see the key.
            session.trust_env = self._url.startswith("https:")
            session.headers.update(_HEADERS)
            session.headers["User-Agent"] = user_agent()
            try:
                response = session.get(
                    self._url + path,
                    auth=self._credentials,
                    timeout=_SECONDS,
                    allow_redirects=False,
                    stream=True,
                    verify=net.authorities_path() or True,
                )
                net.read_content(response, net.LONGEST)
            except net.ContentRefused as error:
                problem = f"{self._url + path} answered {error.status} with {error.reason}"
                raise LiveError(f"{problem}; check the address") from None
            except (OSError, ValueError, urllib3.exceptions.HTTPError) as error:
                name = type(error).__name__
                raise LiveError(
                    f"the API cannot be reached ({name}): {self._url}; check FIVETRAN_API_URL, the "
                    "network and the proxy settings"
                ) from None
            return response


def _check_url(url: str) -> None:
    if is_sandbox(url):
        raise LiveError(
            "the embedded sandbox has only what this catalogue already has; set FIVETRAN_API_URL "
            "to the address of an account's API"
        )
    problem = address_problem(url, "FIVETRAN_APIKEY and FIVETRAN_APISECRET")
    if problem:
        raise LiveError(f"FIVETRAN_API_URL cannot be used: {problem}")
