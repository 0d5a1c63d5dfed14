"""What a stack author writes: one module for each construct."""

from constructs_lib.constructs.connection import (
    Connection,
    ConnectionInstance,
    ConnectionReference,
)
from constructs_lib.constructs.connection_state import ConnectionState, ConnectionStateInstance
from constructs_lib.constructs.connector_status import ConnectorStatus, ConnectorStatusInstance
from constructs_lib.constructs.elastic_provider import ElasticProvider
from constructs_lib.constructs.fivetran_provider import FivetranProvider
from constructs_lib.constructs.lifecycle import Lifecycle

__all__ = [
    "Connection",
    "ConnectionInstance",
    "ConnectionReference",
    "ConnectionState",
    "ConnectionStateInstance",
    "ConnectorStatus",
    "ConnectorStatusInstance",
    "ElasticProvider",
    "FivetranProvider",
    "Lifecycle",
]
