"""The construct ``ConnectionStateData``: the state (cursor) of a connection as it stands now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from constructs_lib.constructs import readable
from constructs_lib.constructs.arguments import reports_misfits
from constructs_lib.constructs.chosen_connection import CHOSEN, AnyConnection, ChosenConnection
from constructs_lib.constructs.data_source import DataConstruct
from constructs_lib.constructs.fivetran_provider import FivetranProvider
from constructs_lib.constructs.instance_reference import Instance
from constructs_lib.toolkit import Construct, ITerraformIterator, TerraformCount, is_token
from constructs_lib.validation import ConstructPlace, Finding, check_connection_state_data


class ConnectionStateDataAttributes:
    """The attributes of a connection's state that other resources can use."""

    connection_id = readable.text()
    state = readable.structure()


class ConnectionStateDataInstance(Instance, ConnectionStateDataAttributes):
    """One of those that a ``ConnectionStateData`` with ``count`` or ``for_each`` stands for."""


class ConnectionStateData(DataConstruct, ConnectionStateDataAttributes):
    """The state of a connection: read by each plan, and never changed."""

    TYPE = "data.fivetranops_connection_state"
    PROVIDER = FivetranProvider
    FIXED = (*DataConstruct.FIXED, *CHOSEN)

    @reports_misfits(TYPE)
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        connection: AnyConnection | None = None,
        connection_id: str | None = None,
        provider: FivetranProvider | None = None,
        depends_on: Sequence[Construct] = (),
        count: int | str | TerraformCount | None = None,
        for_each: ITerraformIterator | Mapping[str, Any] | Sequence[str] | None = None,
    ) -> None:
        """Describe whose state to read.

        :param scope: the stack, or a construct in it
        :param id_: name of the construct; in a stack it is the name of the data source, too
        :param connection: the connection; either this or ``connection_id``
        :param connection_id: identifier of the connection
        :param provider: the provider to use if the stack has several; by default that of the
            connection
        :param depends_on: what must exist before
        :param count: number of states to read
        :param for_each: one for each entry: a mapping, texts, or an iterator of the CDK
        """
        # The parameters are the attributes, by name: spelling the table out would repeat them.
        arguments = dict(locals())
        self._choice = ChosenConnection(connection, connection_id)
        arguments["connection_id"] = self._choice.identifier
        super().__init__(scope, id_, arguments)

    def at(self, key: str | int) -> ConnectionStateDataInstance:
        """One of several states.

        :param key: the key in ``for_each``, or the index with ``count``
        """
        return ConnectionStateDataInstance(self, key)

    def check(self, values: Mapping[str, Any], place: ConstructPlace) -> list[Finding]:
        """All findings about the parameters."""
        found = check_connection_state_data(
            values, service=self._choice.service, place=place, is_token=is_token
        )
        return self._choice.told(found, place)
