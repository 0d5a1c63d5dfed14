"""The constructs that read Fivetran connections: ``ConnectionData`` and ``ConnectionsData``.

Whatever is about a connection takes a ``Connection``, a ``ConnectionData`` or an identifier:
:class:`ConnectionArgument`.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from constructs_lib.constructs.base import attributes
from constructs_lib.constructs.base.arguments import validate_arguments
from constructs_lib.constructs.base.attributes import Instance
from constructs_lib.constructs.base.data_source import DataSourceConstruct
from constructs_lib.constructs.base.resource import ResourceConstruct
from constructs_lib.constructs.fivetran.connection import (
    Connection,
    ConnectionInstance,
    ConnectionReference,
)
from constructs_lib.constructs.fivetran.provider import FivetranProvider
from constructs_lib.constructs.rules.stack import InstanceKey, UniqueKey
from constructs_lib.schemas.sections import Once, sections
from constructs_lib.toolkit import Construct, ITerraformIterator, TerraformCount, is_token
from constructs_lib.validation import (
    ConstructPlace,
    Finding,
    check_connection_data,
    check_parameters,
)


class ConnectionDataAttributes:
    """The attributes of a connection that other resources can use."""

    known_service = None
    """The service is known to Terraform only, and so cannot be checked before."""
    # Generated from data.fivetranops_connection.schema.json: attributes.
    id = attributes.string()
    connection_id = attributes.string()
    connect_card_config = attributes.object_value()
    is_historical_sync = attributes.boolean()
    tasks = attributes.object_list()
    warnings = attributes.object_list()
    setup_tests = attributes.object_list()
    source_sync_details = attributes.string()
    group_id = attributes.string()
    service = attributes.string()
    config = attributes.object_value()
    paused = attributes.boolean()
    pause_after_trial = attributes.boolean()
    sync_frequency = attributes.number()
    daily_sync_time = attributes.string()
    schedule_type = attributes.string()
    data_delay_sensitivity = attributes.string()
    data_delay_threshold = attributes.number()
    networking_method = attributes.string()
    private_link_id = attributes.string()
    proxy_agent_id = attributes.string()
    hybrid_deployment_agent_id = attributes.string()
    destination_configuration = attributes.object_value()
    destination_schema_names = attributes.string()
    external_secrets_manager_id = attributes.string()
    external_secrets_keys_config = attributes.string_map()
    schema_status = attributes.string()
    schema = attributes.string()
    setup_state = attributes.string()
    sync_state = attributes.string()
    update_state = attributes.string()
    rescheduled_for = attributes.string()
    succeeded_at = attributes.string()
    failed_at = attributes.string()
    created_at = attributes.string()
    connected_by = attributes.string()
    service_version = attributes.number()
    # End of the generated attributes.


class ConnectionDataInstance(Instance, ConnectionDataAttributes):
    """One instance of a ``ConnectionData`` with ``count`` or ``for_each``."""


class ConnectionData(DataSourceConstruct, ConnectionDataAttributes):
    """A connection that somebody else manages, which is read and never changed.

    Name it by its identifier, or by its group and schema. Constructs that take a ``connection``
    take this one, too.
    """

    TYPE = "data.fivetranops_connection"
    PROVIDER = FivetranProvider

    @validate_arguments(TYPE)
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        # Generated from data.fivetranops_connection.schema.json: parameters.
        connection_id: str | None = None,
        group_id: str | None = None,
        schema: str | None = None,
        # End of the generated parameters.
        provider: FivetranProvider | None = None,
        depends_on: Sequence[Construct] = (),
        count: int | str | TerraformCount | None = None,
        for_each: ITerraformIterator | Mapping[str, Any] | Sequence[str] | None = None,
    ) -> None:
        """Describe which connection to read.

        :param scope: the stack, or a construct in it
        :param id_: name of the construct; in a stack it is the name of the data source, too
        :param connection_id: identifier of the connection, such as ``pale_hydrogen``. Either this,
            or ``group_id`` and schema
        :param group_id: identifier of the group (destination) that receives the data. Together with
            schema it finds the connection
        :param schema: name of the connection and of its schema in the destination, such as orders
            or ``gsheets.orders``. Together with ``group_id`` it finds the connection
        :param provider: the provider to use if the stack has several
        :param depends_on: what must exist before
        :param count: number of connections to read
        :param for_each: one for each entry: a mapping, texts, or an iterator of the CDK
        """
        # The parameters are the attributes, by name: spelling the table out would repeat them.
        super().__init__(scope, id_, dict(locals()))

    def at(self, key: str | int) -> ConnectionDataInstance:
        """Return one of several connections.

        :param key: the key in ``for_each``, or the index with ``count``
        """
        return ConnectionDataInstance(self, key)

    def check(self, values: Mapping[str, Any], place: ConstructPlace) -> list[Finding]:
        """Return all findings about the parameters."""
        return check_connection_data(values, place=place, is_token=is_token)


class ConnectionsDataAttributes:
    """The attributes of a list that other resources can use."""

    # Generated from data.fivetranops_connections.schema.json: attributes.
    group_id = attributes.string()
    schema = attributes.string()
    service = attributes.string()
    paused = attributes.boolean()
    setup_state = attributes.string()
    sync_state = attributes.string()
    update_state = attributes.string()
    fields = attributes.string_list()
    connections = attributes.object_list()
    ids = attributes.string_list()
    # End of the generated attributes.


class ConnectionsDataInstance(Instance, ConnectionsDataAttributes):
    """One instance of a ``ConnectionsData`` with ``count`` or ``for_each``."""


class ConnectionsData(DataSourceConstruct, ConnectionsDataAttributes):
    """All connections of an account that match the filters; without a filter, all of them.

    ``ids`` can be the ``for_each`` of another construct.
    """

    TYPE = "data.fivetranops_connections"
    PROVIDER = FivetranProvider

    @validate_arguments(TYPE)
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        # Generated from data.fivetranops_connections.schema.json: parameters.
        group_id: str | None = None,
        schema: str | None = None,
        service: str | None = None,
        paused: bool | None = None,
        setup_state: Literal["incomplete", "connected", "broken"] | None = None,
        sync_state: Literal["scheduled", "syncing", "paused", "rescheduled"] | None = None,
        update_state: Literal["on_schedule", "delayed"] | None = None,
        fields: Sequence[str] | None = None,
        # End of the generated parameters.
        provider: FivetranProvider | None = None,
        depends_on: Sequence[Construct] = (),
        count: int | str | TerraformCount | None = None,
        for_each: ITerraformIterator | Mapping[str, Any] | Sequence[str] | None = None,
    ) -> None:
        """Describe which connections to list.

        :param scope: the stack, or a construct in it
        :param id_: name of the construct; in a stack it is the name of the data source, too
        :param group_id: only connections of this group (destination)
        :param schema: only connections with exactly this name
        :param service: only connections of this connector type
        :param paused: True leaves the paused connections, False the others
        :param setup_state: only connections in this state of setup
        :param sync_state: only connections whose syncs are in this state
        :param update_state: only connections whose syncs are in time, or late
        :param fields: the attributes of each connection that are read; the others are None, and id
            is always there. Left out means all of them. A list of thousands is small with the few
            that matter
        :param provider: the provider to use if the stack has several
        :param depends_on: what must exist before
        :param count: number of lists to read
        :param for_each: one list for each entry: a mapping, texts, or an iterator of the CDK
        """
        # The parameters are the attributes, by name: spelling the table out would repeat them.
        super().__init__(scope, id_, dict(locals()))

    def at(self, key: str | int) -> ConnectionsDataInstance:
        """Return one of several lists.

        :param key: the key in ``for_each``, or the index with ``count``
        """
        return ConnectionsDataInstance(self, key)


AnyConnection: TypeAlias = (
    Connection | ConnectionInstance | ConnectionReference | ConnectionData | ConnectionDataInstance
)
"""What constructs take as their ``connection``."""

_KNOWN = (
    Connection,
    ConnectionInstance,
    ConnectionReference,
    ConnectionData,
    ConnectionDataInstance,
)
PARAMETERS = ("connection", "connection_id")
"""The parameters that name it."""
_ID = "/connection_id"
_SOME_REFERENCE = "${connection.id}"


class ConnectionArgument:
    """What was given as ``connection`` and as ``connection_id``."""

    def __init__(self, connection: Any, connection_id: Any) -> None:
        self._connection = connection
        self._connection_id = connection_id
        self._found = _wrong(connection, connection_id)
        # What is wrong is reported here alone: a reference satisfies all other checks.
        self.identifier = _SOME_REFERENCE if self._found else connection_id
        """The value of the attribute ``connection_id``."""
        self.service: str | None = None
        """The service of the connection, if it is known."""
        self.pointer = "/connection_id" if connection is None else "/connection"
        """JSON pointer to the parameter that was given."""
        if isinstance(connection, _KNOWN) and not self._found:
            self.service = connection.known_service
            self.identifier = connection.id

    @property
    def identity(self) -> Hashable | None:
        """Tells this connection from others; None if only Terraform knows which one it is."""
        if isinstance(self._connection, (Connection, ConnectionData)):
            return self._connection.place
        if isinstance(self._connection, (ConnectionInstance, ConnectionDataInstance)):
            return self._connection.identity
        return None if is_token(self.identifier) else str(self.identifier)

    def with_named_parameter(self, findings: list[Finding], place: ConstructPlace) -> list[Finding]:
        """Return findings, at the parameter that was given, together with those of ``check``.

        :param findings: the findings of the rules, which know attributes only: whoever gave a
            connection has not written ``connection_id``
        """
        named = [f._replace(pointer=self.pointer) if f.pointer == _ID else f for f in findings]
        return named + self.check(place)

    def check(self, place: ConstructPlace) -> list[Finding]:
        """Return the finding about a wrong argument; none if it is right."""
        if not self._found:
            return []
        allowed = "either a connection or a connection_id"
        is_text = isinstance(self._connection, str) and self._connection_id is None
        hint = f"write connection_id={self._connection!r}" if is_text else ""
        return [
            Finding("connection-or-id", "error", place, self.pointer, self._found, allowed, hint)
        ]


def _wrong(connection: Any, connection_id: Any) -> str:
    """Return what was given if it is not exactly one connection; otherwise the empty text."""
    if connection is None:
        return "nothing" if connection_id is None else ""
    if connection_id is not None:
        return "connection and connection_id"
    if isinstance(connection, _KNOWN):
        return ""
    return f"a value of type {type(connection).__name__} as connection"


class BelongingConstruct(ResourceConstruct):
    """A construct about one connection, which is given by itself or by its identifier."""

    PROVIDER = FivetranProvider
    CONSTRUCTOR_ONLY = (*ResourceConstruct.CONSTRUCTOR_ONLY, *PARAMETERS)
    _connection_argument: ConnectionArgument

    def _with_identifier(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Return the arguments of the constructor with the identifier of the connection."""
        argument = ConnectionArgument(arguments["connection"], arguments["connection_id"])
        self._connection_argument = argument
        return {**arguments, "connection_id": argument.identifier}

    def check(self, values: Mapping[str, Any], place: ConstructPlace) -> list[Finding]:
        """Return all findings about the parameters."""
        found = check_parameters(self.TYPE, values, place=place, is_token=is_token)
        return self._connection_argument.with_named_parameter(found, place)

    def unique_keys(self, values: Mapping[str, Any], provider: object) -> tuple[UniqueKey, ...]:
        """Claim what only one construct may manage of a connection, if the schema says so."""
        once, key = self._once(), self._connection_argument.identity
        if once is None or key is None:
            return ()
        found = f"a second {once.what} for the same connection"
        named = self._connection_argument.pointer
        allowed = self._allowed(once)
        return (UniqueKey(once.rule, (provider, key, self.TYPE), named, found, allowed),)

    def instance_key(self, values: Mapping[str, Any]) -> InstanceKey | None:
        """Return the connection, if only one construct may manage it."""
        once, argument = self._once(), self._connection_argument
        if once is None:
            return None
        what = f"the {once.what} of one connection"
        key = (argument.identifier, self.TYPE)
        return InstanceKey(once.rule, key, argument.pointer, what, self._allowed(once))

    def _once(self) -> Once | None:
        known = (each.once for each in sections().values() if each.resource == self.TYPE)
        return next(known, None)

    def _allowed(self, once: Once) -> str:
        return f"one {type(self).__name__} per connection: {once.why}"
