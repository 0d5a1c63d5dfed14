"""The Terraform schema of a resource or provider, made from its JSON Schema.

Source: Terraform plugin protocol 6, ``Schema``.
"""

from __future__ import annotations

from typing import Final

from constructs_lib.backend.plugin.protocol import messages as pb
from constructs_lib.backend.plugin.values import types
from constructs_lib.backend.plugin.values.types import Type
from constructs_lib.schemas import Attribute, Kind, ResourceSchema

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
        type_ = types.object_of({name: type_of(inner) for name, inner in attributes.items()})
        made = _MADE[id(attributes)] = (attributes, type_)
    return made[1]


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


def provider_schema(schema: ResourceSchema) -> pb.Schema:
    """Return the schema of a provider's configuration: nothing in it is computed."""
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
