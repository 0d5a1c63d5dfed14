"""The settings of a connection as they are written: a variable for each secret, and no mistake.

A setting that is secret by its mask, or by the catalogue of services, becomes a variable; a
read-only one is left out. A list is one value for the API: it is secret as a whole if anything in
it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from constructs_lib.adopt.description import Variable, is_variable_name
from constructs_lib.schemas import Field, Service, is_mask
from constructs_lib.validation import ConstructPlace, Finding, check_connection, errors
from constructs_lib.validation.findings import Path, pointer

_OTHERS = re.compile(r"[^a-z0-9]+")


class NameRegistry:
    """Names of connections or of variables, each given once.

    :param taken: the names that are not free
    """

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)

    def connection(self, schema: str, service: str, group_id: str) -> str:
        """Return a name for a connection, made of its destination schema.

        If that is taken, the group is added, and then a number.

        :param schema: the joined name of its destination schema, such as ``finance.budget``
        :param service: its service, for a schema without letters and digits
        :param group_id: its group
        """
        own = _word(schema) or _word(service) or "connection"
        own = own if own[0].isalpha() else f"source_{own}"
        return self._first(own, f"{own}_{_word(group_id) or 'group'}")

    def variable(self, words: Iterable[str]) -> str:
        """Return a name for a variable.

        :param words: the path to the secret, beginning with the name of the connection
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
_NAMING_KEYS = ("key", "name", "id")
"""The settings that tell the items of a list apart, such as those of ``secrets_list``."""
_Words: TypeAlias = tuple[str, ...]


class Settings(NamedTuple):
    """The settings of one connection, in its two attributes."""

    clear: dict[str, Any]
    secret: dict[str, Any]


def split_secrets(
    config: Mapping[str, Any], service: Service | None, connection: str, names: NameRegistry
) -> Settings:
    """Return the settings in clear, and the secret ones with a variable for each secret.

    :param config: the settings as the API returns them
    :param service: the facts about the service; None if it is not known
    :param connection: its name, with which the names of the variables begin
    :param names: gives the names of the variables
    """
    fields = service.config if service is not None else {}
    return _Splitter(names).mapping(config, fields, (connection,))


class _Splitter:
    def __init__(self, names: NameRegistry) -> None:
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
        """Return a value that is sent as a whole, because something in it is secret."""
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
    """Return whether a value is null or empty, which is the same to the API."""
    return any(type(value) is type(each) and value == each for each in _NOTHING)


def holds_secret(value: Any, field: Field | None) -> bool:
    """Return whether a value is or contains a secret, by its mask or by the catalogue."""
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
    """Return whether the secret of a list item is an empty text, which counts as a secret there."""
    if value == "":
        return field is not None and field.secret
    fields = field.fields if field and isinstance(value, Mapping) else {}
    return any(_has_empty_secret(value.get(key), inner) for key, inner in fields.items())


def _is_kept(value: Any, field: Field | None) -> bool:
    """Return whether a value is not empty; an empty text is none where a secret is expected."""
    return not is_nothing(value) or (value == "" and field is not None and field.secret)


def _is_read_only(field: Field | None) -> bool:
    return field is not None and all(leaf.read_only for _, leaf in field.leaves())


def _cleaned(value: Any) -> Any:
    """Return a list or a single value, without the empty settings of mappings inside."""
    if isinstance(value, list):
        return [_cleaned(each) for each in value]
    if isinstance(value, Mapping):
        return {key: _cleaned(inner) for key, inner in value.items() if not is_nothing(inner)}
    return value


def _words_of(item: Any, index: int, words: _Words) -> _Words:
    """Return the words for the variables of an item of a list, different from those of others."""
    named = (item.get(key) for key in _NAMING_KEYS) if isinstance(item, Mapping) else ()
    name = next((text for text in named if isinstance(text, str) and not is_mask(text)), None)
    return (*words, str(index + 1)) if name is None else (words[0], name)


def reason_of(finding: Finding) -> str:
    """Return what a finding says, in one line and without a secret."""
    found, allowed = " ".join(finding.found.split()), " ".join(finding.allowed.split())
    return f"The checks allow {allowed}, but found {found} [{finding.rule}]"


def errors_of(name: str, attributes: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield the errors of a connection, as the provider would report them.

    The library ``jsonschema`` is not needed for it.

    :param name: its name, for the findings
    :param attributes: its attributes by the names of the constructs
    """
    place = ConstructPlace(name)
    yield from errors(
        check_connection(attributes, place=place, is_token=_is_variable, with_library=False)
    )
    for path in _texts_of_no_file(attributes, ()):
        allowed = "text that a file can contain"
        yield Finding(
            "text", "error", place, pointer(path), "half a character (a lone surrogate)", allowed
        )


def _is_variable(value: Any) -> bool:
    return isinstance(value, Variable)


def _texts_of_no_file(value: Any, path: Path) -> Iterator[Path]:
    """Yield where a text, or a key, has half of a character, which no encoding can write."""
    if isinstance(value, str):
        if any("\ud800" <= each <= "\udfff" for each in value):
            yield path
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts_of_no_file(key, (*path, key))
            yield from _texts_of_no_file(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts_of_no_file(inner, (*path, index))
