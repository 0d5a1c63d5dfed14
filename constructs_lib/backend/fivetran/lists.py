"""The lists of ``terraform query``: connections, their states, and what belongs to them.

What is listed with its state is the state that an import reads, without what could be a secret:
``terraform query -json`` prints it, and a setting that the catalogue of services does not know may
be one. Such a setting stays as it is at Fivetran when the connection is imported.

Source: https://fivetran.com/docs/rest-api/api-reference/connections/list-connections
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from constructs_lib import schemas
from constructs_lib.backend.fivetran.api.batched_reader import list_pages
from constructs_lib.backend.fivetran.api.errors import NotFound
from constructs_lib.backend.fivetran.connection import model
from constructs_lib.backend.fivetran.connection.model import setup_state
from constructs_lib.backend.http.deadline import READ_LIMIT, Deadline
from constructs_lib.backend.http.errors import explain_errors
from constructs_lib.backend.http.response_values import normalized_word
from constructs_lib.backend.managed_object.model import CONFIG, as_object
from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.list_resource import Listed, ListOperation, ListResource
from constructs_lib.backend.plugin.values.value import Dynamic, Object
from constructs_lib.schemas import SERVICES_WITH_STATE
from constructs_lib.schemas.redaction import is_secret_setting

if TYPE_CHECKING:
    from constructs_lib.backend.fivetran.api.client import Client
    from constructs_lib.backend.fivetran.provider_data import Account

_CONNECTED = "connected"


class ConnectionList(ListResource):
    """The list of connections."""

    schema = schemas.load("list.fivetranops_connection")

    def list(self, config: Object, operation: ListOperation) -> Iterator[Listed]:
        """Yield the connections page by page."""
        for item in _connections(config, operation):
            said = Diagnostics()
            state = None
            if operation.includes_state:
                with explain_errors("read", f"fivetranops_connection {item['id']}"):
                    state = _state_of_import(item, operation, said)
                if state is None:
                    continue  # It is gone by now.
            yield Listed({"id": item["id"]}, _display_name(item), state, tuple(said))


class ConnectionStateList(ListResource):
    """The list of the connections that have a state."""

    schema = schemas.load("list.fivetranops_connection_state")

    def list(self, config: Object, operation: ListOperation) -> Iterator[Listed]:
        """Yield the connections whose service keeps a state, and that have one."""
        from constructs_lib.backend.fivetran.connection_state import set_state

        account: Account = operation.provider_data
        for item in _connections(config, operation):
            if item.get("service") not in SERVICES_WITH_STATE:
                continue
            deadline = Deadline(READ_LIMIT, operation.stopping)
            with explain_errors("read", f"fivetranops_connection_state {item['id']}"):
                try:
                    live = set_state.read_state(account.client, item["id"], deadline, item)
                except NotFound:
                    continue
            if live is None:
                continue
            state = _state_resource(item["id"], live) if operation.includes_state else None
            yield Listed({"connection_id": item["id"]}, _display_name(item), state)


class BelongingList(ListResource):
    """The list of the connections that have something of one sort, such as a configuration, which
    another resource than the connection manages.

    The command that adopts an account reads it, too.
    """

    @abstractmethod
    def read(self, client: Client, identifier: str, deadline: Deadline) -> Any:
        """Return what a connection has of it; a false value, such as None, if it has nothing.

        :raises NotFound: if there is no such connection
        """

    @abstractmethod
    def imported(self, live: Any, item: Object) -> Object:
        """Return the state that an import of it reads.

        :param live: what :meth:`read` returned
        :param item: the connection in the list of the API
        """

    @abstractmethod
    def written(self, live: Any) -> Object:
        """Return the attributes of a configuration that changes nothing, all but the connection.

        :param live: what :meth:`read` returned
        """

    def list(self, config: Object, operation: ListOperation) -> Iterator[Listed]:
        """Yield the connections that have it."""
        account: Account = operation.provider_data
        name = self.schema.name.removeprefix("list.")
        for item in _connections(config, operation):
            identifier = item["id"]
            deadline = Deadline(READ_LIMIT, operation.stopping)
            with explain_errors("read", f"{name} {identifier}"):
                try:
                    live = self.read(account.client, identifier, deadline)
                except NotFound:
                    continue
            if live:
                found = self.imported(live, item) if operation.includes_state else None
                yield Listed({"connection_id": identifier}, _display_name(item), found)


def _connections(config: Object, operation: ListOperation) -> Iterator[dict[str, Any]]:
    """Yield the items of the list that pass the filters. Those of the API are checked as well,
    because it ignores a filter that it does not know.
    """
    account: Account = operation.provider_data
    asked = {name: config.get(name) for name in ("group_id", "schema")}
    # Whoever takes the items may take his time with each: a page has a limit, and the list none.
    with explain_errors("list", "fivetranops_connection"):
        for page in list_pages(account.client, Deadline(READ_LIMIT, operation.stopping), **asked):
            for item in page:
                if _passes(item, config):
                    yield item


def _passes(item: dict[str, Any], config: Object) -> bool:
    wanted = config.get("setup_state")
    if wanted is not None and setup_state(item) != wanted:
        return False
    names = ("group_id", "schema", "service")
    return all(config.get(name) is None or item.get(name) == config[name] for name in names)


def _display_name(item: dict[str, Any]) -> str:
    """Return what a person recognises a connection by, such as ``shop.orders (google_sheets)``."""
    said = [str(item.get("service"))]
    if setup_state(item) not in (_CONNECTED, ""):
        said.append(setup_state(item))
    if normalized_word(item.get("paused")) == "true":
        said.append("paused")
    return f"{item.get('schema') or item['id']} ({', '.join(said)})"


def _state_of_import(
    item: dict[str, Any], operation: ListOperation, diagnostics: Diagnostics
) -> Object | None:
    """Return the state that an import of a connection reads; None if it is gone."""
    from constructs_lib.backend.fivetran.connection.read import with_valid_settings

    account: Account = operation.provider_data
    answer = item
    if not isinstance(item.get("config"), dict):
        # By the contract the items of a list may come without their settings.
        try:
            deadline = Deadline(READ_LIMIT, operation.stopping)
            answer = account.client.connection(item["id"], deadline)
        except NotFound:
            return None
    state = model.refreshed_state({"id": item["id"]}, answer, {}, adopted=True)
    shown = _without_secrets(str(item.get("service")), as_object(state.get(CONFIG)))
    state[CONFIG] = Dynamic.of(shown)
    return with_valid_settings(state, diagnostics)


def _without_secrets(service: str, config: dict[str, Any]) -> dict[str, Any]:
    """Return settings without those that the catalogue does not know, and whose name sounds like a
    secret.
    """
    facts = schemas.service(service)
    known: Mapping[str, Any] = facts.config if facts else {}
    return {
        name: value if name in known else _without_secret_names(value)
        for name, value in config.items()
        if name in known or not is_secret_setting(name)
    }


def _without_secret_names(value: Any) -> Any:
    """Return a value without the parts whose name sounds like a secret, at any depth."""
    if isinstance(value, dict):
        return {
            name: _without_secret_names(inner)
            for name, inner in value.items()
            if not is_secret_setting(name)
        }
    return [_without_secret_names(inner) for inner in value] if isinstance(value, list) else value


def _state_resource(identifier: str, live: dict[str, Any]) -> Object:
    """Return the state that an import of the state of a connection reads."""
    from constructs_lib.backend.fivetran.connection_state.state_value import to_terraform

    attributes = schemas.load("fivetranops_connection_state").attributes
    defaults = {name: one.default for name, one in attributes.items() if one.default is not None}
    return {
        **defaults,
        "id": identifier,
        "connection_id": identifier,
        "state": to_terraform(live),
    }
