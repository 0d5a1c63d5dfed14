"""What a stack author writes: one module for each construct."""

from constructs_lib.constructs.base.data_source import ActionInstance
from constructs_lib.constructs.base.meta_arguments import ActionTrigger, Lifecycle
from constructs_lib.constructs.elastic.connector_status import (
    ConnectorData,
    ConnectorDataInstance,
    ConnectorStatus,
    ConnectorStatusInstance,
    ConnectorSyncJobAction,
)
from constructs_lib.constructs.elastic.provider import ElasticProvider
from constructs_lib.constructs.fivetran.actions import (
    ConnectionPauseAction,
    ConnectionResyncAction,
    ConnectionSyncAction,
    ConnectionTestAction,
)
from constructs_lib.constructs.fivetran.connect_card import (
    ConnectCard,
    ConnectCardInstance,
    EphemeralConnectCard,
    EphemeralConnectCardInstance,
)
from constructs_lib.constructs.fivetran.connection import (
    Connection,
    ConnectionInstance,
    ConnectionReference,
)
from constructs_lib.constructs.fivetran.connection_certificates import (
    ConnectionCertificates,
    ConnectionCertificatesInstance,
)
from constructs_lib.constructs.fivetran.connection_data import (
    ConnectionData,
    ConnectionDataInstance,
    ConnectionsData,
    ConnectionsDataInstance,
)
from constructs_lib.constructs.fivetran.connection_fingerprints import (
    ConnectionFingerprints,
    ConnectionFingerprintsInstance,
)
from constructs_lib.constructs.fivetran.connection_schema import (
    ConnectionSchema,
    ConnectionSchemaInstance,
)
from constructs_lib.constructs.fivetran.connection_state import (
    ConnectionState,
    ConnectionStateData,
    ConnectionStateDataInstance,
    ConnectionStateInstance,
)
from constructs_lib.constructs.fivetran.connection_sync import (
    ConnectionSync,
    ConnectionSyncInstance,
)
from constructs_lib.constructs.fivetran.connection_test import (
    ConnectionTest,
    ConnectionTestInstance,
)
from constructs_lib.constructs.fivetran.provider import FivetranProvider

__all__ = [
    "ActionInstance",
    "ActionTrigger",
    "ConnectCard",
    "ConnectCardInstance",
    "Connection",
    "ConnectionCertificates",
    "ConnectionCertificatesInstance",
    "ConnectionData",
    "ConnectionDataInstance",
    "ConnectionFingerprints",
    "ConnectionFingerprintsInstance",
    "ConnectionInstance",
    "ConnectionPauseAction",
    "ConnectionReference",
    "ConnectionResyncAction",
    "ConnectionSchema",
    "ConnectionSchemaInstance",
    "ConnectionState",
    "ConnectionStateData",
    "ConnectionStateDataInstance",
    "ConnectionStateInstance",
    "ConnectionSync",
    "ConnectionSyncAction",
    "ConnectionSyncInstance",
    "ConnectionTest",
    "ConnectionTestAction",
    "ConnectionTestInstance",
    "ConnectionsData",
    "ConnectionsDataInstance",
    "ConnectorData",
    "ConnectorDataInstance",
    "ConnectorStatus",
    "ConnectorStatusInstance",
    "ConnectorSyncJobAction",
    "ElasticProvider",
    "EphemeralConnectCard",
    "EphemeralConnectCardInstance",
    "FivetranProvider",
    "Lifecycle",
]
