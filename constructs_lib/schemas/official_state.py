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
import re
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Final

from constructs_lib import schemas
from constructs_lib.records import NamedTuple
from constructs_lib.schemas.catalogue.service_facts import Field, FieldKind
from constructs_lib.schemas.redaction import MASK, is_mask, is_secret_name, is_secret_setting

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
    strict: bool = False,
    known: Collection[str] = (),
) -> OfficialConnection:
    """Return what a state of that provider tells of a connection.

    Keys that are not known are ignored, and missing ones are null.

    :param type_name: one of :data:`VERSIONS`
    :param state: its attributes in JSON form, of any version
    :param masked: True to have a mask in place of each secret; otherwise it is left out
    :param sensitive: the settings that are secrets whatever the catalogue says of them, such as
        ``config.files[].url``; with ``config`` or ``auth``, all that the catalogue does not know
    :param strict: True if what is told will be written into files: then a setting that the
        catalogue does not know is a secret by its text as well, and each text is one if it does
        not know the service
    :param known: texts that are secrets of this connection
    """
    service = state.get("service")
    reader = _Reader(type_name, service, masked, sensitive, strict, known)
    config = reader.settings("config", _object(state.get("config")))
    config |= _destination(state.get("destination_schema"), service)
    auth = reader.settings("auth", _object(state.get("auth")))
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


def secret_texts(
    type_name: str, state: Mapping[str, Any], sensitive: Collection[str] = ()
) -> frozenset[str]:
    """Return the texts of the secrets in a state, so that none is written in another place.

    :param type_name: one of :data:`VERSIONS`
    :param state: its attributes in JSON form, of any version
    :param sensitive: as :func:`official_connection` takes them
    """
    reader = _Reader(type_name, state.get("service"), False, sensitive, False, ())
    for scope in ("config", "auth"):
        reader.settings(scope, _object(state.get(scope)))
    return frozenset(reader.texts)


def is_secret_of_no_catalogue(name: str) -> bool:
    """Return True for a setting that the catalogue does not know, and whose name tells a secret.

    Its name counts in any spelling: ``sshKey``, ``ssh-key`` and ``ssh key`` are the same.

    :param name: the last step of its path
    """
    words = _CAMEL.sub("_", name)
    words = _BLANKS.sub("_", words).lower()
    joined = words.replace("_", "")
    spellings = (name, words, joined)
    return (
        any(is_secret_name(each) or is_secret_setting(each) for each in spellings)
        or not _SECRET_WORDS.isdisjoint(words.split("_"))
        or joined.endswith(_SECRET_ENDS)
        or joined in _secret_names()
    )


def _is_secret_text(value: Any) -> bool:
    """Return True for a text that looks like a secret, whatever its name."""
    return isinstance(value, str) and _SECRET_TEXT.search(value) is not None


_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BLANKS = re.compile(r"[\s_.-]+")
_SECRET_WORDS = frozenset(
    (
        "authorization",
        "bearer",
        "cookie",
        "dsn",
        "hmac",
        "jwt",
        "otp",
        "pass",
        "pat",
        "psk",
        "pw",
        "pwd",
        "sas",
    )
)
_SECRET_ENDS = ("key", "connectionstring", "authorization", "sasurl")
_SECRET_TEXT = re.compile(r"-----BEGIN|://[^/@\s]*:[^/\s]*@|\A\s*(?:bearer|basic)\s", re.IGNORECASE)
_SECRET_LINE = re.compile(r'"(?:config|auth)\.([^"]+)": "[a-z]+ secret')


@cache
def _secret_names() -> frozenset[str]:
    """Return the names that are secrets of some service, without case and separators."""
    from constructs_lib.schemas.catalogue.service_facts import PACKAGED, read_services_file

    paths = _SECRET_LINE.findall(read_services_file(PACKAGED).text)
    names = (path.replace("[]", "").rpartition(".")[2] for path in paths)
    return frozenset(_BLANKS.sub("", name).lower() for name in names)


class _Reader:
    """Reads settings, and keeps the names of the secrets that it leaves out.

    The parameters are those of :func:`official_connection`.
    """

    def __init__(
        self,
        type_name: str,
        service: Any,
        is_masked: bool,
        sensitive: Collection[str],
        is_strict: bool,
        known: Collection[str],
    ) -> None:
        # The settings that nobody set are there as well, as nothing.
        self._is_full = type_name == _OBJECTS_OF_ATTRIBUTES
        self._facts = schemas.service(service) if isinstance(service, str) else None
        self._is_masked, self._sensitive = is_masked, sensitive
        self._is_strict, self._known = is_strict, known
        keys = self._facts and self._facts.destination_schema
        self._named = {f"config.{key}" for key in keys or schemas.DESTINATION_SCHEMA_KEYS}
        self.secrets: set[str] = set()
        self.texts: set[str] = set()

    def settings(self, scope: str, given: dict[str, Any]) -> dict[str, Any]:
        """Return the settings that say something, without secrets.

        :param scope: ``config`` or ``auth``
        """
        named = {
            _RENAMED.get(name, name) if self._is_full else name: v for name, v in given.items()
        }
        fields: Mapping[str, Field] = getattr(self._facts, scope) if self._facts else {}
        return dict(self._read_object(named, fields, scope))

    def _read_object(
        self, given: dict[str, Any], fields: Mapping[str, Field], path: str
    ) -> Iterator[tuple[str, Any]]:
        for name, value in given.items():
            if value is None or (self._is_full and value in ([], {})):
                continue
            field, here = fields.get(name), f"{path}.{name}"
            is_named_so = here not in self._named and is_secret_of_no_catalogue(name)
            if self._is_secret(value, field, here, is_named_so):
                self._keep(value, here)
                if self._is_masked:
                    yield name, _mask(value)
                continue
            read = self._read(value, field, here)
            if not (self._is_full and read in ([], {})):
                yield name, read

    def _is_secret(self, value: Any, field: Field | None, path: str, is_named_so: bool) -> bool:
        if is_mask(value) or path in self._sensitive:
            return True
        if field is not None:
            return field.secret
        if path in self._named:
            return False
        is_marked = "" in self._sensitive or path.partition(".")[0] in self._sensitive
        return is_named_so or is_marked or (self._is_strict and self._may_be_secret(value))

    def _may_be_secret(self, value: Any) -> bool:
        is_text = isinstance(value, str) and value != ""
        return is_text and (self._facts is None or value in self._known or _is_secret_text(value))

    def _keep(self, value: Any, path: str) -> None:
        self.secrets.add(path)
        self.texts.update(_texts(value))

    def _read(self, value: Any, field: Field | None, path: str) -> Any:
        if isinstance(value, dict):
            return dict(self._read_object(value, field.fields if field else {}, path))
        if isinstance(value, list):
            return list(self._read_items(value, field.item if field else None, f"{path}[]"))
        return value if field is None else _of_kind(value, field.kind)

    def _read_items(self, given: list[Any], item: Field | None, path: str) -> Iterator[Any]:
        for each in given:
            if self._is_secret(each, item, path, False):
                self._keep(each, path)
                if self._is_masked:
                    yield _mask(each)
            else:
                yield self._read(each, item, path)


def _texts(value: Any) -> Iterator[str]:
    """Yield the texts in a value that say something."""
    if isinstance(value, str) and value and not is_mask(value):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


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


def is_object_text(text: str) -> bool:
    """Return True for the text of an object in JSON, as a state stores settings.

    :raises RecursionError: if it is nested too deeply
    """
    try:
        value = json.loads(text, parse_float=Decimal)
    except ValueError:
        return False
    return value is None or isinstance(value, dict)


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
