"""The JSON Schema of a merged environment, and of one of its files for an editor.

The first is what the stacks check (draft 2020-12). The second describes one file, of which others
may hold the rest: anything may be missing or null, a secret is a variable, and the settings of a
connection are those of its service in the catalogue. It is in draft 7 without our keywords, which
every version of the YAML language server reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from typing import Any, Final, TypeAlias

from constructs_lib import schemas
from constructs_lib.schemas import IGNORING_CASE, Field, FieldKind, Service
from constructs_lib.schemas.redaction import SECRET_PARAMETERS
from constructs_lib.schemas.sections import Section, section_schema, sections
from constructs_lib.validation.schema_check import parameter_schema

BACKEND: Final = "backend."
"""How the names of the schemas of Terraform's backends begin."""
DRAFT: Final = "http://json-schema.org/draft-07/schema#"

Schema: TypeAlias = dict[str, Any]


def environment_schema() -> Schema:
    """Return the JSON Schema of a merged environment.

    ``environment.schema.json`` describes what only the files have. The parameters of connections,
    managed states, connector statuses and providers are not repeated there: they come from the
    schemas of the resources, and so do the sections of what belongs to connections.
    """
    document = deepcopy(schemas.load("environment").document)
    document.pop("$id", None)
    properties = document["properties"]
    properties["provider"] |= _body("fivetranops")
    properties["backend"]["properties"]["type"]["enum"] = backend_types()
    properties["elastic"] |= _body("elasticops")
    properties["connector_statuses"]["additionalProperties"] |= _body("elasticops_connector_status")
    last = {name: properties.pop(name) for name in ("elastic", "connector_statuses")}
    properties |= {each.name: _section(each) for each in sections().values()} | last
    entry = properties["connections"]["additionalProperties"]
    own = entry["properties"]
    own["managed_state"] |= _without(_body("fivetranops_connection_state"), "connection_id")
    entry |= _with(_body("fivetranops_connection"), own)
    shared = _with(entry, {})
    for only_once in ("managed_state", "import_id", "moved_from"):
        shared = _without(shared, only_once)
    properties["defaults"] |= shared | {"required": []}
    return document


def _section(section: Section) -> Schema:
    rule = section_schema(section)
    entry = rule["additionalProperties"]
    # An entry names its connection in one of two ways, which the stacks tell apart.
    body = _with(_body(section.resource), entry["properties"])
    required = [each for each in body["required"] if each != "connection_id"]
    return {**rule, "additionalProperties": {**entry, **body, "required": required}}


def backend_types() -> list[str]:
    """Return the types of backends, by Terraform's names, and ``cloud``; sorted."""
    return [name.removeprefix(BACKEND) for name in schemas.names() if name.startswith(BACKEND)]


def _body(name: str) -> Schema:
    schema = parameter_schema(name)
    keys = ("title", "properties", "required", "additionalProperties")
    return deepcopy({key: schema[key] for key in keys})


def _with(body: Schema, properties: Schema) -> Schema:
    return {**body, "properties": {**body["properties"], **properties}}


def _without(body: Schema, name: str) -> Schema:
    properties = {key: rule for key, rule in body["properties"].items() if key != name}
    required = [key for key in body["required"] if key != name]
    return {**body, "properties": properties, "required": required}


_HEAD: Final[Schema] = {
    "$schema": DRAFT,
    "title": "environment file",
    "description": "The settings of an environment. They are merged over base.yaml: mappings are "
    "merged, lists and scalars are replaced, and null removes a key.",
}
_VARIABLE: Final[Schema] = {"$ref": "#/definitions/variable"}
DEFINITIONS: Final[Schema] = {
    "variable": {
        "type": "object",
        "description": "A secret, from the environment variable TF_VAR_<name> when Terraform runs.",
        "required": ["variable"],
        "additionalProperties": False,
        "properties": {
            "variable": {
                "type": "string",
                "pattern": "^[a-z_][a-z0-9_]*$",
                "description": "The name of the variable: lower-case letters, digits, underscores.",
            },
            "unset": {
                "enum": ["keep"],
                "description": "While the variable is empty, Fivetran keeps its secret.",
            },
        },
    }
}
"""What the rules refer to."""
_NULL: Final[Schema] = {"type": "null"}
_NESTED: Final[Schema] = {"type": "object", "not": {"required": ["variable"]}}
_SECRET: Final[Schema] = {"anyOf": [_VARIABLE, _NESTED, {"type": ["array", "null"]}]}
"""A secret that the catalogue need not know: a variable, or what has variables inside."""
_LOGIN: Final = "username"
"""No secret, but it may be a variable, because people keep it beside the password."""


