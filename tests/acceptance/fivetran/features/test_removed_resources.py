"""``removed``: an object is forgotten, or destroyed once."""

from __future__ import annotations

import pytest
from bodies import CURSOR, ORDERS, cursor, orders
from expected_requests import careful_state, deletion
from sandbox_server import Sandbox
from scenario import Scenario

pytestmark = pytest.mark.both_terraforms

FORGOTTEN = "Some objects will no longer be managed by Terraform"


def removed(address: str, *, destroy: bool | None = None) -> str:
    """A block that removes a resource; what becomes of it is left out where it is None."""
    given = "" if destroy is None else f"\n  lifecycle {{\n    destroy = {destroy}\n  }}\n".lower()
    return f"removed {{\n  from = {address}{given}\n}}\n"


@pytest.fixture
def identifier(terraform: Scenario, sandbox: Sandbox, connection: str) -> str:
    """A connection of Terraform's own, beside the state of one that a person made."""
    sandbox.ask("PATCH", f"/v1/connections/{connection}/state", {"state": {"page": 1}})
    terraform.write(orders() + page_five(connection))
    terraform.apply()
    sandbox.writes()
    found: str = terraform.resource(ORDERS)["id"]
    return found


def page_five(connection: str) -> str:
    return cursor("{ page = 5 }", 'on_destroy = "restore"', of=connection)


def test_what_is_forgotten_stays_at_fivetran(
    terraform: Scenario, sandbox: Sandbox, connection: str, identifier: str
) -> None:
    before = sandbox.connection(identifier)
    sandbox.made_by_hand.add(identifier)
    blocks = removed(ORDERS, destroy=False) + removed(CURSOR, destroy=False)

    terraform.step(blocks, [], warns=(FORGOTTEN,))

    assert terraform.addresses() == []
    assert sandbox.connection(identifier) == before
    assert sandbox.state(connection) == {"page": 5}


def test_what_is_removed_is_destroyed_once(
    terraform: Scenario, connection: str, identifier: str
) -> None:
    first, second = removed(ORDERS, destroy=True), removed(CURSOR)

    terraform.step(first + page_five(connection), [deletion(identifier)], settles=False)
    terraform.step(first + second, careful_state(connection, {"page": 1}))

    assert terraform.addresses() == []
