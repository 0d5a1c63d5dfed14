"""The data source ``fivetranops_connections``: a list of connections.

Source: https://fivetran.com/docs/rest-api/api-reference/connections/list-connections
"""

from __future__ import annotations

from constructs_lib import schemas
from constructs_lib.backend.fivetran import listing
from constructs_lib.backend.fivetran.account import Account
from constructs_lib.backend.fivetran.connection_facts import told
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.explanation import explained
from constructs_lib.backend.plugin.data_source import DataSource
from constructs_lib.backend.plugin.resource import Operation
from constructs_lib.backend.plugin.values import Object

_READ_LIMIT = 600.0
_FILTERS = (
    "group_id",
    "schema",
    "service",
    "paused",
    "setup_state",
    "sync_state",
    "update_state",
)


class ConnectionsData(DataSource):
    """Reads all pages of connections, and leaves those that the filters let pass."""

    schema = schemas.load("data.fivetranops_connections")

    def read(self, config: Object, operation: Operation) -> Object:
        """The connections; an empty list is no error."""
        account: Account = operation.client
        deadline = Deadline(_READ_LIMIT, operation.stopping)
        known_to_the_api = {name: config[name] for name in ("group_id", "schema")}
        with explained("list", "fivetranops_connections"):
            listed = listing.connections(account.client, deadline, **known_to_the_api)
        attributes = self.schema.attributes["connections"].attributes
        every = [told(item, attributes) for item in listed]
        # Another order of an answer must be no difference.
        passing = sorted((item for item in every if _passes(item, config)), key=_order)
        return {"connections": passing, "ids": [item["id"] for item in passing]}


def _passes(item: Object, config: Object) -> bool:
    """True if all filters let it pass, those of the API, too: one that it does not know, it would
    leave aside without a word.
    """
    return all(config[name] is None or item[name] == config[name] for name in _FILTERS)


def _order(item: Object) -> tuple[str, ...]:
    return tuple(str(item[name] or "") for name in ("group_id", "schema", "id"))