def editor_schema(services: Iterable[str], *, is_whole: bool = True) -> Schema:
    """Return the JSON Schema (draft 7) of one file of an environment, for an editor.

    :param services: the services whose settings it describes; one that the catalogue does not know
        is left out
    :param is_whole: True to require the destination schema of a connection whose file names its
        service and has its ``config``; False if another file may hold it
    """
    document: Schema = _for_editor(environment_schema())
    properties = document["properties"]
    document |= {**_HEAD, "definitions": DEFINITIONS}
    for part in ("provider", "elastic"):
        _take_variables(properties[part]["properties"])
    entry = properties["connections"]["additionalProperties"]
    _offer_services(entry["properties"]["service"])
    for described in (entry, properties["defaults"]):
        for name in SECRET_PARAMETERS:
            described["properties"][name]["additionalProperties"] = _SECRET
    facts = filter(None, map(schemas.service, sorted(set(services))))
    entry["allOf"] = [of_service(each, is_whole) for each in facts]
    properties["backend"]["allOf"] = [_of_backend(name) for name in backend_types()]
    return document


def _for_editor(rule: Any, *, is_layered: bool = True) -> Any:
    """Return a rule without our own keywords, in which all that another file may hold is optional.

    :param is_layered: False inside of a list, which one file has as a whole
    """
    if not isinstance(rule, Mapping):
        return rule
    kept = {key: value for key, value in rule.items() if not key.startswith("x-")}
    if words := rule.get(IGNORING_CASE):
        kept["anyOf"] = [{"enum": words}, {"pattern": _in_any_case(words)}]
    if is_layered:
        kept.pop("required", None)
    if "propertyNames" in kept:
        kept["propertyNames"] = _for_editor(kept["propertyNames"])
    for key in ("properties", "additionalProperties"):
        if isinstance(inner := kept.get(key), Mapping):
            kept[key] = _inside(inner, key == "properties", is_layered)
    if "items" in kept:
        kept["items"] = _for_editor(kept["items"], is_layered=False)
    return kept


def _inside(inner: Mapping[str, Any], is_named: bool, is_layered: bool) -> Schema:
    if not is_named:
        rule: Schema = _for_editor(inner, is_layered=is_layered)
        return _or_null(rule) if is_layered else rule
    rules = {key: _for_editor(each, is_layered=is_layered) for key, each in inner.items()}
    return {key: _or_null(each) if is_layered else each for key, each in rules.items()}


def _or_null(rule: Schema) -> Schema:
    """Return a rule that lets null through, which takes away what another file has."""
    changed = dict(rule)
    if "type" in rule:
        types = rule["type"] if isinstance(rule["type"], list) else [rule["type"]]
        changed["type"] = [*types, "null"] if "null" not in types else types
    if "enum" in rule:
        changed["enum"] = [*rule["enum"], None]
    if "anyOf" in rule:
        changed["anyOf"] = [*rule["anyOf"], _NULL]
    return changed


def _in_any_case(words: Iterable[str]) -> str:
    def spelled(word: str) -> str:
        return "".join(f"[{c.upper()}{c}]" if c.isalpha() else re.escape(c) for c in word)

    return f"^({'|'.join(map(spelled, words))})$"


def _take_variables(properties: Schema) -> None:
    """Make the credentials of a provider variables; no file may have them in clear."""
    for name, rule in properties.items():
        about = {"description": rule.get("description", "")}
        if rule.get("writeOnly") or rule.get("format") == "password":
            properties[name] = {"anyOf": [_VARIABLE, _NULL], **about}
        elif name == _LOGIN:
            properties[name] = {"anyOf": [rule, _VARIABLE], **about}


def _offer_services(rule: Schema) -> None:
    """Offer the services of the catalogue; any other name of that form may be newer."""
    rule["anyOf"] = [{"enum": list(schemas.services())}, {"pattern": rule.pop("pattern")}]


def _of_backend(name: str) -> Schema:
    rules = schemas.load(BACKEND + name).document["properties"]
    inside = {key: _or_null(_for_editor(rule)) for key, rule in rules.items()}
    return {"if": _is("type", name), "then": {"properties": inside}}


def _is(key: str, value: str) -> Schema:
    return {"required": [key], "properties": {key: {"const": value}}}


