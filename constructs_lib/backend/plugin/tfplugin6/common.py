"""What the messages of many calls hold: values, states, diagnostics, paths, capabilities and
moments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.backend.plugin.protobuf import EnumNumber, Int32, Message, field

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
    """What a provider can do besides."""

    plan_destroy: bool = field(1)
    get_provider_schema_optional: bool = field(2)
    move_resource_state: bool = field(3)


class ClientCapabilities(Message):
    """What a Terraform can do besides."""

    deferral_allowed: bool = field(1)
    write_only_attributes_allowed: bool = field(2)


class Deferred(Message):
    """That, and why, a call could not be answered yet."""

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
        """Takes a moment; without a time zone it is one of UTC."""
        from datetime import timezone

        aware = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
        passed = aware - _epoch(timezone.utc)
        self.seconds = passed.days * 86400 + passed.seconds
        self.nanos = passed.microseconds * 1000

    def ToDatetime(self, tzinfo: tzinfo) -> datetime:
        """The moment in a time zone, in whole microseconds.

        :raises OverflowError: if it is before the year 1 or after the year 9999
        """
        from datetime import timedelta, timezone

        passed = timedelta(seconds=self.seconds, microseconds=self.nanos // 1000)
        return (_epoch(timezone.utc) + passed).astimezone(tzinfo)


def _epoch(zone: tzinfo) -> datetime:
    from datetime import datetime

    return datetime(1970, 1, 1, tzinfo=zone)
