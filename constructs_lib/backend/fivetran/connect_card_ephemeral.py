"""The ephemeral resource ``fivetranops_connect_card``: a connect card that is stored nowhere.

Fivetran does not say how long a card is valid, and has no request that renews one or takes one
back: so it is opened, and neither renewed nor closed.

Source: Fivetran's REST API, ``POST /v1/connections/{id}/connect-card``
"""

from __future__ import annotations

from constructs_lib import schemas
from constructs_lib.backend.fivetran.account import Account
from constructs_lib.backend.fivetran.connect_card_request import card_config
from constructs_lib.backend.fivetran.identifiers import require_identifier
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.explanation import explained
from constructs_lib.backend.plugin.ephemeral_resource import EphemeralResource, Opened
from constructs_lib.backend.plugin.resource import Operation
from constructs_lib.backend.plugin.values import Object

_LIMIT = 300.0


class ConnectCardEphemeral(EphemeralResource):
    """Issues a connect card for one run."""

    schema = schemas.load("ephemeral.fivetranops_connect_card")

    def open(self, config: Object, operation: Operation) -> Opened:
        """Issues a card. A lost answer is repeated, because a second card is harmless."""
        account: Account = operation.client
        identifier = require_identifier(config["connection_id"])
        deadline = Deadline(_LIMIT, operation.stopping)
        with explained("open", f"ephemeral.fivetranops_connect_card {identifier}"):
            card = account.client.issue_connect_card(identifier, card_config(config), deadline)
        return Opened({"uri": card.uri, "token": card.token})
