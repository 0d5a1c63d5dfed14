"""Conversion between messages and Python: schemas, values, private state, diagnostics and paths.

The Terraform schema of a resource or provider is made from its JSON Schema.

Source: Terraform plugin protocol 6, ``Schema``, ``DynamicValue``, ``Diagnostic`` and
``AttributePath``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, Final

from constructs_lib.backend.plugin.diagnostics import Diagnostic, Diagnostics, Path
from constructs_lib.backend.plugin.protocol import messages as pb
from constructs_lib.backend.plugin.values import types
from constructs_lib.backend.plugin.values.types import Type
from constructs_lib.backend.plugin.values.value import CodecError, LimitError, Object
from constructs_lib.schemas import Attribute, Kind, ResourceSchema
from constructs_lib.schemas.redaction import escape_controls, escape_controls_in_line

Attributes = Mapping[str, Attribute]
_NULLS: Final = (b"", b"\xc0")
"""What MessagePack has for null, and a message without a value."""


def is_null(message: pb.DynamicValue) -> bool:
    """Return True if a message holds null, or nothing."""
    is_json = message.json and not message.msgpack
    return message.json == b"null" if is_json else message.msgpack in _NULLS


def write_state(state: Object | None, type_: Type, diagnostics: Diagnostics) -> bytes:
    """Return the bytes of a state. An attribute that is not of its type becomes null, with an
    error: losing one attribute is better than losing the whole state.
    """
    from constructs_lib.backend.plugin.values.encoding import encode

    try:
        return encode(state, type_)
    except (CodecError, ValueError):
        return encode(_without_invalid_values(state or {}, type_, diagnostics), type_)


def read_private(data: bytes) -> dict[str, Any]:
    """Return the private state, empty if there is none or if it is not ours."""
    try:
        private = json.loads(data) if data else {}
    except (ValueError, RecursionError):
        return {}
    return private if isinstance(private, dict) else {}


def write_private(private: dict[str, Any]) -> bytes:
    """Return the bytes of a private state; none if it is empty.

    :raises TypeError: if JSON cannot hold it
    """
    return json.dumps(private, sort_keys=True, separators=(",", ":")).encode() if private else b""


def write_diagnostics(all_: Iterable[Diagnostic], attributes: Attributes) -> list[pb.Diagnostic]:
    """Return diagnostics as messages; ``attributes`` tells what the steps of their paths are."""
    return [_write_diagnostic(diagnostic, attributes) for diagnostic in all_]


def write_path(path: Path, attributes: Attributes) -> pb.AttributePath:
    """Return a path as a message: names of attributes and of the parts of dynamic objects are
    attribute names; what is inside a map or a list is an element key.
    """
    steps: list[pb.AttributePath.Step] = []
    in_map = False
    for step in path:
        steps.append(_write_step(step, in_map=in_map))
        attribute = attributes.get(step) if isinstance(step, str) else None
        attributes = attribute.attributes if attribute is not None else {}
        in_map = attribute is not None and attribute.kind in (Kind.MAP, Kind.LISTS)
    return pb.AttributePath(steps=steps)


def read_path(path: pb.AttributePath) -> Path:
    """Return the path of a message."""
    return tuple(
        getattr(step, step.WhichOneof("selector") or "attribute_name") for step in path.steps
    )


def _without_invalid_values(state: Object, type_: Type, diagnostics: Diagnostics) -> Object:
    fitting: Object = {}
    from constructs_lib.backend.plugin.values.encoding import encode

    for name, inner in type_.attributes.items():
        try:
            encode(state.get(name), inner)
            fitting[name] = state.get(name)
        except LimitError as error:
            detail = f"{error}. The state has null in its place."
            diagnostics.error(f"Value of {name} beyond the limits", detail, (name,))
        except ValueError:
            detail = f"The value is not of the type {inner.kind}, so the state has null. "
            detail += "This is a bug in the provider; please report it."
            diagnostics.error(f"Wrong type of {name}", detail, (name,))
    return fitting


def _write_diagnostic(diagnostic: Diagnostic, attributes: Attributes) -> pb.Diagnostic:
    severity = pb.Diagnostic.ERROR if diagnostic.is_error else pb.Diagnostic.WARNING
    message = pb.Diagnostic(
        severity=severity,
        summary=printable(diagnostic.summary),
        detail=printable(diagnostic.detail),
    )
    if diagnostic.path and not _is_secret(attributes.get(str(diagnostic.path[0]))):
        # A path that cannot be written must not lose the response, which may hold a state.
        with suppress(TypeError, ValueError, AttributeError):
            message.attribute = write_path(diagnostic.path, attributes)
    return message


def _is_secret(attribute: Attribute | None) -> bool:
    """Return True for an attribute that holds secrets: Terraform 1.15 shows the very line of the
    configuration that a path leads to, and a secret may stand in it.
    """
    return attribute is not None and (attribute.sensitive or attribute.write_only)


def _without_surrogates(text: str) -> str:
    # An API may answer half of a surrogate pair, which a message cannot carry.
    return text.encode(errors="replace").decode()


def printable(text: str) -> str:
    """Return a text without what would change a terminal, to which Terraform writes it."""
    return _without_surrogates(escape_controls(text))


def printable_line(text: str) -> str:
    """Return a text of one line that changes no terminal."""
    return _without_surrogates(escape_controls_in_line(text))


def _write_step(step: str | int, *, in_map: bool) -> pb.AttributePath.Step:
    if isinstance(step, int):
        return pb.AttributePath.Step(element_key_int=step)
    if in_map:
        return pb.AttributePath.Step(element_key_string=_without_surrogates(step))
    return pb.AttributePath.Step(attribute_name=_without_surrogates(step))


_TYPES: Final = {
    Kind.STRING: types.STRING,
    Kind.INTEGER: types.NUMBER,
    Kind.NUMBER: types.NUMBER,
    Kind.BOOLEAN: types.BOOL,
    Kind.DYNAMIC: types.DYNAMIC,
    Kind.MAP: types.map_of(types.STRING),
    Kind.LIST: types.list_of(types.STRING),
    Kind.LISTS: types.map_of(types.list_of(types.STRING)),
}


_MADE: dict[int, tuple[dict[str, Attribute], Type]] = {}
"""The types that were made, with what they were made of; schemas never change."""


def object_type(attributes: dict[str, Attribute]) -> Type:
    """Return the type of the object that these attributes make up."""
    made = _MADE.get(id(attributes))
    if made is None:
        # In the order in which Terraform writes them.
        type_ = types.object_of({name: type_of(attributes[name]) for name in sorted(attributes)})
        made = _MADE[id(attributes)] = (attributes, type_)
    return made[1]


_IDENTITIES: dict[int, tuple[dict[str, Attribute], dict[str, Attribute]]] = {}
"""The attributes of identities, with those of the resources that they were found in."""


def identity_attributes(attributes: dict[str, Attribute]) -> dict[str, Attribute]:
    """Return the attributes that make up the identity of a resource; none if it has none."""
    found = _IDENTITIES.get(id(attributes))
    if found is None:
        marked = {name: inner for name, inner in attributes.items() if inner.identity}
        found = _IDENTITIES[id(attributes)] = (attributes, marked)
    return found[1]


def identity_schema(attributes: dict[str, Attribute], version: int) -> pb.ResourceIdentitySchema:
    """Return the schema of an identity.

    :param attributes: those that make it up
    """
    schema = pb.ResourceIdentitySchema(version=version)
    for attribute in attributes.values():
        described = pb.ResourceIdentitySchema.IdentityAttribute(
            name=attribute.name,
            type=types.dump_type(type_of(attribute)),
            required_for_import=attribute.identity == "required",
            optional_for_import=attribute.identity == "optional",
            description=attribute.description,
        )
        schema.identity_attributes.append(described)
    return schema


def type_of(attribute: Attribute) -> Type:
    """Return the Terraform type of an attribute."""
    if attribute.kind is Kind.NESTED:
        return object_type(attribute.attributes)
    if attribute.kind is Kind.OBJECTS:
        return types.list_of(object_type(attribute.attributes))
    return _TYPES[attribute.kind]


def resource_schema(schema: ResourceSchema, version: int = 0) -> pb.Schema:
    """Return the schema of a resource: what is left out may be filled in by the provider."""
    return _schema(schema, version, computed=True)


def config_schema(schema: ResourceSchema) -> pb.Schema:
    """Return the schema of the configuration of a provider, a list or an action: nothing in it is
    computed.
    """
    return _schema(schema, 0, computed=False)


def _schema(schema: ResourceSchema, version: int, *, computed: bool) -> pb.Schema:
    block = pb.Schema.Block(description=schema.description)
    for attribute in schema.attributes.values():
        described = _attribute(attribute)
        described.computed = attribute.read_only or (
            computed and attribute.optional and not attribute.write_only
        )
        block.attributes.append(described)
    return pb.Schema(version=version, block=block)


def _attribute(attribute: Attribute) -> pb.Schema.Attribute:
    """Describe an attribute, apart from whether the provider may fill it in."""
    described = pb.Schema.Attribute(
        name=attribute.name,
        description=attribute.description,
        required=attribute.required,
        optional=attribute.optional,
        computed=attribute.read_only,
        sensitive=attribute.sensitive,
        deprecated=attribute.deprecated,
        write_only=attribute.write_only,
    )
    if attribute.attributes:
        is_list = attribute.kind is Kind.OBJECTS
        nesting = pb.Schema.Object.LIST if is_list else pb.Schema.Object.SINGLE
        described.nested_type.nesting = nesting
        described.nested_type.attributes.extend(map(_attribute, attribute.attributes.values()))
    else:
        described.type = types.dump_type(type_of(attribute))
    return described
