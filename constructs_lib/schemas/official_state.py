"""The state of a connection that Fivetran's own provider keeps, in the words of this one.

That provider has had three types for a connection. They differ in how ``config`` is stored: as the
user's JSON in one text, or as an object with every setting of every service, of which most are
null. Older versions of the second kind store objects as lists of at most one, and numbers and flags
as text.

Nothing here is certain: that provider stores a change of ``config`` that it never sends. So whoever
takes such a state over reads the connection afterwards. Secrets are left out, and named.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from constructs_lib import schemas
from constructs_lib.records import NamedTuple
from constructs_lib.schemas.catalogue.service_facts import Field, FieldKind
from constructs_lib.schemas.redaction import MASK, is_mask, is_secret_setting

PROVIDER: Final = "fivetran/fivetran"
"""The name of that provider in any registry."""
VERSIONS: Final[Mapping[str, int]] = {
    "fivetran_connection": 1,
    "fivetran_connection_v2": 1,
    "fivetran_connector": 4,
}
"""The types of connections, each with the newest version of its state that is known."""

_OBJECTS_OF_ATTRIBUTES = "fivetran_connector"
"""The type whose ``config`` has every setting of every service."""
_RENAMED = {
    "accounts_reddit_ads": "accounts",
    "app_ids_appsflyer": "app_ids",
    "dimensions_criteo_retail_media": "dimensions",
    "profiles_amazon_dsp": "profiles",
    "reports_linkedin_ads": "reports",
}
"""Its settings that have another name at the API."""
_DESTINATION = {
    "name": "schema",
    "prefix": "schema_prefix",
    "table": "table",
    "table_group_name": "table_group_name",
}
"""The parts of ``destination_schema``, each with the setting of ``config`` that it is here."""
_OLD_NAMES = {"hybrid_deployment_agent_id": "local_processing_agent_id"}
_AS_THEY_ARE = (
    "networking_method",
    "private_link_id",
    "proxy_agent_id",
    "hybrid_deployment_agent_id",
    "data_delay_sensitivity",
    "data_delay_threshold",
    "paused",
    "pause_after_trial",
    "sync_frequency",
    "schedule_type",
    "daily_sync_time",
    "run_setup_tests",
    "trust_certificates",
    "trust_fingerprints",
)
"""The attributes that mean the same here; which of them there are depends on type and version."""
_NOTHING: Final[tuple[Any, ...]] = (None, "", [], {})


class OfficialConnection(NamedTuple):
    """A connection as that provider's state describes it."""

    attributes: dict[str, Any]
    """The attributes of ``fivetranops_connection`` that the state tells, without secrets, or with
    a mask in place of each."""
    secrets: tuple[str, ...]
    """The secrets that it holds, such as ``config.password``."""


def official_connection(
    type_name: str,
    state: Mapping[str, Any],
    *,
    masked: bool = False,
    sensitive: Collection[str] = (),
) -> OfficialConnection:
    """Return what a state of that provider tells of a connection.

    Keys that are not known are ignored, and missing ones are null.

    :param type_name: one of :data:`VERSIONS`
    :param state: its attributes in JSON form, of any version
    :param masked: True to have a mask in place of each secret; otherwise it is left out
    :param sensitive: the settings that are secrets whatever the catalogue says of them, such as
        ``config.files[].url``
    """
    service = state.get("service")
    facts = schemas.service(service) if isinstance(service, str) else None
    reader = _Reader(type_name == _OBJECTS_OF_ATTRIBUTES, masked, sensitive)
    config = reader.settings("config", _object(state.get("config")), facts.config if facts else {})
    config |= _destination(state.get("destination_schema"), service)
    auth = reader.settings("auth", _object(state.get("auth")), facts.auth if facts else {})
    attributes: dict[str, Any] = {
        "id": _text(state.get("id")),
        "group_id": _text(state.get("group_id")),
        "service": _text(service),
        "schema": _text(state.get("name")),
        "config": config,
        "auth": auth or None,
    }
    described = schemas.load("fivetranops_connection").attributes
    for name in _AS_THEY_ARE:
        given = state.get(name, state.get(_OLD_NAMES.get(name, name)))
        value = _of_kind(given, FieldKind(described[name].kind.value))
        if value not in _NOTHING:
            attributes[name] = value
    return OfficialConnection(attributes, tuple(sorted(reader.secrets)))


