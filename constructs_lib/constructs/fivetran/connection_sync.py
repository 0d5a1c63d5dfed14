"""The construct ``ConnectionSync``: a sync or re-sync of a Fivetran connection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from constructs_lib.constructs.base import attributes
from constructs_lib.constructs.base.arguments import validate_arguments
from constructs_lib.constructs.base.attributes import Instance
from constructs_lib.constructs.base.meta_arguments import Lifecycle
from constructs_lib.constructs.base.resource import ResourceConstruct
from constructs_lib.constructs.fivetran.connection import (
    Connection,
    ConnectionInstance,
    ConnectionReference,
)
from constructs_lib.constructs.fivetran.connection_data import PARAMETERS, ConnectionArgument
from constructs_lib.constructs.fivetran.provider import FivetranProvider
from constructs_lib.toolkit import Construct, ITerraformIterator, TerraformCount, is_token
from constructs_lib.validation import ConstructPlace, Finding, check_connection_sync


class ConnectionSyncAttributes:
    """The attributes of a sync that other resources can use."""

    # Generated from fivetranops_connection_sync.schema.json: attributes.
    id = attributes.string()
    connection_id = attributes.string()
    mode = attributes.string()
    force = attributes.boolean()
    scope = attributes.object_value()
    resync_everything = attributes.boolean()
    triggers = attributes.string_map()
    wait = attributes.boolean()
    on_reschedule = attributes.string()
    timeouts = attributes.object_value()
    triggered_at = attributes.string()
    outcome = attributes.string()
    succeeded_at = attributes.string()
    # End of the generated attributes.


class ConnectionSyncInstance(Instance, ConnectionSyncAttributes):
    """One instance of a ``ConnectionSync`` with ``count`` or ``for_each``."""


class ConnectionSync(ResourceConstruct, ConnectionSyncAttributes):
    """A sync or re-sync of a connection, at creation and whenever ``triggers`` change.

    With ``wait`` deploying follows it to its end, and a sync that fails is an error. A re-sync
    loads the history again: the plan says so. It names its tables or sets ``resync_everything``.
    """

    TYPE = "fivetranops_connection_sync"
    PROVIDER = FivetranProvider
    CONSTRUCTOR_ONLY = (*ResourceConstruct.CONSTRUCTOR_ONLY, *PARAMETERS)

    @validate_arguments(TYPE)
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        connection: Connection | ConnectionInstance | ConnectionReference | None = None,
        # Generated from fivetranops_connection_sync.schema.json: parameters.
        connection_id: str | None = None,
        mode: Literal["sync", "resync"] | None = None,
        force: bool | None = None,
        tables: Mapping[str, Sequence[str]] | None = None,
        resync_everything: bool | None = None,
        triggers: Mapping[str, str] | None = None,
        wait: bool | None = None,
        on_reschedule: Literal["wait", "fail"] | None = None,
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
        """Describe a sync of a connection.

        :param scope: the stack, or a construct in it
        :param id_: name of the construct; in a stack it is the name of the resource, too
        :param connection: the connection; either this or ``connection_id``
        :param connection_id: identifier of the connection, such as ``pale_hydrogen``. A change
            replaces this resource, and syncs the other connection
        :param mode: ``sync`` (default) loads what is new. ``resync`` loads the history again, of
            the tables that ``tables`` names, or of everything with ``resync_everything``: that
            takes time and costs rows
        :param force: True stops a running sync and starts another; False joins it. Only with mode
            sync
        :param tables: the tables to re-sync, by schema. A re-sync needs either this or
            ``resync_everything``; None and {} are errors, also where they turn out only during
            apply. Only with mode resync, and with services that can re-sync single tables; in
            Terraform ``scope``
        :param resync_everything: True re-syncs the whole history of every table, which must be
            asked for in words: a re-sync without ``tables`` and without this is an error. Only with
            mode resync, and without ``tables``
        :param triggers: texts whose change syncs again, such as a date
        :param wait: True follows the sync to its end; one that fails is an error
        :param on_reschedule: what to do with ``wait`` when Fivetran reschedules the sync, for
            instance because its source takes no more requests for now. ``wait`` waits for it within
            the time limit, and with ``schedule_type`` manual asks for it again; ``fail`` is an
            error at once, with the connection's own reason. Left out means ``wait``
        :param timeouts: time limits of the operations, such as 30m. Keys: ``create``, ``update``
        :param provider: the provider to use if the stack has several; by default that of the
            connection
        :param depends_on: what must exist before
        :param lifecycle: how Terraform treats changes, see ``Lifecycle``
        :param count: number of syncs
        :param for_each: one for each entry: a mapping, texts, or an iterator of the CDK
        :param import_id: identifier of the connection, whose next triggers begin nothing
        :param import_identity: likewise, by the identity: a mapping of ``connection_id``; Terraform
            1.12 or later
        :param moved_from: the address that it had before, such as ``orders_old``
        """
        # The parameters are the attributes, by name: spelling the table out would repeat them.
        arguments = dict(locals())
        self._connection_argument = ConnectionArgument(connection, connection_id)
        arguments["connection_id"] = self._connection_argument.identifier
        super().__init__(scope, id_, arguments)

    def at(self, key: str | int) -> ConnectionSyncInstance:
        """Return one of several.

        :param key: the key in ``for_each``, or the index with ``count``
        """
        return ConnectionSyncInstance(self, key)

    def check(self, values: Mapping[str, Any], place: ConstructPlace) -> list[Finding]:
        """Return all findings about the parameters."""
        found = check_connection_sync(values, place=place, is_token=is_token)
        return self._connection_argument.with_named_parameter(found, place)
