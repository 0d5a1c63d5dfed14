"""The data source ``elasticops_connector``: a connector as it is.

Source: https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-connector-get
"""

from __future__ import annotations

from typing import Any

from constructs_lib import schemas
from constructs_lib.backend.elastic.cluster import Cluster
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.explanation import explained
from constructs_lib.backend.plugin.data_source import DataSource
from constructs_lib.backend.plugin.diagnostics import ProviderError, described
from constructs_lib.backend.plugin.resource import Operation
from constructs_lib.backend.plugin.values import Object
from constructs_lib.schemas import Kind

_READ_LIMIT = 120.0


class ConnectorData(DataSource):
    """Reads one connector. Its configuration is left out, because it may hold secrets in clear."""

    schema = schemas.load("data.elasticops_connector")

    def read(self, config: Object, operation: Operation) -> Object:
        """The connector.

        :raises ProviderError: if there is none
        """
        cluster: Cluster = operation.client
        identifier = require_identifier(config["connector_id"])
        deadline = Deadline(_READ_LIMIT, operation.stopping)
        with explained("read", f"elasticops_connector {identifier}"):
            document = cluster.client.connector(identifier, deadline)
        found = {
            name: _value(attribute.kind, document.get(name))
            for name, attribute in self.schema.attributes.items()
            if attribute.read_only
        }
        return {**found, "id": identifier, "status": document["status"].lower()}


def require_identifier(identifier: Any, attribute: str = "connector_id") -> str:
    """Return an identifier that names a connector, and nothing else.

    :param attribute: the attribute that names it, whose value is not shown; the empty text if the
        command line names it
    :raises ProviderError: if it is empty, or would lead to another endpoint of the API
    """
    if schemas.is_identifier(identifier, "elasticops_connector_status"):
        return identifier
    # A terminal would obey the control characters of a text that was pasted.
    found = described(identifier) if attribute else ascii(identifier)
    raise ProviderError(
        "A connector cannot have this identifier",
        f"Found {found}. Give the identifier as Elasticsearch shows it.",
        (attribute,) if attribute else (),
    )


def text(value: Any) -> str | None:
    """A value of the document as text; None if there is none."""
    return value if isinstance(value, str) and value else None


def _value(kind: Kind, value: Any) -> Any:
    if kind is Kind.BOOLEAN:
        return value if isinstance(value, bool) else None
    return text(value)
