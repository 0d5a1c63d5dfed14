"""The constructs of a Fivetran connection's state (cursor).

``ConnectionState`` sets it, ``ConnectionStateData`` reads it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from constructs_lib.constructs.base import attributes
from constructs_lib.constructs.base.arguments import validate_arguments
from constructs_lib.constructs.base.attributes import Instance
from constructs_lib.constructs.base.data_source import DataSourceConstruct
from constructs_lib.constructs.base.meta_arguments import Lifecycle
from constructs_lib.constructs.base.resource import ResourceConstruct
from constructs_lib.constructs.fivetran.connection_data import (
    PARAMETERS,
    AnyConnection,
    ConnectionArgument,
)
from constructs_lib.constructs.fivetran.provider import FivetranProvider
from constructs_lib.constructs.rules.stack import InstanceKey, UniqueKey
from constructs_lib.toolkit import Construct, ITerraformIterator, TerraformCount, is_token
from constructs_lib.validation import (
    ConstructPlace,
    Finding,
    check_connection_state,
    check_connection_state_data,
)


class ConnectionStateAttributes:
    """The attributes of a connection's state that other resources can use."""

    # Generated from fivetranops_connection_state.schema.json: attributes.
    id = attributes.string()
    connection_id = attributes.string()
    state = attributes.object_value()
    drift_policy = attributes.string()
    paused_after = attributes.string()
    on_destroy = attributes.string()
    explain_values = attributes.boolean()
    timeouts = attributes.object_value()
    previous_state = attributes.object_value()
    # End of the generated attributes.


class ConnectionStateInstance(Instance, ConnectionStateAttributes):
    """One instance of a ``ConnectionState`` with ``count`` or ``for_each``."""


class ConnectionState(ResourceConstruct, ConnectionStateAttributes):
    """The state (cursor) of a connection whose service keeps one.

    A deploy pauses the connection, waits until no sync runs, sets the state, reads it back and
    restores the paused flag. It does so only when the state described here changes, because a
    connector moves its state with every checkpoint.
    """

    TYPE = "fivetranops_connection_state"
    PROVIDER = FivetranProvider
    CONSTRUCTOR_ONLY = (*ResourceConstruct.CONSTRUCTOR_ONLY, *PARAMETERS)

    @validate_arguments(TYPE)
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        connection: AnyConnection | None = None,
        # Generated from fivetranops_connection_state.schema.json: parameters.
        connection_id: str | None = None,
        state: Mapping[str, Any] | str,
        drift_policy: Literal["on_change", "enforce"] | None = None,
        paused_after: Literal["restore", "running", "paused"] | None = None,
        on_destroy: Literal["keep", "restore"] | None = None,
        explain_values: bool | None = None,
        timeouts: Mapping[str, str] | None = None,
        # End of the generated parameters.
        provider: FivetranProvider | None = None,
        depends_on: Sequence[Construct] = (),
        lifecycle: Lifecycle | Mapping[str, Any] | None = None,
        count: int | str | TerraformCount | None = None,
        for_each: ITerraformIterator | Mapping[str, Any] | Sequence[str] | None = None,
        import_id: str | None = None,
        import_identity: Mapping[str, str] | None = None,
        moved_from: str | None = None,
    ) -> None:
        """Describe the state of a connection.

        :param scope: the stack, or a construct in it
        :param id_: name of the construct; in a stack it is the name of the resource, too
        :param connection: the connection; either this or ``connection_id``
        :param connection_id: identifier of the connection, such as ``pale_hydrogen``. A change
            replaces this resource
        :param state: the whole state to set, as the connector defines it: an object, or the JSON
            text of one, for what Terraform would not carry unchanged. An empty object is what a
            connector gets on its first sync
        :param drift_policy: ``on_change`` (default) sets the state only when the value configured
            here changes, because a connector moves its state with every checkpoint. ``enforce``
            sets it again whenever it differs: that rewinds the cursor
        :param paused_after: the ``paused`` flag after the state was set: ``restore`` (default) puts
            back the flag that was found, ``running`` starts the schedule again, ``paused`` does
            not. After an error the flag that was found is put back
        :param on_destroy: what destroying does to the state in Fivetran: ``keep`` (default) leaves
            it, ``restore`` sets ``previous_state`` again
        :param explain_values: True shows all values of the state in warnings and errors. Left out
            or False shows paths, and values only of numbers and moments: the provider does not
            learn which values are marked as sensitive
        :param timeouts: time limits of the operations, such as 30m. Keys: ``create``, ``update``,
            ``delete``
        :param provider: the provider to use if the stack has several; by default that of the
            connection
        :param depends_on: what must exist before
        :param lifecycle: how Terraform treats changes, see ``Lifecycle``
        :param count: number of states to set
        :param for_each: one for each entry: a mapping, texts, or an iterator of the CDK
        :param import_id: identifier of the connection whose state to import
        :param import_identity: likewise, by the identity: a mapping of ``connection_id``; Terraform
            1.12 or later
        :param moved_from: the address that it had before, such as ``orders_old``
        """
        # The parameters are the attributes, by name: spelling the table out would repeat them.
        arguments = dict(locals())
        self._connection_argument = ConnectionArgument(connection, connection_id)
        arguments["connection_id"] = self._connection_argument.identifier
        super().__init__(scope, id_, arguments)

    def at(self, key: str | int) -> ConnectionStateInstance:
        """Return one of several states.

        :param key: the key in ``for_each``, or the index with ``count``
        """
        return ConnectionStateInstance(self, key)

    def check(self, values: Mapping[str, Any], place: ConstructPlace) -> list[Finding]:
        """Return all findings about the parameters."""
        argument = self._connection_argument
        findings = check_connection_state(
            values, service=argument.service, place=place, is_token=is_token
        )
        return argument.with_named_parameter(findings, place)

    def unique_keys(self, values: Mapping[str, Any], provider: object) -> tuple[UniqueKey, ...]:
        """Claim the state of the connection, which only one construct may set."""
        key = self._connection_argument.identity
        if key is None:
            return ()
        found = "a second state for the same connection"
        allowed = "one ConnectionState per connection: two would overwrite each other"
        named = self._connection_argument.pointer
        return (UniqueKey("state-twice", (provider, key), named, found, allowed),)

    def instance_key(self, values: Mapping[str, Any]) -> InstanceKey | None:
        """Return the connection, of which only one construct may set the state."""
        allowed = "a separate connection for each state: they would overwrite each other"
        identifier, what = self._connection_argument.identifier, "the state of one connection"
        return InstanceKey(
            "state-twice", (identifier,), self._connection_argument.pointer, what, allowed
        )


