"""What the connector service does beside the requests of a client: it sets the status."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from constructs_lib.sandbox.elastic import routes
from constructs_lib.sandbox.elastic.faults import ElasticFault
from constructs_lib.sandbox.elastic.tables import ElasticTables


def happen(tables: ElasticTables, faults: Sequence[ElasticFault], when: str, path: str) -> None:
    """Lets happen what is to happen before or after a request, whatever becomes of it.

    :param faults: those that strike the request
    :param when: ``before`` or ``after``
    :param path: of the request, percent-encoded; what it names need not exist
    """
    for fault in faults:
        found = tables.connector(routes.connector_id(path) or "")
        if found is not None and fault.facts.event and fault.when == when:
            tables.save(replace(found, status=fault.status))
