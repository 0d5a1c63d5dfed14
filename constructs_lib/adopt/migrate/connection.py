"""The description of one connection, from the state of Fivetran's own provider.

That provider spreads a connection over several resources: the connection, its settings, its
schedule, its flag ``paused``. A ``moved`` block takes over the state of the first alone. So the
others say what the connection shall be, as far as the plan then changes nothing: what Fivetran
answers is compared with what it has, but what Fivetran never answers would look like a change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from constructs_lib import schemas
from constructs_lib.adopt.description import Described, number, variables_in
from constructs_lib.adopt.migrate.state import StateObject
from constructs_lib.adopt.settings import (
    NameRegistry,
    Settings,
    errors_of,
    reason_of,
    split_secrets,
)
from constructs_lib.schemas.official_state import (
    is_object_text,
    official_connection,
    secret_texts,
)
from constructs_lib.schemas.redaction import escape_controls_in_line
from constructs_lib.schemas.rules import REASON_OF_IMPORT, settings_at_fault
from constructs_lib.validation.findings import Finding, steps

CONFIG: Final = "fivetran_connection_config"
SCHEDULE: Final = "fivetran_connector_schedule"
_PAUSE_STATE = "_pause_state"
_NEWEST: Final[Mapping[str, int]] = {CONFIG: 1}
_SCHEDULE_SETTINGS = (
    "paused",
    "pause_after_trial",
    "sync_frequency",
    "schedule_type",
    "daily_sync_time",
)
_STEERING = ("run_setup_tests", "trust_certificates", "trust_fingerprints")
"""The attributes that only steer requests, and that Fivetran never answers."""
_OF_THE_STATE = ("id", "schema", "config", "auth")
_INITIAL = {
    "data_delay_sensitivity": "NORMAL",
    "data_delay_threshold": 0,
    "networking_method": "Directly",
}
"""What every connection has of which nobody said otherwise; it is not written."""
_SECRETS = {"config": "secrets", "auth": "auth_secrets"}
_WITH_KEYS = (*_SECRETS, *_SECRETS.values())
_NEEDED = ("service", "group_id", "config", "")
_ROUNDS = 10
_LIST_ROOT = re.compile(r"^(config|auth)\[\]")


class Secret(NamedTuple):
    """A secret that was in the state, and has to be given again."""

    setting: str
    """The attribute and key with it, such as ``secrets.password``."""
    variables: tuple[str, ...]
    """The names of the variables that take its values."""


class Migrated(NamedTuple):
    """A connection that moves, and where it comes from."""

    described: Described
    source: StateObject
    """The connection in the state of that provider."""
    companions: tuple[StateObject, ...]
    """Its settings, schedule and flag there."""
    left_out: tuple[str, ...]
    """What is not described, and why; without a secret."""

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """The secrets that have to be given again."""
        return tuple(
            Secret(f"{name}.{key}", tuple(each.name for each in variables_in(value)))
            for name in _SECRETS.values()
            for key, value in self.described.attributes.get(name, {}).items()
        )


class UnfitConnection(Exception):
    """A connection cannot be described; the message says why and what to do, without a secret."""


def is_companion(type_name: str) -> bool:
    """Return True for a type whose objects hold a part of a connection."""
    return type_name in (CONFIG, SCHEDULE) or type_name.endswith(_PAUSE_STATE)


def newest_version(type_name: str) -> int:
    """Return the newest version that is known of the state of a companion."""
    return _NEWEST.get(type_name, 0)


def describe(
    source: StateObject, companions: Sequence[StateObject], name: str, names: NameRegistry
) -> Migrated:
    """Return the description of a connection.

    :param companions: what holds the rest of it
    :param name: its name from now on
    :param names: gives the names of the variables
    :raises UnfitConnection: if its service or destination schema is not known
    """
    try:
        draft = _Draft(source, companions, name, names)
        for each in companions:
            draft.add(each)
        attributes = draft.attributes()
    except RecursionError:
        raise UnfitConnection("Its settings are nested too deeply to be read") from None
    move = Described(name, attributes, moved_from=source.address, comments=tuple(draft.left_out))
    return Migrated(move, source, tuple(companions), tuple(draft.left_out))


def as_import(migrated: Migrated) -> Migrated:
    """Return the description for a stack that imports the connection instead.

    An import knows only what Fivetran answers; the rest would be a change.
    """
    described, left_out = migrated.described, list(migrated.left_out)
    attributes = dict(described.attributes)
    for name in (*_STEERING, "auth"):
        if attributes.pop(name, None) is not None:
            left_out.append(
                f"{name} is not written, because Fivetran does not return it. To set it, add it "
                "in a separate change after the import."
            )
    made = described._replace(
        attributes=attributes,
        import_id=str(migrated.source.attributes["id"]),
        moved_from=None,
        comments=tuple(left_out),
    )
    return migrated._replace(described=made, left_out=tuple(left_out))


class _Draft:
    """A description while it is made."""

    def __init__(
        self,
        source: StateObject,
        companions: Sequence[StateObject],
        name: str,
        names: NameRegistry,
    ) -> None:
        self._known = _secret_texts(source, companions)
        own = _read(source.type_name, source, source.attributes, self._known)
        self._own, self._name, self._names = own, name, names
        self._config: dict[str, Any] = dict(own["config"])
        self._auth: dict[str, Any] = dict(own["auth"] or {})
        # Nothing answers it, so it has to be exactly what the move takes over.
        self._clear_auth = _read(
            source.type_name, source, source.attributes, self._known, masked=False
        )["auth"]
        self._auth_secrets: dict[str, Any] = {}
        self._others = {n: v for n, v in own.items() if n not in _OF_THE_STATE}
        self.left_out: list[str] = [*_unreadable(source)]
        if schemas.service(own["service"]) is None:
            self.left_out.append(
                f"The service {escape_controls_in_line(own['service'])} is not in the catalogue, "
                "so every text in config and auth is treated as a secret, except the names of "
                "the schema."
            )

    def add(self, companion: StateObject) -> None:
        """Take over what another resource says of the connection."""
        if companion.type_name == CONFIG:
            self.left_out += _unreadable(companion)
            self._add_settings(companion)
        else:
            self._add_schedule(companion)

    def attributes(self) -> dict[str, Any]:
        """Return the attributes that the checks take, with the reasons for those left out."""
        found = self._all()
        for _ in range(_ROUNDS):
            mistakes = self._mistakes(found)
            if not mistakes:
                return {name: value for name, value in found.items() if value not in ({}, None)}
            for finding in mistakes:
                self._leave_out(found, finding)
        raise UnfitConnection(_reason(mistakes[0]))

    def _all(self) -> dict[str, Any]:
        facts = schemas.service(self._own["service"])
        config = split_secrets(self._config, facts, self._name, self._names)
        # The masks tell the secrets of auth, of which the facts were asked before.
        auth = split_secrets(self._auth, None, self._name, self._names)
        more = split_secrets(self._auth_secrets, None, self._name, self._names)
        clear = {**self._destination(facts), **config.clear}
        return {
            "service": self._own["service"],
            "group_id": self._own["group_id"],
            **{n: v for n, v in self._others.items() if v != _default(n)},
            "config": clear,
            "secrets": config.secret,
            "auth": self._clear_auth or {},
            "auth_secrets": {**auth.secret, **more.secret},
            "unchecked": _unchecked(self._own["service"], clear),
        }

    def _destination(self, facts: schemas.Service | None) -> dict[str, Any]:
        """Return the names of the destination schema that the settings do not give."""
        keys = facts.destination_schema if facts else ()
        missing = [key for key in keys if not self._config.get(key)]
        parts = (self._own["schema"] or "").split(".", max(len(keys) - 1, 0))
        if not missing or len(parts) != len(keys):
            return {}
        return {key: part for key, part in zip(keys, parts, strict=True) if key in missing}

    def _add_settings(self, companion: StateObject) -> None:
        service = {"service": self._own["service"]}
        given = _read(
            "fivetran_connection", companion, {**companion.attributes, **service}, self._known
        )
        self._config |= given["config"]
        auth = split_secrets(given["auth"] or {}, None, self._name, NameRegistry(()))
        self._auth_secrets |= _with_secrets(given["auth"] or {}, auth)
        for key in auth.clear:
            if self._auth.get(key) != given["auth"][key]:
                self._omit(companion, f"auth.{key}", "Fivetran does not return it")
        for name in _STEERING:
            if given.get(name, here := self._others.get(name, _default(name))) != here:
                self._omit(companion, name, "it only affects requests")

    def _add_schedule(self, companion: StateObject) -> None:
        given = {name: companion.attributes.get(name) for name in _SCHEDULE_SETTINGS}
        found = _read("fivetran_connector", companion, given, self._known)
        self._others |= {n: found[n] for n in _SCHEDULE_SETTINGS if n in found}
        if companion.attributes.get("schedule") not in (None, {}, []):
            self.left_out.append(
                f"schedule of {companion.address} is not managed: this provider has no attribute "
                "for it. It stays as it is at Fivetran."
            )

    def _omit(self, companion: StateObject, setting: str, reason: str) -> None:
        self.left_out.append(
            f"{setting} of {companion.address} is not written, because {reason}. To set it, add "
            "it in a separate change after the move."
        )

    def _mistakes(self, attributes: Mapping[str, Any]) -> list[Finding]:
        values = {n: v for n, v in attributes.items() if v != {} or n == "config"}
        return list(errors_of(self._name, values))

    def _leave_out(self, attributes: dict[str, Any], finding: Finding) -> None:
        attribute, key = [*steps(finding.pointer), "", ""][:2]
        is_setting = attribute in _WITH_KEYS and key
        if not is_setting and (attribute in _NEEDED or attribute not in attributes):
            raise UnfitConnection(_reason(finding))
        places = _places(attribute) if is_setting else (attribute,)
        if is_setting:
            for each in places:
                (attributes.get(each) or {}).pop(key, None)
            attributes["unchecked"] = _unchecked(self._own["service"], attributes["config"])
        else:
            attributes.pop(attribute)
        setting = f"{places[0]}.{key}" if is_setting else attribute
        self.left_out.append(
            f"{escape_controls_in_line(setting)} is not managed: it stays as it is at Fivetran. "
            f"{_reason(finding)}"
        )


def _unreadable(source: StateObject) -> Iterator[str]:
    """Yield which settings of an object are texts that are no object in JSON."""
    for name in _SECRETS:
        text = source.text.get(name)
        if text is not None and not is_object_text(text):
            yield (
                f"{name} of {source.address} is not managed: it is not a JSON object. It stays as "
                "it is at Fivetran."
            )


def _secret_texts(source: StateObject, companions: Sequence[StateObject]) -> frozenset[str]:
    """Return the secrets of a connection, wherever its state has them."""
    found = secret_texts(source.type_name, source.attributes, _marks(source))
    service = {"service": source.attributes["service"]}
    for each in companions:
        if each.type_name == CONFIG:
            given = {**each.attributes, **service}
            found |= secret_texts("fivetran_connection", given, _marks(each))
    return found


def _marks(source: StateObject) -> set[str]:
    return {_LIST_ROOT.sub(r"\1", path) for path in source.sensitive}


def _read(
    type_name: str,
    source: StateObject,
    attributes: Mapping[str, Any],
    known: frozenset[str],
    *,
    masked: bool = True,
) -> dict[str, Any]:
    """Return the attributes that a state tells, with masks in place of secrets."""
    found = official_connection(
        type_name, attributes, masked=masked, sensitive=_marks(source), strict=True, known=known
    )
    return {name: _in_json(value) for name, value in found.attributes.items()}


def _in_json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, dict):
        return {name: _in_json(inner) for name, inner in value.items()}
    return [_in_json(inner) for inner in value] if isinstance(value, list) else value


def _with_secrets(given: Mapping[str, Any], split: Settings) -> dict[str, Any]:
    """Return the settings with a secret in them, without what is in clear beside it."""
    return {key: _only_secret(given[key], split.secret[key]) for key in split.secret}


def _only_secret(given: Any, secret: Any) -> Any:
    if isinstance(given, dict) and isinstance(secret, dict):
        return {key: _only_secret(given[key], secret[key]) for key in secret}
    return given


def _default(name: str) -> Any:
    if name in _INITIAL:
        return _INITIAL[name]
    attribute = schemas.load("fivetranops_connection").attributes[name]
    return attribute.default if attribute.has_default else None


def _unchecked(service: str, config: dict[str, Any]) -> dict[str, str]:
    return dict.fromkeys(sorted(settings_at_fault(service, config)), REASON_OF_IMPORT)


def _places(attribute: str) -> tuple[str, str]:
    """Return the two attributes that hold the settings in clear and the secret ones."""
    return next(pair for pair in _SECRETS.items() if attribute in pair)


def _reason(finding: Finding) -> str:
    return escape_controls_in_line(reason_of(finding))
