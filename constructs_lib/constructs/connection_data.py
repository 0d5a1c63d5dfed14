"""The construct ``ConnectionData``: a Fivetran connection that is managed elsewhere, as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from constructs_lib.constructs import readable
from constructs_lib.constructs.arguments import reports_misfits
from constructs_lib.constructs.data_source import DataConstruct
from constructs_lib.constructs.fivetran_provider import FivetranProvider
from constructs_lib.constructs.instance_reference import Instance
from constructs_lib.toolkit import Construct, ITerraformIterator, TerraformCount, is_token
from constructs_lib.validation import ConstructPlace, Finding, check_connection_data


class ConnectionDataAttributes:
    """The attributes of a connection that other resources can use."""

    known_service = None
    """The service is known to Terraform only, and so cannot be checked before."""
    id = readable.text()
    connection_id = readable.text()
    group_id = readable.text()
    schema = readable.text()
    service = readable.text()
    config = readable.structure()
    paused = readable.flag()
    pause_after_trial = readable.flag()
    sync_frequency = readable.number()
    daily_sync_time = readable.text()
    schedule_type = readable.text()
    data_delay_sensitivity = readable.text()
    data_delay_threshold = readable.number()
    networking_method = readable.text()
    private_link_id = readable.text()
    proxy_agent_id = readable.text()
    hybrid_deployment_agent_id = readable.text()
    destination_configuration = readable.structure()
    destination_schema_names = readable.text()
    external_secrets_manager_id = readable.text()
    external_secrets_keys_config = readable.text_map()
    schema_status = readable.text()
    setup_state = readable.text()
    sync_state = readable.text()
    update_state = readable.text()
    rescheduled_for = readable.text()
    succeeded_at = readable.text()
    failed_at = readable.text()
    created_at = readable.text()
    connected_by = readable.text()
    service_version = readable.number()


class ConnectionDataInstance(Instance, ConnectionDataAttributes):
    """One of those that a ``ConnectionData`` with ``count`` or ``for_each`` stands for."""


class ConnectionData(DataConstruct, ConnectionDataAttributes):
    """A connection that somebody else manages: read, and never changed.

    It is named by its identifier, or by its group and schema. Constructs that take a ``connection``
    take this one, too.
    """

    TYPE = "data.fivetranops_connection"
    PROVIDER = FivetranProvider

    @reports_misfits(TYPE)
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        connection_id: str | None = None,
        group_id: str | None = None,
        schema: str | None = None,
        provider: FivetranProvider | None = None,
        depends_on: Sequence[Construct] = (),
        count: int | str | TerraformCount | None = None,
        for_each: ITerraformIterator | Mapping[str, Any] | Sequence[str] | None = None,
    ) -> None:
        """Describe which connection to read.

        :param scope: the stack, or a construct in it
        :param id_: name of the construct; in a stack it is the name of the data source, too
        :param connection_id: identifier of the connection; either this, or the two that follow
        :param group_id: identifier of the group (destination)
        :param schema: name of the connection and of its schema, such as ``gsheets.orders``
        :param provider: the provider to use if the stack has several
        :param depends_on: what must exist before
        :param count: number of connections to read
        :param for_each: one for each entry: a mapping, texts, or an iterator of the CDK
        """
        # The parameters are the attributes, by name: spelling the table out would repeat them.
        super().__init__(scope, id_, dict(locals()))

    def at(self, key: str | int) -> ConnectionDataInstance:
        """One of several connections.

        :param key: the key in ``for_each``, or the index with ``count``
        """
        return ConnectionDataInstance(self, key)

    def check(self, values: Mapping[str, Any], place: ConstructPlace) -> list[Finding]:
        """All findings about the parameters."""
        return check_connection_data(values, place=place, is_token=is_token)
