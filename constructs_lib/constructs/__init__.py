"""What a stack author writes: one module for each construct."""

from constructs_lib.constructs.connection import (
    Connection,
    ConnectionInstance,
    ConnectionReference,
)
from constructs_lib.constructs.connection_state import ConnectionState, ConnectionStateInstance
from constructs_lib.constructs.lifecycle import Lifecycle
from constructs_lib.constructs.provider import FivetranProvider

__all__ = [
    "Connection",
    "ConnectionInstance",
    "ConnectionReference",
    "ConnectionState",
    "ConnectionStateInstance",
    "FivetranProvider",
    "Lifecycle",
]
