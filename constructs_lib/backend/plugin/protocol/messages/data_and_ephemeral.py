"""The messages of the calls about data sources and ephemeral resources."""

from __future__ import annotations

from constructs_lib.backend.plugin.protocol.messages.parts import (
    ClientCapabilities,
    Deferred,
    Diagnostic,
    DynamicValue,
    Timestamp,
)
from constructs_lib.backend.plugin.protocol.protobuf import Message, field


class ValidateDataResourceConfig:
    """Asks whether a configuration of a data source is right."""

    class Request(Message):
        """The configuration."""

        type_name: str = field(1)
        config: DynamicValue = field(2)

    class Response(Message):
        """What is wrong with it."""

        diagnostics: list[Diagnostic] = field(1)


class ReadDataSource:
    """Asks a data source."""

    class Request(Message):
        """The configuration."""

        type_name: str = field(1)
        config: DynamicValue = field(2)
        provider_meta: DynamicValue = field(3)
        client_capabilities: ClientCapabilities = field(4)

    class Response(Message):
        """What it says."""

        state: DynamicValue = field(1)
        diagnostics: list[Diagnostic] = field(2)
        deferred: Deferred = field(3)


class ValidateEphemeralResourceConfig:
    """Asks whether a configuration of an ephemeral resource is right."""

    class Request(Message):
        """The configuration."""

        type_name: str = field(1)
        config: DynamicValue = field(2)

    class Response(Message):
        """What is wrong with it."""

        diagnostics: list[Diagnostic] = field(1)


class OpenEphemeralResource:
    """Opens an ephemeral resource."""

    class Request(Message):
        """The configuration."""

        type_name: str = field(1)
        config: DynamicValue = field(2)
        client_capabilities: ClientCapabilities = field(3)

    class Response(Message):
        """What it holds, and until when."""

        diagnostics: list[Diagnostic] = field(1)
        renew_at: Timestamp = field(2)
        result: DynamicValue = field(3)
        private: bytes = field(4, optional=True)
        deferred: Deferred = field(5)


class RenewEphemeralResource:
    """Keeps an ephemeral resource open."""

    class Request(Message):
        """What was noted when it was opened."""

        type_name: str = field(1)
        private: bytes = field(2, optional=True)

    class Response(Message):
        """Until when."""

        diagnostics: list[Diagnostic] = field(1)
        renew_at: Timestamp = field(2)
        private: bytes = field(3, optional=True)


class CloseEphemeralResource:
    """Closes an ephemeral resource."""

    class Request(Message):
        """What was noted when it was opened."""

        type_name: str = field(1)
        private: bytes = field(2, optional=True)

    class Response(Message):
        """Why it failed."""

        diagnostics: list[Diagnostic] = field(1)
