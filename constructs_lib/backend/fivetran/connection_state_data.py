"""The data source ``fivetranops_connection_state``: the state of a connection as it stands now.

Source: https://fivetran.com/docs/rest-api/api-reference/connections/connection-state
"""

from __future__ import annotations

from constructs_lib import schemas
from constructs_lib.backend.fivetran.account import Account
from constructs_lib.backend.fivetran.carried_state import carried
from constructs_lib.backend.fivetran.choreography import read_state
from constructs_lib.backend.fivetran.identifiers import require_identifier
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.explanation import explained
from constructs_lib.backend.plugin.data_source import DataSource
from constructs_lib.backend.plugin.resource import Operation
from constructs_lib.backend.plugin.values import Object

_READ_LIMIT = 600.0


class ConnectionStateData(DataSource):
    """Reads the state of one connection."""

    schema = schemas.load("data.fivetranops_connection_state")

    def read(self, config: Object, operation: Operation) -> Object:
        """The state; null if none was written yet.

        :raises ProviderError: if there is no such connection, or its service keeps no state
        """
        account: Account = operation.client
        identifier = require_identifier(config["connection_id"])
        deadline = Deadline(_READ_LIMIT, operation.stopping)
        with explained("read the state of", f"connection {identifier}"):
            state = read_state(account.client, identifier, deadline)
        return {"state": carried(state)}
