"""The construct ``ConnectorData``: an Elastic connector as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from constructs_lib.constructs.base import attributes
from constructs_lib.constructs.base.arguments import reports_misfits
from constructs_lib.constructs.base.data_source import DataConstruct
from constructs_lib.constructs.base.instance import Instance
from constructs_lib.constructs.elastic.provider import ElasticProvider
from constructs_lib.toolkit import Construct, ITerraformIterator, TerraformCount


class ConnectorDataAttributes:
    """The attributes of a connector that other resources can use."""

    id = attributes.text()
    connector_id = attributes.text()
    name = attributes.text()
    description = attributes.text()
    index_name = attributes.text()
    service_type = attributes.text()
    is_native = attributes.flag()
    status = attributes.text()
    error = attributes.text()
    last_seen = attributes.text()
    last_sync_status = attributes.text()
    last_sync_error = attributes.text()


class ConnectorDataInstance(Instance, ConnectorDataAttributes):
    """One of those that a ``ConnectorData`` with ``count`` or ``for_each`` stands for."""


class ConnectorData(DataConstruct, ConnectorDataAttributes):
    """An Elastic connector: read, and never changed. Its configuration is not among it."""

    TYPE = "data.elasticops_connector"
    PROVIDER = ElasticProvider

    @reports_misfits(TYPE)
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        connector_id: str,
        provider: ElasticProvider | None = None,
        depends_on: Sequence[Construct] = (),
        count: int | str | TerraformCount | None = None,
        for_each: ITerraformIterator | Mapping[str, Any] | Sequence[str] | None = None,
    ) -> None:
        """Describe which connector to read.

        :param scope: the stack, or a construct in it
        :param id_: name of the construct; in a stack it is the name of the data source, too
        :param connector_id: identifier of the connector
        :param provider: the provider to use if the stack has several
        :param depends_on: what must exist before
        :param count: number of connectors to read
        :param for_each: one for each entry: a mapping, texts, or an iterator of the CDK
        """
        # The parameters are the attributes, by name: spelling the table out would repeat them.
        super().__init__(scope, id_, dict(locals()))

    def at(self, key: str | int) -> ConnectorDataInstance:
        """Return one of several connectors.

        :param key: the key in ``for_each``, or the index with ``count``
        """
        return ConnectorDataInstance(self, key)
