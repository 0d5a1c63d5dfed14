"""The actions about a Fivetran connection: sync, re-sync, setup tests and pause.

Terraform 1.14 and later runs an action around a change of a resource, or when a person invokes it.
The resources of the same purpose, such as ``ConnectionSync``, run by their ``triggers`` instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from constructs_lib.constructs.base.arguments import validate_arguments
from constructs_lib.constructs.base.data_source import ActionConstruct
from constructs_lib.constructs.fivetran.connection_data import (
    PARAMETERS,
    AnyConnection,
    ConnectionArgument,
)
from constructs_lib.constructs.fivetran.provider import FivetranProvider
from constructs_lib.toolkit import Construct, ITerraformIterator, TerraformCount
from constructs_lib.validation import ConstructPlace, Finding


class ConnectionAction(ActionConstruct):
    """The base of the actions about a connection."""

    PROVIDER = FivetranProvider
    CONSTRUCTOR_ONLY = (*ActionConstruct.CONSTRUCTOR_ONLY, *PARAMETERS)

    def __init__(self, scope: Construct, id_: str, arguments: Mapping[str, Any]) -> None:
        connection, identifier = arguments["connection"], arguments["connection_id"]
        self._connection_argument = ConnectionArgument(connection, identifier)
        known = {**arguments, "connection_id": self._connection_argument.identifier}
        super().__init__(scope, id_, known)

    def check(self, values: Mapping[str, Any], place: ConstructPlace) -> list[Finding]:
        """Return all findings about the parameters."""
        return self._connection_argument.with_named_parameter(super().check(values, place), place)


class ConnectionSyncAction(ConnectionAction):
    """A sync of a connection, whenever a resource triggers it or a person invokes it.

    With ``wait`` it is followed to its end, and a sync that fails is an error.
    """

    TYPE = "action.fivetranops_connection_sync"

    @validate_arguments(TYPE)
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        connection: AnyConnection | None = None,
        # Generated from action.fivetranops_connection_sync.schema.json: parameters.
        connection_id: str | None = None,
        force: bool | None = None,
        wait: bool | None = None,
        on_reschedule: Literal["wait", "fail"] | None = None,
        timeouts: Mapping[str, str] | None = None,
        # End of the generated parameters.
        provider: FivetranProvider | None = None,
        count: int | str | TerraformCount | None = None,
        for_each: ITerraformIterator | Mapping[str, Any] | Sequence[str] | None = None,
    ) -> None:
        """Describe a sync of a connection.

        :param scope: the stack, or a construct in it
        :param id_: name of the construct; in a stack it is the name of the action, too
        :param connection: the connection; either this or ``connection_id``
        :param connection_id: identifier of the connection, such as ``pale_hydrogen``
        :param force: True stops a running sync and starts another; False joins it
        :param wait: True follows the sync to its end; one that fails is an error. False only begins
            it
        :param on_reschedule: what to do with ``wait`` when Fivetran reschedules the sync, for
            instance because its source takes no more requests for now. ``wait`` waits for it within
            the time limit, and with ``schedule_type`` manual asks for it again; ``fail`` is an
            error at once, with the connection's own reason. Left out means ``wait``
        :param timeouts: time limit of the action, such as 30m. Keys: ``invoke``
        :param provider: the provider to use if the stack has several; by default that of the
            connection
        :param count: number of instances; a trigger names one by ``at(index)``
        :param for_each: one for each entry: a mapping, texts, or an iterator of the CDK
        """
        # The parameters are the attributes, by name: spelling the table out would repeat them.
        super().__init__(scope, id_, dict(locals()))


class ConnectionResyncAction(ConnectionAction):
    """A re-sync of a connection: its history is loaded again, which takes time and costs rows.

    Name its ``tables``, or set ``resync_everything``. With ``wait`` the action follows it to its
    end.
    """

    TYPE = "action.fivetranops_connection_resync"

    @validate_arguments(TYPE)
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        connection: AnyConnection | None = None,
        # Generated from action.fivetranops_connection_resync.schema.json: parameters.
        connection_id: str | None = None,
        tables: Mapping[str, Sequence[str]] | None = None,
        resync_everything: bool | None = None,
        wait: bool | None = None,
        on_reschedule: Literal["wait", "fail"] | None = None,
        timeouts: Mapping[str, str] | None = None,
        # End of the generated parameters.
        provider: FivetranProvider | None = None,
        count: int | str | TerraformCount | None = None,
        for_each: ITerraformIterator | Mapping[str, Any] | Sequence[str] | None = None,
    ) -> None:
        """Describe a re-sync of a connection.

        :param scope: the stack, or a construct in it
        :param id_: name of the construct; in a stack it is the name of the action, too
        :param connection: the connection; either this or ``connection_id``
        :param connection_id: identifier of the connection, such as ``pale_hydrogen``
        :param tables: the tables to re-sync, by schema. A re-sync needs either this or
            ``resync_everything``; None and {} are errors, also where they turn out only during
            apply. Only with services that can re-sync single tables; in Terraform ``scope``
        :param resync_everything: True re-syncs the whole history of every table, which must be
            asked for in words: a re-sync without ``tables`` and without this is an error. Only
            without ``tables``
        :param wait: True follows the sync to its end; one that fails is an error. False only begins
            it
        :param on_reschedule: what to do with ``wait`` when Fivetran reschedules the sync, for
            instance because its source takes no more requests for now. ``wait`` waits for it within
            the time limit, and with ``schedule_type`` manual asks for it again; ``fail`` is an
            error at once, with the connection's own reason. Left out means ``wait``
        :param timeouts: time limit of the action, such as 30m. Keys: ``invoke``
        :param provider: the provider to use if the stack has several; by default that of the
            connection
        :param count: number of instances; a trigger names one by ``at(index)``
        :param for_each: one for each entry: a mapping, texts, or an iterator of the CDK
        """
        # The parameters are the attributes, by name: spelling the table out would repeat them.
        super().__init__(scope, id_, dict(locals()))


class ConnectionTestAction(ConnectionAction):
    """The setup tests of a connection, whenever a resource triggers them or a person invokes them.

    If tests fail, the action fails, and the actions after it do not run.
    """

    TYPE = "action.fivetranops_connection_test"

    @validate_arguments(TYPE)
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        connection: AnyConnection | None = None,
        # Generated from action.fivetranops_connection_test.schema.json: parameters.
        connection_id: str | None = None,
        fail_on: Literal["failed", "warning", "never"] | None = None,
        trust_certificates: bool | None = None,
        trust_fingerprints: bool | None = None,
        timeouts: Mapping[str, str] | None = None,
        # End of the generated parameters.
        provider: FivetranProvider | None = None,
        count: int | str | TerraformCount | None = None,
        for_each: ITerraformIterator | Mapping[str, Any] | Sequence[str] | None = None,
    ) -> None:
        """Describe the setup tests of a connection.

        :param scope: the stack, or a construct in it
        :param id_: name of the construct; in a stack it is the name of the action, too
        :param connection: the connection; either this or ``connection_id``
        :param connection_id: identifier of the connection, such as ``pale_hydrogen``
        :param fail_on: which results are an error: ``failed`` (default) those of the status FAILED
            or ``JOB_FAILED``, ``warning`` also WARNING, ``never`` none
        :param trust_certificates: True trusts the certificate of the source during the tests
        :param trust_fingerprints: True trusts the SSH fingerprint of the source during the tests
        :param timeouts: time limit of the action, such as 30m. Keys: ``invoke``
        :param provider: the provider to use if the stack has several; by default that of the
            connection
        :param count: number of instances; a trigger names one by ``at(index)``
        :param for_each: one for each entry: a mapping, texts, or an iterator of the CDK
        """
        # The parameters are the attributes, by name: spelling the table out would repeat them.
        super().__init__(scope, id_, dict(locals()))


class ConnectionPauseAction(ConnectionAction):
    """A change of a connection's paused flag.

    With ``wait`` the action waits until no sync of the connection is running.
    """

    TYPE = "action.fivetranops_connection_pause"

    @validate_arguments(TYPE)
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        connection: AnyConnection | None = None,
        # Generated from action.fivetranops_connection_pause.schema.json: parameters.
        connection_id: str | None = None,
        paused: bool,
        wait: bool | None = None,
        timeouts: Mapping[str, str] | None = None,
        # End of the generated parameters.
        provider: FivetranProvider | None = None,
        count: int | str | TerraformCount | None = None,
        for_each: ITerraformIterator | Mapping[str, Any] | Sequence[str] | None = None,
    ) -> None:
        """Describe a pause of a connection, or its end.

        :param scope: the stack, or a construct in it
        :param id_: name of the construct; in a stack it is the name of the action, too
        :param connection: the connection; either this or ``connection_id``
        :param connection_id: identifier of the connection, such as ``pale_hydrogen``
        :param paused: True pauses the connection: no further sync begins. False lets it run again.
            To keep it so, set paused of ``fivetranops_connection`` instead: a plan of that shows a
            connection that this action paused as drift
        :param wait: True waits until no sync of the connection runs any more. Only with paused =
            True
        :param timeouts: time limit of the action, such as 30m. Keys: ``invoke``
        :param provider: the provider to use if the stack has several; by default that of the
            connection
        :param count: number of instances; a trigger names one by ``at(index)``
        :param for_each: one for each entry: a mapping, texts, or an iterator of the CDK
        """
        # The parameters are the attributes, by name: spelling the table out would repeat them.
        super().__init__(scope, id_, dict(locals()))
