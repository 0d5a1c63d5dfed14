"""The model of a connection: its schema, what only Fivetran's services can say, and its responses.

The status of a connection is read as a response contains it; what a response does not contain is no
error. How often to poll for a status is here as well.

Source: https://fivetran.com/docs/rest-api/api-reference/connections/connection-details
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from constructs_lib import schemas
from constructs_lib.backend.http import jsontext
from constructs_lib.backend.http.response_values import normalized_word
from constructs_lib.backend.managed_object import response
from constructs_lib.backend.managed_object.checks import ObjectKind
from constructs_lib.backend.managed_object.model import Answer, ObjectModel
from constructs_lib.backend.plugin.values.value import Object

SCHEMA = schemas.load("fivetranops_connection")
KIND: Final = ObjectKind(
    "fivetranops_connection",
    "connection",
    "Give the identifier as Fivetran shows it, such as pale_hydrogen.",
    "connection_id",
)
"""How connections are identified."""
require_identifier = KIND.require
check_identifier = KIND.check
import_identifier = KIND.imported
ONLY_CREATED = SCHEMA.only_created
"""What creation takes and no later request does."""
ONLY_MODIFIED = SCHEMA.only_updated
"""What creation does not take."""
SETTINGS = SCHEMA.settings
"""What both requests take."""
TEST_CONTROLS = SCHEMA.controls
"""What steers the setup tests of one request, and is not kept by the API. By its contract they run
after every change unless ``run_setup_tests`` is false; by public reports only where ``config`` or
``auth`` changes. So what is configured goes along with every change, which is right either way."""
DESTINATION_SCHEMA_KEYS = schemas.DESTINATION_SCHEMA_KEYS
"""The keys of ``config`` that name the destination schema, in all their forms."""


def names_another_schema(service: Any, before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Return the keys in which two configurations name different destination schemas. Names that
    differ only in case name the same schema; unknown values are ignored.
    """
    return [
        key
        for key in destination_keys(service)
        if isinstance(before.get(key), str)
        and isinstance(after.get(key), str)
        and before[key].casefold() != after[key].casefold()
    ]


def destination_keys(service: Any) -> tuple[str, ...]:
    """Return the keys of ``config`` that name the destination schema of a service.

    For a service that is newer than the catalogue, or whose form the catalogue does not tell, all
    four count, to be on the safe side.
    """
    facts = schemas.service(service) if isinstance(service, str) else None
    return (facts and facts.destination_schema) or schemas.DESTINATION_SCHEMA_KEYS


def destination(answer: Answer) -> dict[str, str]:
    """Return the keys of ``config`` that name the destination schema, taken from the joined name at
    the top of a response; empty if the service, or the form of its destination schema, is not
    known.
    """
    service, name = schemas.service(str(answer.get("service"))), answer.get("schema")
    if service is None or not isinstance(name, str):
        return {}
    keys = service.destination_schema
    return dict(zip(keys, name.split(".", len(keys) - 1), strict=False))


def without_secrets(service: str, config: dict[str, Any]) -> dict[str, Any]:
    """Return settings without those that are secret by the catalogue: state holds no secret, and a
    configuration must not have one in ``config``.

    :param service: the service of the connection
    :param config: the settings as the API answers them, which may hold a secret in clear
    """
    facts = schemas.service(service)
    if facts is None or not facts.secrets:
        return config
    from constructs_lib.schemas.rules import secret_places

    places = [path for secret in facts.secrets for path in secret_places(config, secret)]
    result: Any = config
    for path in reversed(places):  # From the end, so that no item moves to another place before.
        result = _without_part(result, path)
    return dict(result)


def _without_part(value: Any, path: Sequence[Any]) -> Any:
    first, rest = path[0], path[1:]
    kept = value.copy()
    if rest:
        kept[first] = _without_part(value[first], rest)
    else:
        del kept[first]
    return kept


def _fixed_keys(values: Object) -> tuple[str, ...]:
    return destination_keys(values.get("service"))


def _keys_of_api(answer: Answer) -> tuple[str, ...]:
    service = schemas.service(str(answer.get("service")))
    return tuple(service.read_only) if service else ()


def _without_secrets(config: dict[str, Any], answer: Answer) -> dict[str, Any]:
    return without_secrets(str(answer.get("service")), config)


MODEL: Final = ObjectModel(
    SCHEMA,
    vendor="Fivetran",
    noun="connection",
    fixed_keys=_fixed_keys,
    keys_of_api=_keys_of_api,
    elsewhere=destination,
    without_secrets=_without_secrets,
)
"""How connections are sent, answered and compared."""

request_value = MODEL.request_value
clears_nothing = MODEL.clears_nothing
attributes_of = partial(response.attributes_of, MODEL)
refreshed_state = partial(response.refreshed_state, MODEL)
confirmed_state = partial(response.confirmed_state, MODEL)
echoes = partial(response.echoes, MODEL)


_LAST_SYNCS = ("succeeded_at", "failed_at")


def connection_name(identifier: str, connection: dict[str, Any]) -> str:
    """Return the name of a connection for messages."""
    return f"connection {identifier} ({connection.get('schema')})"


def is_paused_in(connection: dict[str, Any]) -> bool:
    """Return True if the response says that the connection is paused."""
    return normalized_word(connection.get("paused")) == "true"


def setup_state(connection: dict[str, Any]) -> str:
    """Return the setup state in small letters; empty if the response does not contain it."""
    return _word(connection, "setup_state")


def sync_state(connection: dict[str, Any]) -> str:
    """Return the sync state in small letters; empty if the response does not contain it."""
    return _word(connection, "sync_state")


def is_syncing(connection: dict[str, Any]) -> bool:
    """Return True if a sync is known to run. The API answers 409 if one runs without being
    reported.
    """
    return sync_state(connection) == "syncing"


def is_historical_sync(connection: dict[str, Any]) -> bool:
    """Return True if the connection loads its history."""
    return _word(connection, "is_historical_sync") == "true"


def last_syncs(connection: dict[str, Any]) -> tuple[str | None, ...]:
    """Return when the last syncs ended, as the API writes it: it differs after each sync. Where the
    API returns no text, its JSON does as well.
    """
    answered = (connection.get(name) for name in _LAST_SYNCS)
    return tuple(
        each if each is None or isinstance(each, str) else jsontext.dumps(each) for each in answered
    )


def _word(connection: dict[str, Any], name: str) -> str:
    status = connection.get("status")
    return normalized_word(status.get(name)) if isinstance(status, dict) else ""
