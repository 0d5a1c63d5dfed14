"""The provider ``elasticops``: statuses of Elastic connectors, over Elasticsearch's REST API."""

__all__ = ["IDENTITIES", "PRELOAD", "SCHEMAS", "SOURCE", "load"]

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from constructs_lib.backend.plugin.provider import Provider

SOURCE = "terraform.local/connections-as-code/elasticops"
"""The address under which Terraform knows the provider."""
SCHEMAS = os.path.join(os.path.dirname(__file__), "schemas.bin")
"""The file with the prepared response about the schemas; scripts/prepared_schemas.py writes it."""
IDENTITIES = os.path.join(os.path.dirname(__file__), "identities.bin")
"""The same about the schemas of identities, which Terraform 1.12 and later asks for."""

PRELOAD = (
    "constructs_lib.backend.elastic.provider",
    "constructs_lib.schemas.rules",
    "constructs_lib.backend.elastic.client",
    "email.parser",
    "http.client",
    "urllib3.exceptions",
    "urllib3",
    "constructs_lib.backend.http.transport:import_requests",
    "constructs_lib.backend.http.requests_adapter",
    "constructs_lib.backend.elastic.connector_status",
)
"""What checks and plans need, in that order: modules, and functions to call."""


def load() -> "Provider":
    """Return the provider, imported only here so that the handshake need not wait for it."""
    from constructs_lib.backend.elastic.provider import ElasticOps

    return ElasticOps()
