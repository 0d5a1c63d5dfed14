"""Connections as code: constructs of the CDK for Terraform over Fivetran and Elastic.

The public surface is what ``__all__`` names; it is imported on first use. Terraform starts the
provider out of this package, too, and that must not start the Node process of the CDK.
"""

from __future__ import annotations

from constructs_lib.version import __version__

TYPE_CHECKING = False  # ``typing`` would take a fifth of the start of a provider's process.
if TYPE_CHECKING:
    from constructs_lib.constructs import (
        ActionTrigger,
        ConnectCard,
        Connection,
        ConnectionCertificates,
        ConnectionData,
        ConnectionFingerprints,
        ConnectionPauseAction,
        ConnectionReference,
        ConnectionResyncAction,
        ConnectionSchema,
        ConnectionsData,
        ConnectionState,
        ConnectionStateData,
        ConnectionSync,
        ConnectionSyncAction,
        ConnectionTest,
        ConnectionTestAction,
        ConnectorData,
        ConnectorStatus,
        ConnectorSyncJobAction,
        ElasticProvider,
        EphemeralConnectCard,
        FivetranProvider,
        Lifecycle,
    )

__all__ = [
    "ActionTrigger",
    "ConnectCard",
    "Connection",
    "ConnectionCertificates",
    "ConnectionData",
    "ConnectionFingerprints",
    "ConnectionPauseAction",
    "ConnectionReference",
    "ConnectionResyncAction",
    "ConnectionSchema",
    "ConnectionState",
    "ConnectionStateData",
    "ConnectionSync",
    "ConnectionSyncAction",
    "ConnectionTest",
    "ConnectionTestAction",
    "ConnectionsData",
    "ConnectorData",
    "ConnectorStatus",
    "ConnectorSyncJobAction",
    "ElasticProvider",
    "EphemeralConnectCard",
    "FivetranProvider",
    "Lifecycle",
    "__version__",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module("constructs_lib.constructs"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
