"""The settings of a connection that exists, parted into those in clear and the secret ones.

The API masks secrets, and answers more than anybody set. In clear goes what is said and may be set;
what is secret by its mask, or by the catalogue of services, becomes a variable. A list is one value
for the API: it is secret as a whole if anything in it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

from constructs_lib.schemas import Field, Service, is_mask
from stacks.adopt_names import Names
from stacks.settings_model import Variable

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
