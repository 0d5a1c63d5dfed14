"""The JSON Schema of a resource, read as a table of Terraform attributes.

An attribute that means the same in two schemas is described once, and referred to.
``{"$ref": "fivetranops_connection.schema.json#/properties/paused", "readOnly": true}`` is the
attribute ``paused`` of that schema, read only. Keywords next to ``$ref`` override those of the
attribute. Keywords that matter only to whoever sets an attribute are left out of one that is read.
Source: JSON Schema draft 2020-12, "Direct References with ``$ref``".

What a data source reads of a resource is not listed a second time:
``"x-attributes-of": {"schema": "fivetranops_connection"}`` stands for all attributes of that schema
that a read takes from a response, read only, and with ``"names"`` for those that are named. An
entry of ``properties`` with ``type`` or ``$ref`` replaces one of them; any other entry overrides
its keywords, such as the description.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from enum import Enum
from functools import cache
from typing import Any, Final, TypeGuard

from constructs_lib.records import NamedTuple

_REFERENCE: Final = ".schema.json#/"
_ATTRIBUTES_OF: Final = "x-attributes-of"
_IDENTITY: Final = "x-identity"
_FOR_SETTING: Final = (
    "default",
    "x-clearable",
    "x-forces-replacement",
    _IDENTITY,
    "x-only-with",
    "x-request",
    "required",
)

Documents = Callable[[str], dict[str, Any]]
"""The JSON Schema of a name, without references."""


def without_references(schema: dict[str, Any], documents: Documents) -> dict[str, Any]:
    """Return a schema with every attribute spelt out; the given one is not changed.

    :param documents: where references lead
    """
    if "$ref" in schema:
        schema = _referenced(schema, documents)
    if _ATTRIBUTES_OF in schema:
        schema = _with_attributes_read(schema, documents)
    if "properties" in schema:
        inside = {
            name: without_references(rule, documents) for name, rule in schema["properties"].items()
        }
        schema = {**schema, "properties": inside}
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            schema = {**schema, keyword: without_references(schema[keyword], documents)}
    return schema


def _referenced(schema: dict[str, Any], documents: Documents) -> dict[str, Any]:
    name, _, way = schema["$ref"].partition(_REFERENCE)
    rule = documents(name)
    for step in way.split("/"):
        rule = rule[step]
    own = {keyword: value for keyword, value in schema.items() if keyword != "$ref"}
    # What identifies one object only points to it from another one.
    merged = {**{keyword: value for keyword, value in rule.items() if keyword != _IDENTITY}, **own}
    if not merged.get("readOnly"):
        return merged
    read = _read_only(merged)
    return {**read, _IDENTITY: own[_IDENTITY]} if _IDENTITY in own else read


def _with_attributes_read(schema: dict[str, Any], documents: Documents) -> dict[str, Any]:
    """Return a schema with the attributes that it reads of another one among its properties."""
    kept = {keyword: value for keyword, value in schema.items() if keyword != _ATTRIBUTES_OF}
    source, own = schema[_ATTRIBUTES_OF], schema.get("properties", {})
    known = documents(source["schema"])["properties"]
    names = source.get("names") or [name for name, rule in known.items() if _is_read_back(rule)]
    properties = {name: rule for name, rule in own.items() if name not in names}
    for name in names:
        rule = own.get(name, {})
        is_whole = "type" in rule or "$ref" in rule
        properties[name] = rule if is_whole else _read_only({**known[name], **rule})
    return {**kept, "properties": properties}


def _is_read_back(rule: dict[str, Any]) -> bool:
    """Return True if a read takes the API's value over. One whose default is null stays what was
    configured, whatever a response says.
    """
    return rule.get("x-response") is not None and rule.get("default", ...) is not None


def _read_only(rule: dict[str, Any]) -> dict[str, Any]:
    """Return the rule of an attribute that is read, with all that is inside of it."""
    kept = {keyword: value for keyword, value in rule.items() if keyword not in _FOR_SETTING}
    if "properties" in kept:
        inside = {name: _read_only(inner) for name, inner in kept["properties"].items()}
        kept["properties"] = inside
    return {**kept, "readOnly": True}


_FOLDER = os.path.dirname(__file__)
_SUFFIX = ".schema.json"
IGNORING_CASE = "x-enum-ignoring-case"
"""The keyword for allowed texts whose case means nothing."""


_SIGN = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\$", re.DOTALL)


def matches(pattern: str, text: str) -> bool:
    """Return True if a text matches the ``pattern`` of a JSON Schema."""
    return re.search(_in_python(pattern), text) is not None


@cache
def _in_python(pattern: str) -> str:
    # A JSON Schema's $ means the very end, Python's also matches before a last line break.
    return _SIGN.sub(lambda sign: r"\Z" if sign.group() == "$" else sign.group(), pattern)


class Kind(Enum):
    """The kinds of attributes, after the JSON Schema ``type`` that describes them."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DYNAMIC = "dynamic"
    """An object whose keys the resource does not know beforehand, such as ``config``."""
    MAP = "map"
    """An object whose values are all strings."""
    LIST = "array"
    """A list of texts."""
    LISTS = "lists"
    """An object whose values are all lists of texts."""
    OBJECTS = "objects"
    """A list of objects with known keys, described in ``Attribute.attributes``."""
    NESTED = "nested"
    """An object with known keys, described in ``Attribute.attributes``."""


