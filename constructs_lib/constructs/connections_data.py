"""The construct ``ConnectionsData``: a list of Fivetran connections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from constructs_lib.constructs import readable
from constructs_lib.constructs.arguments import reports_misfits
from constructs_lib.constructs.data_source import DataConstruct
from constructs_lib.constructs.fivetran_provider import FivetranProvider
from constructs_lib.constructs.instance_reference import Instance
from constructs_lib.toolkit import Construct, ITerraformIterator, TerraformCount


class ConnectionsDataAttributes:
    """The attributes of a list that other resources can use."""

    group_id = readable.text()
    schema = readable.text()
    service = readable.text()
    paused = readable.flag()
    setup_state = readable.text()
    sync_state = readable.text()
    update_state = readable.text()
    connections = readable.structures()
    ids = readable.text_list()


class ConnectionsDataInstance(Instance, ConnectionsDataAttributes):
    """One of those that a ``ConnectionsData`` with ``count`` or ``for_each`` stands for."""


class ConnectionsData(DataConstruct, ConnectionsDataAttributes):
    """All connections of an account that the filters leave; without a filter, every one.

    ``ids`` can be the ``for_each`` of another construct.
    """

    TYPE = "data.fivetranops_connections"
    PROVIDER = FivetranProvider

    @reports_misfits(TYPE)
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        group_id: str | None = None,
        schema: str | None = None,
        service: str | None = None,
        paused: bool | None = None,
        setup_state: Literal["incomplete", "connected", "broken"] | None = None,
        sync_state: Literal["scheduled", "syncing", "paused", "rescheduled"] | None = None,
        update_state: Literal["on_schedule", "delayed"] | None = None,
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
        :param sync_state: only connections in this state of syncing
        :param update_state: only connections that are, or are not, delayed
        :param provider: the provider to use if the stack has several
        :param depends_on: what must exist before
        :param count: number of lists to read
        :param for_each: one list for each entry: a mapping, texts, or an iterator of the CDK
        """
        # The parameters are the attributes, by name: spelling the table out would repeat them.
        super().__init__(scope, id_, dict(locals()))

    def at(self, key: str | int) -> ConnectionsDataInstance:
        """One of several lists.

        :param key: the key in ``for_each``, or the index with ``count``
        """
        return ConnectionsDataInstance(self, key)
