"""How a provider describes its resources, and functions."""

from __future__ import annotations

from constructs_lib.backend.plugin.protobuf import EnumNumber, Message, field


class StringKind:
    """How a description is written."""

    PLAIN = 0
    MARKDOWN = 1


class Schema(Message):
    """The schema of a provider, a resource, a data source or an ephemeral resource."""

    class Block(Message):
        """Attributes and blocks, on the outermost level or in a nested block."""

        version: int = field(1)
        attributes: list[Schema.Attribute] = field(2)
        block_types: list[Schema.NestedBlock] = field(3)
        description: str = field(4)
        description_kind: EnumNumber = field(5)
        """A constant of :class:`StringKind`."""
        deprecated: bool = field(6)

    class Attribute(Message):
        """An attribute, with either a type or a nested type."""

        name: str = field(1)
        type: bytes = field(2)
        """As JSON, such as ``["list","string"]``."""
        description: str = field(3)
        required: bool = field(4)
        optional: bool = field(5)
        computed: bool = field(6)
        sensitive: bool = field(7)
        description_kind: EnumNumber = field(8)
        """A constant of :class:`StringKind`."""
        deprecated: bool = field(9)
        nested_type: Schema.Object = field(10)
        write_only: bool = field(11)

    class NestedBlock(Message):
        """A block in a block."""

        INVALID = 0
        SINGLE = 1
        LIST = 2
        SET = 3
        MAP = 4
        GROUP = 5

        type_name: str = field(1)
        block: Schema.Block = field(2)
        nesting: EnumNumber = field(3)
        """One of the constants of the class."""
        min_items: int = field(4)
        max_items: int = field(5)

    class Object(Message):
        """The nested type of an attribute: an object, or several."""

        INVALID = 0
        SINGLE = 1
        LIST = 2
        SET = 3
        MAP = 4

        attributes: list[Schema.Attribute] = field(1)
        nesting: EnumNumber = field(3)
        """One of the constants of the class."""
        min_items: int = field(4)
        max_items: int = field(5)

    version: int = field(1)
    block: Schema.Block = field(2)


class Function(Message):
    """A function that a provider offers; ours offer none."""

    class Parameter(Message):
        """A parameter of a function."""

        name: str = field(1)
        type: bytes = field(2)
        allow_null_value: bool = field(3)
        allow_unknown_values: bool = field(4)
        description: str = field(5)
        description_kind: EnumNumber = field(6)

    class Return(Message):
        """What a function returns."""

        type: bytes = field(1)

    parameters: list[Function.Parameter] = field(1)
    variadic_parameter: Function.Parameter = field(2)
    return_: Function.Return = field(3)
    """Named ``return`` in the protocol, which is a word of Python's own."""
    summary: str = field(4)
    description: str = field(5)
    description_kind: EnumNumber = field(6)
    deprecation_message: str = field(7)
