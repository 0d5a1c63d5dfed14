"""The typed settings of an environment, after its files were read, merged and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from constructs_lib.adopt.description import Variable as Variable
from constructs_lib.validation import FilePlace, Finding


@dataclass(frozen=True)
class Backend:
    """Where Terraform keeps the state of this environment."""

    type: str
    """Terraform's name of the backend, such as ``local`` or ``s3``."""
    settings: dict[str, Any] = field(default_factory=dict)
    """The settings of that backend, by Terraform's names."""


@dataclass(frozen=True)
class ManagedState:
    """The state (cursor) to set for a connection."""

    parameters: dict[str, Any]
    """Keyword arguments of the ``ConnectionState`` construct, all but ``connection_id``."""
    place: FilePlace
    """Where it is written."""


@dataclass(frozen=True)
class ConnectionSettings:
    """One connection of an environment."""

    name: str
    """The key in the file, and the id of the construct."""
    parameters: dict[str, Any]
    """Keyword arguments of the ``Connection`` construct, the defaults of the environment
    included; secrets are ``Variable`` leaves."""
    managed_state: ManagedState | None
    protect: bool
    """True if Terraform must refuse to destroy or replace the connection."""
    place: FilePlace
    """Where the connection is written."""
    protect_place: FilePlace | None = None
    """Where ``protect`` is written, possibly among the defaults; None without one."""


@dataclass(frozen=True)
class ConnectorStatusSettings:
    """The status of one Elastic connector of an environment."""

    name: str
    """The key in the file, and the id of the construct."""
    parameters: dict[str, Any]
    """Keyword arguments of the ``ConnectorStatus`` construct."""


@dataclass(frozen=True)
class ConnectionActionSettings:
    """What belongs to one connection, such as setup tests or a sync: an entry of a section."""

    name: str
    """The key in the file, and the id of the construct."""
    connection: str | None
    """The name of the connection in the file; None if its identifier is given instead."""
    parameters: dict[str, Any]
    """Keyword arguments of the construct, such as ``ConnectionSync``, all but ``connection``."""

    @property
    def subject(self) -> tuple[str | None, Any]:
        """What tells the connection from others."""
        return (self.connection, self.parameters.get("connection_id"))


@dataclass(frozen=True)
class Environment:
    """One environment: the settings of one stack."""

    name: str
    """Name of the environment and of its file, such as ``sandbox``."""
    provider: dict[str, Any]
    """Keyword arguments of the ``FivetranProvider`` construct; a credential among them is a
    ``Variable``."""
    backend: Backend
    connections: tuple[ConnectionSettings, ...]
    variables: tuple[str, ...]
    """The names of the variables that must have a value, sorted, each once."""
    warnings: tuple[Finding, ...] = ()
    """What is suspicious in the files of this environment, but not an error."""
    elastic: dict[str, Any] | None = None
    """Keyword arguments of the ``ElasticProvider`` construct, as in ``provider``; None if the
    environment does not use Elastic."""
    connector_statuses: tuple[ConnectorStatusSettings, ...] = ()
    sections: Mapping[str, tuple[ConnectionActionSettings, ...]] = field(default_factory=dict)
    """What belongs to connections, by the name of the section, such as ``connection_tests``."""
    keeping_variables: tuple[str, ...] = ()
    """The names of the variables that need no value, because Fivetran then keeps all their secrets;
    sorted, each once."""
    removed: tuple[str, ...] = ()
    """The addresses that Terraform only forgets: their objects stay."""
    is_checked: bool = False
    """True if the parameters of all constructs were checked where they were read."""
