"""What the messages of many calls hold: values, diagnostics, paths, capabilities and schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.backend.plugin.protocol.protobuf import EnumNumber, Int32, Message, field

if TYPE_CHECKING:
    from datetime import datetime, tzinfo


class DynamicValue(Message):
    """A value in one of two encodings; Terraform itself sends MessagePack."""

    msgpack: bytes = field(1)
    json: bytes = field(2)


class RawState(Message):
    """A state as a state file has it: JSON, or texts by path as before Terraform 0.12."""

    json: bytes = field(1)
    flatmap: dict[str, str] = field(2)


class AttributePath(Message):
    """The way to a value, step by step from the outermost object."""

    class Step(Message):
        """Into an attribute, or an element of a map or a list."""

        attribute_name: str = field(1, oneof="selector")
        element_key_string: str = field(2, oneof="selector")
        element_key_int: int = field(3, oneof="selector")

    steps: list[AttributePath.Step] = field(1)


class Diagnostic(Message):
    """An error or a warning."""

    INVALID = 0
    ERROR = 1
    WARNING = 2

    severity: EnumNumber = field(1)
    """:data:`ERROR` or :data:`WARNING`."""
    summary: str = field(2)
    detail: str = field(3)
    attribute: AttributePath = field(4)


class ServerCapabilities(Message):
    """The optional abilities of a provider."""

    plan_destroy: bool = field(1)
    get_provider_schema_optional: bool = field(2)
    move_resource_state: bool = field(3)


class ClientCapabilities(Message):
    """The optional abilities of a Terraform."""

    deferral_allowed: bool = field(1)
    write_only_attributes_allowed: bool = field(2)


class Deferred(Message):
    """The reason why a call could not be answered yet."""

    UNKNOWN = 0
    RESOURCE_CONFIG_UNKNOWN = 1
    PROVIDER_CONFIG_UNKNOWN = 2
    ABSENT_PREREQ = 3

    reason: EnumNumber = field(1)
    """One of the constants of the class."""


class Timestamp(Message):
    """A moment, as seconds and nanoseconds since 1970 in UTC: ``google.protobuf.Timestamp``.

    Source: https://protobuf.dev/reference/protobuf/google.protobuf/#timestamp.
    """

    seconds: int = field(1)
    nanos: Int32 = field(2)

    def FromDatetime(self, moment: datetime) -> None:
        """Take a time; without a time zone it is UTC."""
        from datetime import timezone

        aware = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
        passed = aware - _epoch(timezone.utc)
        self.seconds = passed.days * 86400 + passed.seconds
        self.nanos = passed.microseconds * 1000

    def ToDatetime(self, tzinfo: tzinfo) -> datetime:
        """Return the time in a time zone, in whole microseconds.

        :raises OverflowError: if it is before the year 1 or after the year 9999
        """
        from datetime import timedelta, timezone

        passed = timedelta(seconds=self.seconds, microseconds=self.nanos // 1000)
        return (_epoch(timezone.utc) + passed).astimezone(tzinfo)


def _epoch(zone: tzinfo) -> datetime:
    from datetime import datetime

    return datetime(1970, 1, 1, tzinfo=zone)


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
