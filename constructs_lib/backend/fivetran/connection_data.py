"""The data source ``fivetranops_connection``: one connection as it is.

Source: https://fivetran.com/docs/rest-api/api-reference/connections/connection-details
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from constructs_lib import schemas
from constructs_lib.backend.fivetran import listing
from constructs_lib.backend.fivetran.account import Account
from constructs_lib.backend.fivetran.client import Client
from constructs_lib.backend.fivetran.connection_facts import told
from constructs_lib.backend.fivetran.identifiers import require_identifier
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.explanation import explained
from constructs_lib.backend.plugin.data_source import DataSource
from constructs_lib.backend.plugin.diagnostics import Diagnostics, ProviderError
from constructs_lib.backend.plugin.resource import Operation
from constructs_lib.backend.plugin.rule_checks import check_rules, problems
from constructs_lib.backend.plugin.values import Object

if TYPE_CHECKING:
    from constructs_lib.schemas.rules import Rule

_READ_LIMIT = 600.0
_MOST_NAMED = 5


class ConnectionData(DataSource):
    """Reads one connection, by its identifier or by its group and schema."""

    schema = schemas.load("data.fivetranops_connection")

    def validate(self, config: Object, diagnostics: Diagnostics) -> None:
        """Check that exactly one of both forms is given. Any value may be unknown."""
        check_rules(_rules(), config, diagnostics)

    def read(self, config: Object, operation: Operation) -> Object:
        """The connection.

        :raises ProviderError: if there is none, or more than one
        """
        # What was unknown when it was validated may have turned out null.
        for problem in problems(_rules(), config):
            raise ProviderError(problem.summary, problem.detail, problem.path)
        account: Account = operation.client
        deadline = Deadline(_READ_LIMIT, operation.stopping)
        if config["connection_id"] is not None:
            identifier = require_identifier(config["connection_id"])
            with explained("read", f"fivetranops_connection {identifier}"):
                answer = account.client.connection(identifier, deadline)
        else:
            answer = _found(account.client, config["group_id"], config["schema"], deadline)
            identifier = answer["id"]
        found = told(answer, self.schema.attributes)
        return {**found, "id": identifier, "connection_id": identifier}


def _rules() -> tuple[Rule, ...]:
    from constructs_lib.schemas.rules import CONNECTION_DATA

    return CONNECTION_DATA


def _found(client: Client, group_id: str, schema: str, deadline: Deadline) -> dict[str, Any]:
    """The one connection of a group that has this schema."""
    with explained("find", f"fivetranops_connection {schema} in group {group_id}"):
        listed = listing.connections(client, deadline, group_id=group_id, schema=schema)
        exact = [
            item
            for item in listed
            if item.get("group_id") == group_id and item.get("schema") == schema
        ]
        if len(exact) != 1:
            raise _none_or_several(group_id, schema, [item["id"] for item in exact])
        if isinstance(exact[0].get("config"), dict):
            return exact[0]
        # By the contract the items of a list may come without their settings.
        return client.connection(exact[0]["id"], deadline)


def _none_or_several(group_id: str, schema: str, found: list[str]) -> ProviderError:
    if not found:
        return ProviderError(
            "There is no such connection",
            f"The group {group_id} has no connection with the schema {schema}, as far as the API "
            "key may see. The schema is the whole name that Fivetran shows, such as "
            "gsheets.orders; upper and lower case matter.",
            ("schema",),
        )
    named = ", ".join(sorted(found)[:_MOST_NAMED])
    return ProviderError(
        "There are several such connections",
        f"The group {group_id} has {len(found)} connections with the schema {schema}: {named}. "
        "Name one by its connection_id.",
        ("schema",),
    )
