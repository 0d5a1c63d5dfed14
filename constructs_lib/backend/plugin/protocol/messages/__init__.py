"""The messages of the Terraform plugin protocol 6, in its level 6.8, as far as they are needed.

The names and numbers are Terraform's; what a Terraform of another level sends besides is skipped.
CallFunction is missing, as this package offers no functions. The services of go-plugin need no
messages: Shutdown's are empty, which is zero bytes, and the stdio stream sends none.

The messages about data sources and ephemeral resources are loaded when the first of them is asked
for, as most processes need none.

Source: ``docs/plugin-protocol/tfplugin6.proto`` of Terraform. The tests compare each field with it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from constructs_lib.backend.plugin.protocol.messages.parts import (
    AttributePath,
    ClientCapabilities,
    Deferred,
    Diagnostic,
    DynamicValue,
    Function,
    RawState,
    Schema,
    ServerCapabilities,
    StringKind,
    Timestamp,
)
from constructs_lib.backend.plugin.protocol.messages.resources import (
    ApplyResourceChange,
    ConfigureProvider,
    GetFunctions,
    GetMetadata,
    GetProviderSchema,
    ImportResourceState,
    MoveResourceState,
    PlanResourceChange,
    ReadResource,
    StopProvider,
    UpgradeResourceState,
    ValidateProviderConfig,
    ValidateResourceConfig,
)

if TYPE_CHECKING:
    from constructs_lib.backend.plugin.protocol.messages.data_and_ephemeral import (
        CloseEphemeralResource,
        OpenEphemeralResource,
        ReadDataSource,
        RenewEphemeralResource,
        ValidateDataResourceConfig,
        ValidateEphemeralResourceConfig,
    )

__all__ = [
    "ApplyResourceChange",
    "AttributePath",
    "ClientCapabilities",
    "CloseEphemeralResource",
    "ConfigureProvider",
    "Deferred",
    "Diagnostic",
    "DynamicValue",
    "Function",
    "GetFunctions",
    "GetMetadata",
    "GetProviderSchema",
    "ImportResourceState",
    "MoveResourceState",
    "OpenEphemeralResource",
    "PlanResourceChange",
    "RawState",
    "ReadDataSource",
    "ReadResource",
    "RenewEphemeralResource",
    "Schema",
    "ServerCapabilities",
    "StopProvider",
    "StringKind",
    "Timestamp",
    "UpgradeResourceState",
    "ValidateDataResourceConfig",
    "ValidateEphemeralResourceConfig",
    "ValidateProviderConfig",
    "ValidateResourceConfig",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(
        import_module("constructs_lib.backend.plugin.protocol.messages.data_and_ephemeral"), name
    )
