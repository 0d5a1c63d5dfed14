"""The data sources ``fivetranops_connection`` and ``fivetranops_connections``.

A data source puts what it reads into Terraform's state, in clear. The API masks secrets, but the
service catalogue may be older or newer than the API, and lacks some of them. So a setting is shown
only if the catalogue knows it and does not mark it as secret, and its name does not sound like a
secret.

Source: https://fivetran.com/docs/rest-api/api-reference/connections/connection-details and
https://fivetran.com/docs/rest-api/api-reference/connections/list-connections
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from constructs_lib import schemas
from constructs_lib.backend.fivetran.api import batched_reader
from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.fivetran.connection.model import attributes_of, require_identifier
from constructs_lib.backend.fivetran.connection_test.resource import setup_test_results, text_of
from constructs_lib.backend.fivetran.provider_data import Account
from constructs_lib.backend.http import jsontext
from constructs_lib.backend.http.deadline import READ_LIMIT, Deadline
from constructs_lib.backend.http.errors import explain_errors
from constructs_lib.backend.http.redaction import json_redactor, without_secret_names
from constructs_lib.backend.http.response_values import normalized_word
from constructs_lib.backend.managed_object import equivalence
from constructs_lib.backend.plugin.diagnostics import Diagnostics, ProviderError
from constructs_lib.backend.plugin.planning.checks import check_rules, rule_problems
from constructs_lib.backend.plugin.resource import DataSource, Operation
from constructs_lib.backend.plugin.values.value import Dynamic, Object
from constructs_lib.schemas import Attribute, Field
from constructs_lib.schemas.redaction import is_secret_setting

if TYPE_CHECKING:
    from constructs_lib.schemas.rules import Rule


_HIDDEN: Final = object()


def readable_config(service: str, config: dict[str, Any]) -> dict[str, Any] | None:
    """Return the settings without those that are or could be secret.

    :param config: as the API answers them
    :returns: None if the service is not known
    """
    facts = schemas.service(service)
    return None if facts is None else _of_fields(facts.config, config)


def _of_fields(fields: Any, values: dict[str, Any]) -> dict[str, Any]:
    known = {name: _part(fields[name], values[name]) for name in values if name in fields}
    return {name: part for name, part in known.items() if part is not _HIDDEN}


def _part(field: Field, value: Any) -> Any:
    if value is None:
        return None
    if field.secret or schemas.is_mask(value) or is_secret_setting(field.name):
        return _HIDDEN
    if field.fields:
        return _of_fields(field.fields, value) if isinstance(value, dict) else _HIDDEN
    if field.item is not None:
        return _items(field.item, value) if isinstance(value, list) else _HIDDEN
    # What stands inside a value of which only the name is known could be anything.
    return _HIDDEN if isinstance(value, (dict, list)) else value


def _items(item: Field, values: list[Any]) -> Any:
    parts = [_part(item, value) for value in values]
    return [part for part in parts if part is not _HIDDEN]


def readable_attributes(answer: dict[str, Any], attributes: dict[str, Attribute]) -> Object:
    """Return the attributes that a response of the API contains; null for all others.

    :param attributes: those of the data source, or of an item of its list
    """
    found = attributes_of(answer, attributes)
    values = {name: found.get(name) for name in attributes}
    for name, read in _READ_APART.items():
        if name in attributes:
            values[name] = read(answer)
    return values


def _status_of(answer: dict[str, Any]) -> dict[str, Any]:
    status = answer.get("status")
    return status if isinstance(status, dict) else {}


def _notes(name: str, answer: dict[str, Any]) -> list[Object] | None:
    """Return the tasks or warnings of a connection, without the texts of its settings."""
    found = _status_of(answer).get(name)
    if not isinstance(found, list):
        return None
    from constructs_lib.backend.fivetran.api import quoted_texts

    hidden = json_redactor(quoted_texts.of_connection(answer))
    notes = [without_secret_names(hidden(each)) for each in found if isinstance(each, dict)]
    return [
        {key: text_of(note.get(key)) for key in ("code", "message", "details")} for note in notes
    ]


def _setup_tests(answer: dict[str, Any]) -> list[Object] | None:
    found = answer.get("setup_tests")
    if not isinstance(found, list) or not all(isinstance(test, dict) for test in found):
        return None
    from constructs_lib.backend.fivetran.api import quoted_texts

    results = setup_test_results(answer, quoted_texts.of_connection(answer))
    return [result._asdict() for result in results]


def _source_sync_details(answer: dict[str, Any]) -> str | None:
    found = answer.get("source_sync_details")
    if not isinstance(found, dict) or not found:
        return None
    from constructs_lib.backend.fivetran.api import quoted_texts

    hidden = json_redactor(quoted_texts.of_connection(answer))
    return jsontext.dumps(without_secret_names(hidden(found)))


def _is_historical_sync(answer: dict[str, Any]) -> bool | None:
    word = normalized_word(_status_of(answer).get("is_historical_sync"))
    return {"true": True, "false": False}.get(word)


def _connect_card_config(answer: dict[str, Any]) -> Object | None:
    found = answer.get("connect_card_config")
    if not isinstance(found, dict):
        return None
    words = {"true": True, "false": False}
    flags = {
        n: words.get(normalized_word(found.get(n))) for n in ("hide_setup_guide", "all_fields")
    }
    return {"redirect_uri": text_of(found.get("redirect_uri")), **flags}


def _config(answer: dict[str, Any]) -> Dynamic | None:
    config = equivalence.in_nfc(answer.get("config"))
    if not isinstance(config, dict):
        return None
    shown = readable_config(str(answer.get("service")), config)
    return None if shown is None else Dynamic.of(shown)


_READ_APART: Final[dict[str, Callable[[dict[str, Any]], Any]]] = {
    "config": _config,
    "connect_card_config": _connect_card_config,
    "is_historical_sync": _is_historical_sync,
    "tasks": partial(_notes, "tasks"),
    "warnings": partial(_notes, "warnings"),
    "setup_tests": _setup_tests,
    "source_sync_details": _source_sync_details,
}
"""What a data source reads and the resource does not keep, or keeps as it was configured."""
_MAX_NAMED = 5


class ConnectionDataSource(DataSource):
    """The data source of one connection, by its identifier or by its group and schema."""

    schema = schemas.load("data.fivetranops_connection")

    def validate(self, config: Object, diagnostics: Diagnostics) -> None:
        """Check that exactly one of both forms is given. Any value may be unknown."""
        check_rules(_rules(), config, diagnostics)

    def read(self, config: Object, operation: Operation) -> Object:
        """Read the connection.

        :raises ProviderError: if there is none, or more than one
        """
        # What was unknown when it was validated may have turned out null.
        for problem in rule_problems(_rules(), config):
            raise ProviderError(problem.summary, problem.detail, problem.path)
        account: Account = operation.provider_data
        deadline = Deadline(READ_LIMIT, operation.stopping)
        if config["connection_id"] is not None:
            identifier = require_identifier(config["connection_id"])
            with explain_errors("read", f"fivetranops_connection {identifier}"):
                answer = account.client.connection(identifier, deadline)
        else:
            answer = _found(account.client, config["group_id"], config["schema"], deadline)
            identifier = answer["id"]
        found = readable_attributes(answer, self.schema.attributes)
        return {**found, "id": identifier, "connection_id": identifier}


def _rules() -> tuple[Rule, ...]:
    from constructs_lib.schemas.rules import CONNECTION_DATA

    return CONNECTION_DATA


def _found(client: Client, group_id: str, schema: str, deadline: Deadline) -> dict[str, Any]:
    """Return the one connection of a group that has this schema."""
    with explain_errors("find", f"fivetranops_connection {schema} in group {group_id}"):
        listed = batched_reader.list_connections(client, deadline, group_id=group_id, schema=schema)
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
            f"The group {group_id} has no connection with the schema {schema} that this API key "
            "can see. The schema is the whole name that Fivetran shows, such as gsheets.orders; "
            "upper and lower case matter.",
            ("schema",),
        )
    named = ", ".join(sorted(found)[:_MAX_NAMED])
    return ProviderError(
        "There are several such connections",
        f"The group {group_id} has {len(found)} connections with the schema {schema}: {named}. "
        "Name one by its connection_id.",
        ("schema",),
    )


_FIELDS: Final = "fields"
_SORTED_BY: Final = ("group_id", "schema", "id")


class ConnectionsDataSource(DataSource):
    """The data source of all connections that the filters let pass."""

    schema = schemas.load("data.fivetranops_connections")
    filters = tuple(
        one.name for one in schema.attributes.values() if not one.read_only and one.name != _FIELDS
    )

    def read(self, config: Object, operation: Operation) -> Object:
        """Read the connections; an empty list is no error."""
        account: Account = operation.provider_data
        deadline = Deadline(READ_LIMIT, operation.stopping)
        known_to_the_api = {name: config[name] for name in ("group_id", "schema")}
        with explain_errors("list", "fivetranops_connections"):
            listed = batched_reader.list_connections(account.client, deadline, **known_to_the_api)
        # Another order of an answer must be no difference.
        passing = sorted((item for item in listed if _passes(item, config)), key=_order)
        known = self.schema.attributes["connections"].attributes
        wanted = {"id", *(config[_FIELDS] or known)}
        nothing = dict.fromkeys(known)
        read = {name: attribute for name, attribute in known.items() if name in wanted}
        connections = [{**nothing, **readable_attributes(item, read)} for item in passing]
        return {"connections": connections, "ids": [item["id"] for item in passing]}


def _passes(item: dict[str, Any], config: Object) -> bool:
    """Return True if a connection passes all filters. Those of the API are checked as well, because
    it ignores a filter that it does not know.
    """
    names = [name for name in ConnectionsDataSource.filters if config[name] is not None]
    found = attributes_of(item, names)
    return all(found.get(name) == config[name] for name in names)


def _order(item: dict[str, Any]) -> tuple[str, ...]:
    found = attributes_of(item, _SORTED_BY)
    return tuple(str(found.get(name) or "") for name in _SORTED_BY)
