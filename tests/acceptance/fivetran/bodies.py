"""The configurations that the scenarios begin with."""

from __future__ import annotations

from typing import Any

ORDERS = "fivetranops_connection.orders"
"""The address of the connection in :func:`orders`."""
CURSOR = "fivetranops_connection_state.cursor"
"""The address of the state in :func:`cursor`."""

CONFIG: dict[str, Any] = {"schema_prefix": "orders", "host": "db.example.com", "port": 5432}
CREATED: dict[str, Any] = {
    "group_id": "sandbox_warehouse",
    "service": "postgres",
    "config": CONFIG,
}
"""The body of the request that creates :func:`orders`."""

INVOICES = """
resource "fivetranops_connection" "invoices" {
  group_id = "sandbox_warehouse"
  service  = "connector_sdk"
  config   = { schema = "invoices", package_id = "p" }
}
"""
"""A connection whose service keeps a state."""
INVOICES_CREATED: dict[str, Any] = {
    "group_id": "sandbox_warehouse",
    "service": "connector_sdk",
    "config": {"schema": "invoices", "package_id": "p"},
}
"""The body of the request that creates :data:`INVOICES`."""


def orders(
    more: str = "", *, host: str = "db.example.com", config: str = "", schema: str = '"orders"'
) -> str:
    """A connection.

    :param more: further attributes
    :param config: further settings of ``config``, after a comma
    :param schema: the expression that names the destination schema
    """
    return f"""
resource "fivetranops_connection" "orders" {{
  group_id = "sandbox_warehouse"
  service  = "postgres"
  config   = {{ schema_prefix = {schema}, host = "{host}", port = 5432{config} }}
  {more}
}}
"""


def cursor(state: str, more: str = "", *, of: str = "") -> str:
    """The state of a connection.

    :param state: the expression of the state
    :param of: the identifier of the connection; that of :data:`INVOICES` if left out
    """
    identifier = f'"{of}"' if of else "fivetranops_connection.invoices.id"
    return f"""
resource "fivetranops_connection_state" "cursor" {{
  connection_id = {identifier}
  state         = {state}
  {more}
}}
"""


GATE = "fivetranops_connection_test.gate"
"""The address of the setup tests in :func:`gate`."""
SYNC = "fivetranops_connection_sync.now"
"""The address of the sync in :func:`sync`."""
EVERYTHING = 'mode = "resync"\n resync_everything = true\n'
"""What makes a re-sync of everything of a sync."""


def gate(more: str = "", *, of: str = "") -> str:
    """The setup tests of a connection; of that of :func:`orders` if ``of`` is left out."""
    return _action("connection_test", "gate", more, of)


def sync(more: str = "", *, of: str = "") -> str:
    """A sync of a connection; of that of :func:`orders` if ``of`` is left out."""
    return _action("connection_sync", "now", more, of)


def _action(kind: str, name: str, more: str, of: str) -> str:
    identifier = f'"{of}"' if of else "fivetranops_connection.orders.id"
    return f"""
resource "fivetranops_{kind}" "{name}" {{
  connection_id = {identifier}
  {more}
}}
"""


def later(value: str, trigger: int = 1) -> str:
    """``terraform_data.late.output``: unknown at plan whenever the trigger changes."""
    return f"""
resource "terraform_data" "late" {{
  input            = {value}
  triggers_replace = {trigger}
}}
"""


def action(kind: str, more: str = "", *, of: str = "", name: str = "it") -> str:
    """An action on a connection; on that of :func:`orders` if ``of`` is left out.

    :param kind: ``sync``, ``resync``, ``test`` or ``pause``
    :param more: further attributes
    """
    identifier = f'"{of}"' if of else "fivetranops_connection.orders.id"
    return f"""
action "fivetranops_connection_{kind}" "{name}" {{
  config {{
    connection_id = {identifier}
    {more}
  }}
}}
"""


def triggers(*actions: str, events: str = "after_update") -> str:
    """The ``lifecycle`` block of a resource that triggers actions, each such as ``sync.it``."""
    named = ", ".join(f"action.fivetranops_connection_{each}" for each in actions)
    return f"""
  lifecycle {{
    action_trigger {{
      events  = [{events}]
      actions = [{named}]
    }}
  }}
"""
