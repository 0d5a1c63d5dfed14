"""The stack of one environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from constructs_lib import (
    ConnectCard,
    Connection,
    ConnectionState,
    ConnectionSync,
    ConnectionTest,
    ConnectorStatus,
    ElasticProvider,
    FivetranProvider,
    Lifecycle,
)
from constructs_lib.toolkit import (
    Construct,
    Fn,
    LocalBackend,
    TerraformOutput,
    TerraformStack,
    TerraformVariable,
    Token,
)
from stacks.backend import Backend
from stacks.kept_secrets import with_kept_secrets
from stacks.settings import (
    ConnectionActionSettings,
    ConnectionSettings,
    ConnectorStatusSettings,
    Environment,
    Variable,
)


class EnvironmentStack(TerraformStack):
    """The connections of one environment, their states and connect cards, statuses of connectors,
    and what they need.

    In Terraform a connection is ``fivetranops_connection.<name>``, its state
    ``fivetranops_connection_state.<name>``, setup tests ``fivetranops_connection_test.<name>``, a
    sync ``fivetranops_connection_sync.<name>``, a connect card ``fivetranops_connect_card.<name>``,
    and the status of an Elastic connector ``elasticops_connector_status.<name>``. Each connection
    has the output ``<name>_id``, each state ``<name>_state_before``, and each status
    ``<name>_status_before``: what was there before it was last set, as JSON. The output of a
    connect card, ``<name>_connect_card_uri``, is sensitive.
    """

    def __init__(self, scope: Construct, id_: str, *, settings: Environment) -> None:
        """Describe the stack.

        :param scope: the app
        :param id_: name of the stack
        :param settings: all that differs between the environments
        """
        super().__init__(scope, id_)
        # Connections have names in small letters, so that none of them meets these scopes.
        # The id Default stays out of the address: a state is named as its connection.
        self._states = Construct(self, "Default")
        # A level deeper, because a status may have the name of a state.
        self._statuses = Construct(self._states, "Default")
        self._tests = Construct(self._statuses, "Default")
        self._syncs = Construct(self._tests, "Default")
        self._cards = Construct(self._syncs, "Default")
        self._connections: dict[str, Connection] = {}
        self._outputs = Construct(self, "Outputs")
        self._variables = self._declare(settings)
        self._choose_backend(settings)
        FivetranProvider(self, "Fivetran", **self._resolved(settings.provider))
        for connection in settings.connections:
            self._add(connection)
        self._add_actions(settings.connection_tests, settings.connection_syncs)
        for card in settings.connect_cards:
            self._add_card(card)
        if settings.elastic is not None:
            ElasticProvider(self, "Elastic", **self._resolved(settings.elastic))
        for status in settings.connector_statuses:
            self._add_status(status)

    def _declare(self, settings: Environment) -> dict[str, str]:
        """One variable for each name; returns the references to those that must have a value."""
        scope = Construct(self, "Variables")
        for name in settings.keeping_variables:
            # No secret is empty, so that the empty text can stand for none.
            _variable(scope, name, default="")
        return {name: _variable(scope, name).string_value for name in settings.variables}

    def _choose_backend(self, settings: Environment) -> None:
        backend = settings.backend
        if backend.type != "local":
            Backend(self, "Backend", type_name=backend.type, settings=backend.settings)
        elif backend.settings:
            # Without a path the CDK keeps the state beside cdktf.json, a file for each stack.
            LocalBackend(self, **backend.settings)

    def _add(self, settings: ConnectionSettings) -> None:
        lifecycle = Lifecycle(prevent_destroy=True) if settings.protect else None
        parameters = self._resolved(with_kept_secrets(settings.parameters))
        connection = Connection(self, settings.name, lifecycle=lifecycle, **parameters)
        self._connections[settings.name] = connection
        self._output(f"{settings.name}_id", connection.id)
        if settings.managed_state is not None:
            state = settings.managed_state.parameters
            cursor = ConnectionState(self._states, settings.name, connection=connection, **state)
            self._output_before(f"{settings.name}_state_before", cursor.previous_state)

    def _add_card(self, settings: ConnectionActionSettings) -> None:
        card = ConnectCard(self._cards, settings.name, **self._action(settings))
        self._output(f"{settings.name}_connect_card_uri", card.uri, sensitive=True)

    def _add_actions(
        self,
        tests: Sequence[ConnectionActionSettings],
        syncs: Sequence[ConnectionActionSettings],
    ) -> None:
        """Adds tests and syncs; a sync waits for the tests of the same connection."""
        gates: dict[Any, list[ConnectionTest]] = {}
        for test in tests:
            gate = ConnectionTest(self._tests, test.name, **self._action(test))
            gates.setdefault(test.subject, []).append(gate)
        for sync in syncs:
            before = gates.get(sync.subject, [])
            ConnectionSync(self._syncs, sync.name, depends_on=before, **self._action(sync))

    def _action(self, settings: ConnectionActionSettings) -> dict[str, Any]:
        if settings.connection is None:
            return settings.parameters
        return {**settings.parameters, "connection": self._connections[settings.connection]}

    def _add_status(self, settings: ConnectorStatusSettings) -> None:
        parameters = self._resolved(settings.parameters)
        status = ConnectorStatus(self._statuses, settings.name, **parameters)
        self._output_before(f"{settings.name}_status_before", status.previous_status)

    def _output_before(self, name: str, value: Any) -> None:
        # As text, because it is null at first, and the CLI cannot print null beside a value.
        self._output(name, Token.as_string(Fn.jsonencode(value)))

    def _output(self, name: str, value: str, *, sensitive: bool | None = None) -> None:
        output = TerraformOutput(self._outputs, name, value=value, sensitive=sensitive)
        output.override_logical_id(name)

    def _resolved(self, value: Any) -> Any:
        """A setting with references in place of the variables in it."""
        if isinstance(value, Variable):
            return self._variables[value.name]
        if isinstance(value, Mapping):
            return {key: self._resolved(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._resolved(inner) for inner in value]
        return value


def _variable(scope: Construct, name: str, default: str | None = None) -> TerraformVariable:
    variable = TerraformVariable(
        scope, name, type="string", sensitive=True, nullable=False, default=default
    )
    variable.override_logical_id(name)
    # An ephemeral value reaches neither the plan file nor the state; the CDK does not know it yet.
    variable.add_override("ephemeral", True)
    return variable
