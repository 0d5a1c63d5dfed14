"""The construct ``ConnectorData``: an Elastic connector as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from constructs_lib.constructs.base import attributes
from constructs_lib.constructs.base.arguments import validate_arguments
from constructs_lib.constructs.base.data_source import DataSourceConstruct
from constructs_lib.constructs.base.instance import Instance
from constructs_lib.constructs.elastic.provider import ElasticProvider
from constructs_lib.toolkit import Construct, ITerraformIterator, TerraformCount


class ConnectorDataAttributes:
    """The attributes of a connector that other resources can use."""

    # Generated from data.elasticops_connector.schema.json: attributes.
    id = attributes.string()
    connector_id = attributes.string()
    name = attributes.string()
    description = attributes.string()
    index_name = attributes.string()
    service_type = attributes.string()
    is_native = attributes.boolean()
    status = attributes.string()
    error = attributes.string()
    last_seen = attributes.string()
    last_sync_status = attributes.string()
    last_sync_error = attributes.string()
    # End of the generated attributes.


class ConnectorDataInstance(Instance, ConnectorDataAttributes):
    """One instance of a ``ConnectorData`` with ``count`` or ``for_each``."""


class ConnectorData(DataSourceConstruct, ConnectorDataAttributes):
    """An Elastic connector: read, and never changed. Its configuration is not among it."""

    TYPE = "data.elasticops_connector"
    PROVIDER = ElasticProvider

    @validate_arguments(TYPE)
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        # Generated from data.elasticops_connector.schema.json: parameters.
        connector_id: str,
        # End of the generated parameters.
        provider: ElasticProvider | None = None,
        depends_on: Sequence[Construct] = (),
        count: int | str | TerraformCount | None = None,
        for_each: ITerraformIterator | Mapping[str, Any] | Sequence[str] | None = None,
    ) -> None:
        """Describe which connector to read.

        :param scope: the stack, or a construct in it
        :param id_: name of the construct; in a stack it is the name of the data source, too
        :param connector_id: identifier of the connector, as Elasticsearch shows it
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
