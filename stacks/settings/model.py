"""The typed settings of an environment, after its files were read, merged and checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from constructs_lib.adopt.description import Variable as Variable
from constructs_lib.validation import FilePlace, Finding
from constructs_lib.validation.environment_schema import CARDS as CARDS
from constructs_lib.validation.environment_schema import CERTIFICATES as CERTIFICATES
from constructs_lib.validation.environment_schema import FINGERPRINTS as FINGERPRINTS
from constructs_lib.validation.environment_schema import SCHEMAS as SCHEMAS
from constructs_lib.validation.environment_schema import SECTIONS as SECTIONS
from constructs_lib.validation.environment_schema import SYNCS as SYNCS
from constructs_lib.validation.environment_schema import TESTS as TESTS


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
    """What belongs to one connection: setup tests, a sync, a connect card, what it trusts, or its
    schema configuration.
    """

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
    connection_certificates: tuple[ConnectionActionSettings, ...] = ()
    connection_fingerprints: tuple[ConnectionActionSettings, ...] = ()
    connection_schemas: tuple[ConnectionActionSettings, ...] = ()
    connection_tests: tuple[ConnectionActionSettings, ...] = ()
    connection_syncs: tuple[ConnectionActionSettings, ...] = ()
    connect_cards: tuple[ConnectionActionSettings, ...] = ()
    keeping_variables: tuple[str, ...] = ()
    """The names of the variables that need no value, because Fivetran then keeps all their secrets;
    sorted, each once."""
    removed: tuple[str, ...] = ()
    """The addresses that Terraform only forgets: their objects stay."""
    is_checked: bool = False
    """True if the parameters of all constructs were checked where they were read."""