def of_service(service: Service, is_whole: bool) -> Schema:
    """Return the part about the connections of one service.

    One with ``unchecked`` has settings that the catalogue does not know.

    :param is_whole: see :func:`editor_schema`
    """
    parts = {"config": service.config, "auth": service.auth}
    found: Schema = {
        attribute: {"properties": dict(_fields(fields.values(), is_secret=is_secret))}
        for root, fields in parts.items()
        for attribute, is_secret in ((root, False), (_secrets_of(root), True))
    }
    form = service.destination_schema
    text = f"Names the destination schema; required for {service.name}."
    found["config"]["properties"] |= {key: {"type": "string", "description": text} for key in form}
    for root, fields in parts.items():
        if fields:
            # Where the catalogue knows no field, it may be incomplete.
            found[root]["additionalProperties"] = False
    if is_whole and form:
        found["config"]["required"] = list(form)
    condition = {**_is("service", service.name), "not": {"required": ["unchecked"]}}
    return {"if": condition, "then": {"properties": found}}


def _secrets_of(root: str) -> str:
    (found,) = (each for each in SECRET_PARAMETERS if each.startswith("auth") == (root == "auth"))
    return found


def _fields(fields: Iterable[Field], *, is_secret: bool) -> Iterator[tuple[str, Any]]:
    """Yield the rules of the fields that belong among the secrets, or of those that do not.

    A list is one value, so all of it belongs to the secrets if a part does.
    """
    for field in fields:
        leaves = [leaf for _, leaf in field.leaves()]
        if field.kind is FieldKind.OBJECT and field.fields:
            inside = dict(_fields(field.fields.values(), is_secret=is_secret))
            if inside or not is_secret:
                yield field.name, _object(inside, is_open=is_secret)
        elif all(leaf.read_only for leaf in leaves) or not any(leaf.secret for leaf in leaves):
            if not is_secret:
                yield field.name, rule_of(field)
        elif is_secret:
            yield field.name, _rule_of_secret(field)
        else:
            # The objects of a list may be without their secrets.
            yield field.name, {} if field.item is not None and field.item.fields else False


def _object(properties: Schema, *, is_open: bool = False) -> Schema:
    rule: Schema = {"type": ["object", "null"], "properties": properties}
    return rule if is_open else {**rule, "additionalProperties": False}


def _rule_of_secret(field: Field) -> Schema:
    if field.item is not None:
        items = {"type": "array", "items": _rule_of_secret(field.item)}
        return {"anyOf": [items, _VARIABLE, _NULL]}
    if field.fields:
        inside = {name: _rule_of_secret(each) for name, each in field.fields.items()}
        return {"anyOf": [{"type": "object", "properties": inside}, _VARIABLE, _NULL]}
    return {"anyOf": [_VARIABLE, _NULL] if field.secret else [rule_of(field), _VARIABLE]}


_WHOLE: Final = r"^\s*[+-]?[0-9]+\s*$|^$"
_NUMBER: Final = r"^\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\s*$|^$"
_BOOLEAN: Final = r"^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])?$"
_SCALARS: Final[Mapping[FieldKind, Schema]] = {
    FieldKind.STRING: {"type": ["string", "number", "boolean", "null"]},
    FieldKind.INTEGER: {"type": ["integer", "string", "null"], "pattern": _WHOLE},
    FieldKind.NUMBER: {"type": ["number", "string", "null"], "pattern": _NUMBER},
    FieldKind.BOOLEAN: {"type": ["boolean", "string", "null"], "pattern": _BOOLEAN},
    FieldKind.OBJECT: {"type": ["object", "null"]},
    FieldKind.LIST: {"type": ["array", "null"]},
    FieldKind.ANY: {},
}
"""Like the API, which takes text that is a number for a number, and a number for text."""


def rule_of(field: Field) -> Schema:
    """Return the rule of one field, as leniently as the API reads it."""
    if field.item is not None:
        return {**_SCALARS[FieldKind.LIST], "items": rule_of(field.item)}
    if field.fields:
        return _object({name: rule_of(each) for name, each in field.fields.items()})
    if field.read_only:
        return {"description": "Only Fivetran sets it, so leave it out."}
    if field.allowed:
        return {"enum": [*dict.fromkeys([*field.allowed, *_as_scalars(field.allowed), "", None])]}
    return dict(_SCALARS[field.kind])


def _as_scalars(words: Iterable[str]) -> Iterator[Any]:
    """Yield what YAML reads instead of a text without quotes."""
    for word in words:
        if word.isascii() and word.isdigit() and str(int(word)) == word:
            yield int(word)
        elif word in ("true", "false"):
            yield word == "true"