class _Reader:
    """Reads settings, and keeps the names of the secrets that it leaves out.

    :param is_full: True if the settings that nobody set are there as well, as nothing
    :param is_masked: True if a mask takes the place of a secret
    :param sensitive: the settings that are secrets in any case
    """

    def __init__(self, is_full: bool, is_masked: bool, sensitive: Collection[str]) -> None:
        self._is_full, self._is_masked, self._sensitive = is_full, is_masked, sensitive
        self.secrets: set[str] = set()

    def settings(
        self, scope: str, given: dict[str, Any], fields: Mapping[str, Field]
    ) -> dict[str, Any]:
        """Return the settings that say something, without secrets.

        :param scope: ``config`` or ``auth``
        :param fields: the settings that the catalogue of services knows
        """
        named = {
            _RENAMED.get(name, name) if self._is_full else name: v for name, v in given.items()
        }
        return dict(self._read_object(named, fields, scope))

    def _read_object(
        self, given: dict[str, Any], fields: Mapping[str, Field], path: str
    ) -> Iterator[tuple[str, Any]]:
        for name, value in given.items():
            if value is None or (self._is_full and value in ([], {})):
                continue
            field, here = fields.get(name), f"{path}.{name}"
            is_secret = is_secret_setting(name) if field is None else field.secret
            if is_secret or is_mask(value) or here in self._sensitive:
                self.secrets.add(here)
                if self._is_masked:
                    yield name, _mask(value)
                continue
            read = self._read(value, field, here)
            if not (self._is_full and read in ([], {})):
                yield name, read

    def _read(self, value: Any, field: Field | None, path: str) -> Any:
        if isinstance(value, dict):
            return dict(self._read_object(value, field.fields if field else {}, path))
        if isinstance(value, list):
            return list(self._read_items(value, field.item if field else None, f"{path}[]"))
        return value if field is None else _of_kind(value, field.kind)

    def _read_items(self, given: list[Any], item: Field | None, path: str) -> Iterator[Any]:
        for each in given:
            if is_mask(each) or (item is not None and item.secret) or path in self._sensitive:
                self.secrets.add(path)
                if self._is_masked:
                    yield _mask(each)
            else:
                yield self._read(each, item, path)


def _mask(value: Any) -> Any:
    """Return a mask for each value in a secret, so that its form is still to be seen."""
    if isinstance(value, dict):
        return {name: _mask(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_mask(each) for each in value]
    return value if value in _NOTHING else MASK


def _object(value: Any) -> dict[str, Any]:
    """Return the object that a state stores as such, as JSON text, or in a list; else none.

    Terraform stores one of a dynamic type together with its type.
    """
    if isinstance(value, str):
        try:
            value = json.loads(value, parse_float=Decimal)
        except ValueError:
            return {}
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, dict) and value.keys() == {"type", "value"}:
        value = value["value"]
    return value if isinstance(value, dict) else {}


def _destination(value: Any, service: Any) -> dict[str, Any]:
    """Return the settings of ``config`` that name the destination schema.

    That provider reads them back for each service in each form, so those count that the service
    has.
    """
    facts = schemas.service(service) if isinstance(service, str) else None
    keys = (facts and facts.destination_schema) or schemas.DESTINATION_SCHEMA_KEYS
    parts = ((_DESTINATION.get(name), part) for name, part in _object(value).items())
    return {name: part for name, part in parts if name in keys and part not in _NOTHING}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _of_kind(value: Any, kind: FieldKind) -> Any:
    """Return a value that is stored as text in the kind that it has at the API, if it can be."""
    if not isinstance(value, str):
        return value
    if kind is FieldKind.BOOLEAN:
        return {"true": True, "false": False}.get(value.lower(), value)
    if kind not in (FieldKind.INTEGER, FieldKind.NUMBER):
        return value
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    if not number.is_finite() or max(len(value), abs(number.adjusted())) > _MOST_DIGITS:
        return value
    return int(number) if number == number.to_integral_value() else number


_MOST_DIGITS = 30
"""More digits than any number of a setting has; a longer text stays a text."""
