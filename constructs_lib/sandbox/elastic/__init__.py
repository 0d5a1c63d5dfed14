"""A local stand-in for Elastic's connector API, for demonstrations and tests.

It keeps the envelopes, statuses and messages of Elasticsearch for connectors and their sync jobs,
stores everything in an SQLite file (or in memory), and keeps a journal of all requests. It has
every call of Elastic's own Python client for connectors, and runs no sync.

* In a process: mount :class:`ElasticAdapter` on a ``requests`` session for ``sandbox://elastic``.
* As a server: ``python -m constructs_lib.sandbox serve --elastic-database FILE --elastic-port N``.

A new one holds the connector :data:`SEEDED_CONNECTOR`. :meth:`ElasticStore.configure` chooses the
version of the server, and takes ``faults`` as the sandbox of Fivetran's API does.

As Elasticsearch does, it stores and answers the configuration of a connector in clear; the journal
masks it.

Sources: https://www.elastic.co/docs/api/doc/elasticsearch/group/endpoint-connector and the
Connector Protocol, https://github.com/elastic/connectors/blob/main/docs/CONNECTOR_PROTOCOL.md.
"""

from constructs_lib.sandbox.elastic.api import ElasticAdapter, ElasticApi
from constructs_lib.sandbox.elastic.call import ElasticCredentials
from constructs_lib.sandbox.elastic.records import ElasticConnector
from constructs_lib.sandbox.elastic.store import (
    SEEDED_CONNECTOR,
    ElasticFault,
    ElasticSettings,
    ElasticStore,
)

__all__ = [
    "SEEDED_CONNECTOR",
    "ElasticAdapter",
    "ElasticApi",
    "ElasticConnector",
    "ElasticCredentials",
    "ElasticFault",
    "ElasticSettings",
    "ElasticStore",
]