class Attribute(NamedTuple):
    """One attribute of a resource, of a nested attribute or of a provider."""

    name: str
    kind: Kind
    description: str
    required: bool
    read_only: bool
    write_only: bool
    sensitive: bool
    forces_replacement: bool
    clearable: bool
    """True if the empty value clears the attribute: the API is sent null for it."""
    only_with: tuple[str, Any] | None
    """The attribute, and its value, with which alone this one counts; None if it always does."""
    requests: tuple[str, ...] | None
    """The requests that carry the value: ``create``, ``update``, ``test``. Empty if none does; None
    if the schema does not say so."""
    response: str | None
    """Where a response has the value, such as ``status.setup_state``; None if nowhere."""
    has_default: bool
    default: Any
    deprecated: bool
    attributes: dict[str, Attribute]
    """The attributes inside, for ``Kind.NESTED`` and ``Kind.OBJECTS``; otherwise empty."""
    rule: dict[str, Any]
    """The JSON Schema of the value itself, with ``enum``, ``pattern``, ``minimum`` and so on."""
    identity: str = ""
    """``required`` or ``optional`` for an import by identity; empty if the attribute is no part of
    the resource's identity."""

    @property
    def optional(self) -> bool:
        """True if the configuration may set it, but need not."""
        return not self.required and not self.read_only

    @property
    def follows_api(self) -> bool:
        """True if the API's value is taken when the configuration leaves it out."""
        return self.optional and not self.write_only and not self.has_default

    @property
    def is_read_back(self) -> bool:
        """True if a read takes the API's value over; not where the default is null."""
        return _is_read_back(self.rule)

    def spelled(self, value: Any) -> Any:
        """Return a text in the spelling of the allowed values, whatever its case and the blanks at
        its ends; or without these blanks, where it keeps the pattern only so. What is none of the
        allowed values is returned as it is.
        """
        if not isinstance(value, str):
            return value
        word, pattern = value.strip(), self.rule.get("pattern")
        if pattern and not matches(pattern, value) and matches(pattern, word):
            return word
        choices = self.rule.get("enum") or self.rule.get(IGNORING_CASE)
        if not choices or value in choices:
            return value
        by_word = {one.lower(): one for one in choices if isinstance(one, str)}
        return by_word.get(word.lower(), value)

    @property
    def ignores_case(self) -> bool:
        """True if a configured text means the same in capitals and in small letters."""
        return IGNORING_CASE in self.rule


class ResourceSchema(NamedTuple):
    """One provider, resource, data source or ephemeral resource."""

    name: str
    description: str
    attributes: dict[str, Attribute]
    document: dict[str, Any]
    """The JSON Schema itself."""

    def sent(self, request: str) -> tuple[str, ...]:
        """Return the names of the attributes that a request carries under their names; what is
        write-only goes inside another one.

        :param request: ``create``, ``update`` or ``test``
        """
        found = self.attributes.values()
        return tuple(a.name for a in found if request in (a.requests or ()) and not a.write_only)

    @property
    def settings(self) -> tuple[str, ...]:
        """The attributes that creation and update take, and that the API keeps and answers. Objects
        whose keys the resource does not know, such as ``config``, are none of them.
        """
        return tuple(name for name in self._sent_always() if self.attributes[name].response)

    @property
    def controls(self) -> tuple[str, ...]:
        """The attributes that creation and update take, and no response has: the API does not keep
        them, they only steer the request.
        """
        return tuple(name for name in self._sent_always() if not self.attributes[name].response)

    @property
    def only_created(self) -> tuple[str, ...]:
        """The attributes that creation takes and no update does."""
        return tuple(name for name in self.sent("create") if name not in self.sent("update"))

    @property
    def only_updated(self) -> tuple[str, ...]:
        """The attributes that an update takes and creation does not."""
        return tuple(name for name in self.sent("update") if name not in self.sent("create"))

    @property
    def reported(self) -> tuple[str, ...]:
        """The attributes that only the API sets, and a response has."""
        found = self.attributes.values()
        return tuple(each.name for each in found if each.read_only and each.response)

    def time_limit(self, action: str) -> str:
        """Return the duration that an operation may take if ``timeouts`` leaves it out.

        :param action: ``create``, ``update``, ``delete`` or ``invoke``
        """
        limit: str = self.attributes["timeouts"].attributes[action].rule["x-time-limit"]
        return limit

    def _sent_always(self) -> Iterator[str]:
        updated = set(self.sent("update"))
        for name in self.sent("create"):
            if name in updated and self.attributes[name].kind is not Kind.DYNAMIC:
                yield name


