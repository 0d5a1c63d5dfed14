"""The constructs of Elastic connectors.

``ConnectorStatus`` sets the status of one, ``ConnectorData`` reads a connector, and the action
``ConnectorSyncJobAction`` begins a sync job of one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from constructs_lib.constructs.base import attributes
from constructs_lib.constructs.base.arguments import validate_arguments
from constructs_lib.constructs.base.attributes import Instance
from constructs_lib.constructs.base.data_source import ActionConstruct, DataSourceConstruct
from constructs_lib.constructs.base.meta_arguments import Lifecycle
from constructs_lib.constructs.base.resource import ResourceConstruct
from constructs_lib.constructs.elastic.provider import ElasticProvider
from constructs_lib.constructs.rules.stack import InstanceKey, UniqueKey
from constructs_lib.toolkit import Construct, ITerraformIterator, TerraformCount, is_token
from constructs_lib.validation import ConstructPlace, Finding, check_connector_status


class ConnectorStatusAttributes:
    """The attributes of a connector's status that other resources can use."""

    # Generated from elasticops_connector_status.schema.json: attributes.
    id = attributes.string()
    connector_id = attributes.string()
    status = attributes.string()
    drift_policy = attributes.string()
    via = attributes.string()
    timeouts = attributes.object_value()
    previous_status = attributes.string()
    last_seen = attributes.string()
    error = attributes.string()
    # End of the generated attributes.


class ConnectorStatusInstance(Instance, ConnectorStatusAttributes):
    """One instance of a ``ConnectorStatus`` with ``count`` or ``for_each``."""


class ConnectorStatus(ResourceConstruct, ConnectorStatusAttributes):
    """The status of an Elastic connector.

    Deploying sets it along the transitions that the Connector Protocol allows, and only when what
    is described here changes, because the connector service writes the status by itself.
    """

    TYPE = "elasticops_connector_status"
    PROVIDER = ElasticProvider

    @validate_arguments(TYPE)
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        # Generated from elasticops_connector_status.schema.json: parameters.
        connector_id: str,
        status: str,
        drift_policy: Literal["on_change", "enforce"] | None = None,
        via: Literal["direct", "shortest"] | None = None,
        timeouts: Mapping[str, str] | None = None,
        # End of the generated parameters.
        provider: ElasticProvider | None = None,
        depends_on: Sequence[Construct] = (),
        lifecycle: Lifecycle | Mapping[str, Any] | None = None,
        count: int | str | TerraformCount | None = None,
        for_each: ITerraformIterator | Mapping[str, Any] | Sequence[str] | None = None,
        import_id: str | None = None,
        import_identity: Mapping[str, str] | None = None,
        moved_from: str | None = None,
    ) -> None:
        """Describe the status of a connector.

        :param scope: the stack, or a construct in it
        :param id_: name of the construct; in a stack it is the name of the resource, too
        :param connector_id: identifier of the connector, as Elasticsearch shows it. A change
            replaces this resource
        :param status: the status to set; upper and lower case mean the same. Nothing leads to
            ``created``, so it can only be kept. Allowed: ``created``, ``needs_configuration``,
            ``configured``, ``connected``, ``error``
        :param drift_policy: ``on_change`` (default) sets the status only when the value configured
            here changes, because the connector service writes the status by itself. ``enforce``
            sets it again whenever it differs
        :param via: ``direct`` (default) takes one step, and a transition that the Connector
            Protocol does not allow is an error at plan. ``shortest`` walks the fewest allowed
            steps, which the plan shows
        :param timeouts: time limits of the operations, such as 30m. Keys: ``create``, ``update``
        :param provider: the provider to use if the stack has several
        :param depends_on: what must exist before
        :param lifecycle: how Terraform treats changes, see ``Lifecycle``
        :param count: number of statuses to set
        :param for_each: one for each entry: a mapping, texts, or an iterator of the CDK
        :param import_id: identifier of the connector whose status to import
        :param import_identity: likewise, by the identity: a mapping of ``connector_id``; Terraform
            1.12 or later
        :param moved_from: the address that it had before, such as ``orders_old``
        """
        # The parameters are the attributes, by name: spelling the table out would repeat them.
        super().__init__(scope, id_, dict(locals()))

    def at(self, key: str | int) -> ConnectorStatusInstance:
        """Return one of several statuses.

        :param key: the key in ``for_each``, or the index with ``count``
        """
        return ConnectorStatusInstance(self, key)

    def check(self, values: Mapping[str, Any], place: ConstructPlace) -> list[Finding]:
        """Return all findings about the parameters."""
        return check_connector_status(values, place=place, is_token=is_token)

    def unique_keys(self, values: Mapping[str, Any], provider: object) -> tuple[UniqueKey, ...]:
        """Claim the status of the connector, which only one construct may set."""
        connector = values["connector_id"]
        if is_token(connector):
            return ()
        found = f"a second status for the connector {connector!r}"
        allowed = "one ConnectorStatus per connector: two would overwrite each other"
        return (UniqueKey("status-twice", (provider, connector), "/connector_id", found, allowed),)

    def instance_key(self, values: Mapping[str, Any]) -> InstanceKey | None:
        """Return the connector, of which only one construct may set the status."""
        allowed = "a separate connector for each status: they would overwrite each other"
        identifier, what = values["connector_id"], "the status of one connector"
        return InstanceKey("status-twice", (identifier,), "/connector_id", what, allowed)


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
    """An Elastic connector, which is read and never changed. Its configuration is left out."""

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


class ConnectorSyncJobAction(ActionConstruct):
    """A sync job of an Elastic connector, whenever a resource triggers it or a person invokes it.

    With ``wait`` the job is followed to its end, and one that fails is an error.
    """

    TYPE = "action.elasticops_connector_sync_job"
    PROVIDER = ElasticProvider

    @validate_arguments(TYPE)
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        # Generated from action.elasticops_connector_sync_job.schema.json: parameters.
        connector_id: str,
        job_type: Literal["full", "incremental", "access_control"] | None = None,
        wait: bool | None = None,
        timeouts: Mapping[str, str] | None = None,
        # End of the generated parameters.
        provider: ElasticProvider | None = None,
        count: int | str | TerraformCount | None = None,
        for_each: ITerraformIterator | Mapping[str, Any] | Sequence[str] | None = None,
    ) -> None:
        """Describe a sync job of a connector.

        :param scope: the stack, or a construct in it
        :param id_: name of the construct; in a stack it is the name of the action, too
        :param connector_id: identifier of the connector
        :param job_type: ``full`` (default) loads everything, ``incremental`` what changed since the
            last job, ``access_control`` who may read what
        :param wait: True follows the job to its end; one that fails or is canceled is an error.
            False only begins it
        :param timeouts: time limit of the action, such as 30m. Keys: ``invoke``
        :param provider: the provider to use if the stack has several
        :param count: number of instances; a trigger names one by ``at(index)``
        :param for_each: one for each entry: a mapping, texts, or an iterator of the CDK
        """
        # The parameters are the attributes, by name: spelling the table out would repeat them.
        super().__init__(scope, id_, dict(locals()))