class ConnectionStateDataAttributes:
    """The attributes of a connection's state that other resources can use."""

    # Generated from data.fivetranops_connection_state.schema.json: attributes.
    connection_id = attributes.string()
    state = attributes.object_value()
    # End of the generated attributes.


class ConnectionStateDataInstance(Instance, ConnectionStateDataAttributes):
    """One instance of a ``ConnectionStateData`` with ``count`` or ``for_each``."""


class ConnectionStateData(DataSourceConstruct, ConnectionStateDataAttributes):
    """The state of a connection: read by each plan, and never changed."""

    TYPE = "data.fivetranops_connection_state"
    PROVIDER = FivetranProvider
    CONSTRUCTOR_ONLY = (*DataSourceConstruct.CONSTRUCTOR_ONLY, *PARAMETERS)

    @validate_arguments(TYPE)
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        connection: AnyConnection | None = None,
        # Generated from data.fivetranops_connection_state.schema.json: parameters.
        connection_id: str | None = None,
        # End of the generated parameters.
        provider: FivetranProvider | None = None,
        depends_on: Sequence[Construct] = (),
        count: int | str | TerraformCount | None = None,
        for_each: ITerraformIterator | Mapping[str, Any] | Sequence[str] | None = None,
    ) -> None:
        """Describe whose state to read.

        :param scope: the stack, or a construct in it
        :param id_: name of the construct; in a stack it is the name of the data source, too
        :param connection: the connection; either this or ``connection_id``
        :param connection_id: identifier of the connection, such as ``pale_hydrogen``, of a service
            that keeps a state: ``aws_lambda``, ``azure_function``, ``google_cloud_function``,
            ``connector_sdk``
        :param provider: the provider to use if the stack has several; by default that of the
            connection
        :param depends_on: what must exist before
        :param count: number of states to read
        :param for_each: one for each entry: a mapping, texts, or an iterator of the CDK
        """
        # The parameters are the attributes, by name: spelling the table out would repeat them.
        arguments = dict(locals())
        self._connection_argument = ConnectionArgument(connection, connection_id)
        arguments["connection_id"] = self._connection_argument.identifier
        super().__init__(scope, id_, arguments)

    def at(self, key: str | int) -> ConnectionStateDataInstance:
        """Return one of several states.

        :param key: the key in ``for_each``, or the index with ``count``
        """
        return ConnectionStateDataInstance(self, key)

    def check(self, values: Mapping[str, Any], place: ConstructPlace) -> list[Finding]:
        """Return all findings about the parameters."""
        found = check_connection_state_data(
            values, service=self._connection_argument.service, place=place, is_token=is_token
        )
        return self._connection_argument.with_named_parameter(found, place)
