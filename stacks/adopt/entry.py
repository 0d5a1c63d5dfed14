"""Names for what is adopted: of connections, and of the variables of their secrets.

The settings of a connection that exists, parted into those in clear and the secret ones.

The API masks secrets, and answers more than anybody set. In clear goes what is said and may be set;
what is secret by its mask, or by the catalogue of services, becomes a variable. A list is one value
for the API: it is secret as a whole if anything in it is.

The entry of a connection that exists: what makes a deploy change nothing.

It holds what somebody chose: each setting of ``config`` that says something, and the attributes
that are not as Fivetran gives them to a connection that nobody has changed. What the defaults of
the environment say is not repeated, and what they say otherwise is written or taken back, so that
they change nothing either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from constructs_lib import schemas
from constructs_lib.schemas import Field, Service, is_mask
from stacks.adopt.account import FoundConnection
from stacks.settings.build import variables_in
from stacks.settings.model import Variable
from stacks.settings.variables import is_variable_name
from stacks.settings.yaml_writer import STEP, emitted

_OTHERS = re.compile(r"[^a-z0-9]+")


class Names:
    """Gives each name once.

    :param taken: the names that are not free
    """

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)

    def connection(self, schema: str, service: str, group_id: str) -> str:
        """The name of a connection: its destination schema; where that is taken, with the group,
        and then with a number.

        :param schema: the joined name of its destination schema, such as ``finance.budget``
        :param service: its service, in place of a schema without letters and digits
        :param group_id: its group
        """
        own = _word(schema) or _word(service) or "connection"
        own = own if own[0].isalpha() else f"source_{own}"
        return self._first(own, f"{own}_{_word(group_id) or 'group'}")

    def variable(self, words: Iterable[str]) -> str:
        """The name of a variable.

        :param words: what it is for, from the name of the connection on
        """
        return self._first(_word("_".join(words)))

    def _first(self, *wanted: str) -> str:
        name = next(each for each in _numbered(wanted) if self._is_free(each))
        self._taken.add(name)
        return name

    def _is_free(self, name: str) -> bool:
        return name not in self._taken and is_variable_name(name)


def _numbered(wanted: tuple[str, ...]) -> Iterator[str]:
    yield from wanted
    number = 2
    while True:
        yield f"{wanted[-1]}_{number}"
        number += 1


def _word(text: str) -> str:
    return _OTHERS.sub("_", text.lower()).strip("_")


_NOTHING: tuple[Any, ...] = (None, "", [], {})
_ITS_NAME = ("key", "name", "id")
"""The settings that tell the items of a list apart, such as those of ``secrets_list``."""
_Words: TypeAlias = tuple[str, ...]


class Settings(NamedTuple):
    """The settings of one connection, in its two attributes."""

    clear: dict[str, Any]
    secret: dict[str, Any]


def split(
    config: Mapping[str, Any], service: Service | None, connection: str, names: Names
) -> Settings:
    """The settings in clear, and the secret ones with a variable for each secret.

    :param config: the settings as the API answers them
    :param service: the facts about the service; None if it is not known
    :param connection: its name, with which the names of the variables begin
    :param names: gives the names of the variables
    """
    fields = service.config if service is not None else {}
    return _Split(names).mapping(config, fields, (connection,))


class _Split:
    def __init__(self, names: Names) -> None:
        self._names = names

    def mapping(
        self, values: Mapping[str, Any], fields: Mapping[str, Field], words: _Words
    ) -> Settings:
        found = Settings({}, {})
        for key, value in values.items():
            field = fields.get(key)
            if is_nothing(value) or _is_read_only(field):
                continue
            below = (*words, key)
            if isinstance(value, Mapping) and not _is_secret(value, field):
                inside = self.mapping(value, field.fields if field else {}, below)
                found.clear.update({key: inside.clear} if inside.clear else {})
                found.secret.update({key: inside.secret} if inside.secret else {})
            elif holds_secret(value, field):
                found.secret[key] = self._secret(value, field, below)
            else:
                found.clear[key] = _cleaned(value)
        return found

    def _secret(self, value: Any, field: Field | None, words: _Words) -> Any:
        """A value that is sent as a whole, because something in it is secret."""
        if _is_secret(value, field):
            return Variable(self._names.variable(words), keep_unset=True)
        if isinstance(value, list):
            item = field.item if field else None
            every = enumerate(value)
            return [self._secret(one, item, _words_of(one, at, words)) for at, one in every]
        if isinstance(value, Mapping):
            fields = field.fields if field else {}
            return {
                key: self._secret(inner, fields.get(key), (*words, key))
                for key, inner in value.items()
                if _is_kept(inner, fields.get(key)) and not _is_read_only(fields.get(key))
            }
        return value


def is_nothing(value: Any) -> bool:
    """True for null and for empty text, lists and mappings, which say the same to the API."""
    return any(type(value) is type(each) and value == each for each in _NOTHING)


def holds_secret(value: Any, field: Field | None) -> bool:
    """True if a value is, or has inside, what is secret by its mask or by the catalogue."""
    if _is_secret(value, field):
        return True
    if isinstance(value, Mapping):
        fields = field.fields if field else {}
        return any(holds_secret(inner, fields.get(key)) for key, inner in value.items())
    if isinstance(value, list):
        item = field.item if field else None
        return any(_has_empty_secret(each, item) or holds_secret(each, item) for each in value)
    return False


def _is_secret(value: Any, field: Field | None) -> bool:
    return is_mask(value) or (field is not None and field.secret and not is_nothing(value))


def _has_empty_secret(value: Any, field: Field | None) -> bool:
    """True for an item of a list whose secret is an empty text, which counts as one there."""
    if value == "":
        return field is not None and field.secret
    fields = field.fields if field and isinstance(value, Mapping) else {}
    return any(_has_empty_secret(value.get(key), inner) for key, inner in fields.items())


def _is_kept(value: Any, field: Field | None) -> bool:
    """True for what says something; an empty text does so where a secret is expected."""
    return not is_nothing(value) or (value == "" and field is not None and field.secret)


def _is_read_only(field: Field | None) -> bool:
    return field is not None and all(leaf.read_only for _, leaf in field.leaves())


def _cleaned(value: Any) -> Any:
    """A list or a single value, without what mappings inside leave unsaid."""
    if isinstance(value, list):
        return [_cleaned(each) for each in value]
    if isinstance(value, Mapping):
        return {key: _cleaned(inner) for key, inner in value.items() if not is_nothing(inner)}
    return value


def _words_of(item: Any, index: int, words: _Words) -> _Words:
    """What tells an item of a list from the others."""
    named = (item.get(key) for key in _ITS_NAME) if isinstance(item, Mapping) else ()
    name = next((text for text in named if isinstance(text, str) and not is_mask(text)), None)
    return (*words, str(index + 1)) if name is None else (words[0], name)


_USUAL = {
    "paused": False,
    "pause_after_trial": False,
    "schedule_type": "auto",
    "data_delay_sensitivity": "NORMAL",
    "data_delay_threshold": 0,
    "networking_method": "Directly",
    "destination_schema_names": "FIVETRAN_NAMING",
}
"""What an attribute is where nobody has said anything; it is not written. How often a connection
syncs is always written: that is what somebody looks for first."""
_PARTS = ("config", "secrets")
_ABOUT_TERRAFORM = ("protect",)
"""Defaults that change nothing at Fivetran."""


class Candidate:
    """A connection that may be adopted, and what became of it.

    :param found: the connection
    :param name: its name in the settings file
    :param defaults: the defaults of the environment
    :param names: gives the names of the variables
    """

    def __init__(
        self, found: FoundConnection, name: str, defaults: Mapping[str, Any], names: Names
    ) -> None:
        self.found = found
        self.name = name
        self.left: dict[str, str] = {}
        """The settings that are left out, such as ``config.mode``, each with the reason."""
        self.refused = ""
        """Why it cannot be adopted; empty if it can."""
        self._defaults = defaults
        self._wanted = _wanted(found, name, defaults, names)

    def text(self, indent: int) -> str:
        """The lines of the entry, with a line break at the end.

        :param indent: columns before the name
        """
        values = _beyond(self._defaults, self._wanted)
        lines = [f"{' ' * indent}{self.name}:", *emitted(values, indent + STEP)]
        for setting, reason in self.left.items():
            lines.append(f"{' ' * (indent + STEP)}# Left as it is at Fivetran: {setting}. {reason}")
        return "".join(f"{line}\n" for line in lines)

    def leave_out(self, attribute: str, key: str | None, reason: str) -> bool:
        """Leaves a setting out of the entry; False if there is no such setting.

        A key goes as a whole, and from both attributes: a later change of its other parts would
        send it without the one that is missing.

        :param attribute: such as ``daily_sync_time``, ``config`` or ``secrets``
        :param key: the key inside ``config`` or ``secrets``; None for other attributes
        :param reason: why, in one line and without a secret
        """
        whole = (self._wanted,)
        parts = whole if key is None else tuple(self._wanted.get(each, {}) for each in _PARTS)
        name = attribute if key is None else key
        if not any(name in part for part in parts):
            return False
        for part in parts:
            part.pop(name, None)
        self.left[name if key is None else f"config.{key}"] = reason
        return True

    @property
    def kept_secrets(self) -> int:
        """How many secrets have a variable, and stay as they are."""
        return sum(1 for _ in variables_in(self._wanted.get("secrets")))


def _wanted(
    found: FoundConnection, name: str, defaults: Mapping[str, Any], names: Names
) -> dict[str, Any]:
    """All that the connection shall be described by, defaults included."""
    settings = split(found.config, schemas.service(found.service), name, names)
    named = {key: value for key, value in found.destination.items() if not is_nothing(value)}
    chosen = {
        key: value
        for key, value in found.attributes.items()
        if key in defaults or value != _USUAL.get(key)
    }
    about = {key: defaults[key] for key in _ABOUT_TERRAFORM if key in defaults}
    wanted = {
        "import_id": found.id,
        "service": found.service,
        "group_id": found.group_id,
        **about,
        **chosen,
        "config": {**named, **settings.clear},
    }
    return wanted | ({"secrets": settings.secret} if settings.secret else {})


def _beyond(defaults: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What has to be laid over the defaults, so that the result is what is wanted."""
    written: dict[str, Any] = {}
    for key, value in wanted.items():
        below = defaults.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping):
            inside = _beyond(below, value)
            written |= {key: inside} if inside else {}
        elif key not in defaults or repr(below) != repr(value):
            written[key] = value
    return written | {key: None for key in defaults if key not in wanted}
