"""What a stack author writes: one module for each construct."""

from constructs_lib.constructs.connect_card import ConnectCard, ConnectCardInstance
from constructs_lib.constructs.connection import (
    Connection,
    ConnectionInstance,
    ConnectionReference,
)
from constructs_lib.constructs.connection_data import ConnectionData, ConnectionDataInstance
from constructs_lib.constructs.connection_state import ConnectionState, ConnectionStateInstance
from constructs_lib.constructs.connection_state_data import (
    ConnectionStateData,
    ConnectionStateDataInstance,
)
from constructs_lib.constructs.connection_sync import ConnectionSync, ConnectionSyncInstance
from constructs_lib.constructs.connection_test import ConnectionTest, ConnectionTestInstance
from constructs_lib.constructs.connections_data import ConnectionsData, ConnectionsDataInstance
from constructs_lib.constructs.connector_data import ConnectorData, ConnectorDataInstance
from constructs_lib.constructs.connector_status import ConnectorStatus, ConnectorStatusInstance
from constructs_lib.constructs.elastic_provider import ElasticProvider
from constructs_lib.constructs.ephemeral_connect_card import (
    EphemeralConnectCard,
    EphemeralConnectCardInstance,
)
from constructs_lib.constructs.fivetran_provider import FivetranProvider
from constructs_lib.constructs.lifecycle import Lifecycle

__all__ = [
    "ConnectCard",
    "ConnectCardInstance",
    "Connection",
    "ConnectionData",
    "ConnectionDataInstance",
    "ConnectionInstance",
    "ConnectionReference",
    "ConnectionState",
    "ConnectionStateData",
    "ConnectionStateDataInstance",
    "ConnectionStateInstance",
    "ConnectionSync",
    "ConnectionSyncInstance",
    "ConnectionTest",
    "ConnectionTestInstance",
    "ConnectionsData",
    "ConnectionsDataInstance",
    "ConnectorData",
    "ConnectorDataInstance",
    "ConnectorStatus",
    "ConnectorStatusInstance",
    "ElasticProvider",
    "EphemeralConnectCard",
    "EphemeralConnectCardInstance",
    "FivetranProvider",
    "Lifecycle",
]