def names() -> list[str]:
    """Return the names of all that is described here, sorted."""
    from constructs_lib.schemas.sections import described_lists

    known = [f.removesuffix(_SUFFIX) for f in os.listdir(_FOLDER) if f.endswith(_SUFFIX)]
    return sorted([*known, *described_lists(known)])


@cache
def load(name: str) -> ResourceSchema:
    """Return the description of one provider, resource, data source or ephemeral resource.

    :param name: such as ``fivetranops_connection``, ``data.fivetranops_connection`` or
        ``ephemeral.fivetranops_connect_card``: how its address in Terraform begins
    :raises KeyError: if nothing of that name is described
    """
    path = os.path.join(_FOLDER, name + _SUFFIX)
    if os.path.isfile(path):
        with open(path, encoding="utf-8") as file:
            return described(name, json.load(file))
    if name not in names():
        raise KeyError(f"no schema named {name!r}; there are {', '.join(names())}")
    from constructs_lib.schemas.sections import list_schema

    return described(name, list_schema(name))


def described(name: str, written: dict[str, Any]) -> ResourceSchema:
    """Return the description that a JSON Schema holds.

    :param written: the JSON Schema, which may refer to those of this package
    """
    document = without_references(written, lambda other: load(other).document)
    return ResourceSchema(name, document["description"], _attributes(document), document)


def _attributes(document: dict[str, Any]) -> dict[str, Attribute]:
    required = set(document.get("required", ()))
    return {
        name: _attribute(name, rule, name in required)
        for name, rule in document.get("properties", {}).items()
    }


def _attribute(name: str, rule: dict[str, Any], required: bool) -> Attribute:
    kind = _kind(rule)
    write_only = bool(rule.get("writeOnly", False))
    return Attribute(
        name=name,
        kind=kind,
        description=_described(rule, kind),
        required=required,
        read_only=bool(rule.get("readOnly", False)),
        write_only=write_only,
        sensitive=write_only or rule.get("format") == "password",
        forces_replacement=bool(rule.get("x-forces-replacement", False)),
        clearable=bool(rule.get("x-clearable", False)),
        only_with=next(iter((rule.get("x-only-with") or {}).items()), None),
        requests=tuple(rule["x-request"]) if "x-request" in rule else None,
        response=rule.get("x-response"),
        has_default="default" in rule,
        default=rule.get("default"),
        deprecated=bool(rule.get("deprecated", False)),
        attributes=_attributes(_inside(rule, kind)),
        rule=rule,
        identity=rule.get(_IDENTITY, ""),
    )


def _described(rule: dict[str, Any], kind: Kind) -> str:
    description: str = rule.get("description", "")
    if not rule.get("x-clearable"):
        return description
    empty = "text" if kind is Kind.STRING else "map"
    return f"{description} An empty {empty} clears it: null is sent."


def _inside(rule: dict[str, Any], kind: Kind) -> dict[str, Any]:
    """Return the JSON Schema of the object whose keys are known; empty if there is none."""
    if kind is Kind.OBJECTS:
        items: dict[str, Any] = rule["items"]
        return items
    return rule if kind is Kind.NESTED else {}


_OF_VALUES = {"array": Kind.LISTS, "object": Kind.DYNAMIC}


def _kind(rule: dict[str, Any]) -> Kind:
    if rule["type"] == ["object", "string"]:
        return Kind.DYNAMIC  # An object, or its JSON text.
    if rule["type"] == "array":
        return Kind.OBJECTS if rule.get("items", {}).get("type") == "object" else Kind.LIST
    if rule["type"] != "object":
        return Kind(rule["type"])
    if "properties" in rule:
        return Kind.NESTED
    values = rule.get("additionalProperties")
    if not isinstance(values, dict):
        return Kind.DYNAMIC
    return _OF_VALUES.get(values["type"], Kind.MAP)


_ATTRIBUTES = ("connection_id", "connector_id", "id")


def is_identifier(value: object, name: str) -> TypeGuard[str]:
    """Return True if a value can be the identifier that a resource is about.

    It becomes a step of a path in requests, so ``minLength`` and ``pattern`` of its schema refuse
    what leads elsewhere, encoded or not, and what nobody can see.

    :param value: such as ``pale_hydrogen``; what is no text is no identifier
    :param name: the schema of the resource or data source, such as ``fivetranops_connection_sync``
    """
    attributes = load(name).attributes
    rule = next(attributes[each].rule for each in _ATTRIBUTES if each in attributes)
    if not isinstance(value, str) or len(value) < rule["minLength"]:
        return False
    return matches(rule["pattern"], value)
