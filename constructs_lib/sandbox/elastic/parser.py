"""Parsers of JSON objects, with the strictness and the messages of Elasticsearch's own.

A :class:`Parser` names the fields of an object, and a :class:`Field` says which JSON tokens one
takes and what becomes of its value. The object of a request is parsed strictly: an unknown field
is refused. Objects inside it are not, and lose what Elasticsearch would not store.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from constructs_lib.sandbox.elastic import errors
from constructs_lib.sandbox.elastic.errors import ElasticError

_NULL, _TEXT, _FLAG = "VALUE_NULL", "VALUE_STRING", "VALUE_BOOLEAN"
_NUMBER, _ARRAY, _OBJECT = "VALUE_NUMBER", "START_ARRAY", "START_OBJECT"
_TOKENS: Mapping[type, str] = {
    type(None): _NULL,
    str: _TEXT,
    bool: _FLAG,
    int: _NUMBER,
    float: _NUMBER,
    list: _ARRAY,
    dict: _OBJECT,
}
_LONG = range(-(2**63), 2**63)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)")


class Field(NamedTuple):
    """One field of an object."""

    tokens: tuple[str, ...]
    """The JSON tokens that its value may begin with, by Elasticsearch's names."""
    read: Callable[[Any], Any]
    """Return the value as it is stored, or raise :class:`ValueError` with the reason."""
    required: bool = False


@dataclass(frozen=True)
class Parser:
    """The fields of one kind of object.

    :param name: what Elasticsearch calls it in messages, such as ``connector_put_request``
    :param fields: by name
    :param strict: True refuses unknown fields, False leaves them out
    """

    name: str
    fields: Mapping[str, Field]
    strict: bool = False

    def parse(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields that are given, as they are stored.

        :raises ElasticError: 400, for the first field that is wrong, unknown or missing
        """
        read = {}
        for name, value in body.items():
            if name in self.fields:
                read[name] = self._read(name, value)
            elif self.strict:
                raise errors.unreadable(f"[{self.name}] unknown field [{name}]")
        needed = (name for name, field in self.fields.items() if field.required)
        if missing := [name for name in needed if name not in read]:
            raise errors.unreadable(f"[{self.name}] Required [{', '.join(missing)}]")
        return read

    def _read(self, name: str, value: Any) -> Any:
        field = self.fields[name]
        token = _TOKENS[type(value)]
        if token not in field.tokens:
            reason = f"[{self.name}] {name} doesn't support values of type: {token}"
            raise errors.unreadable(reason)
        try:
            return field.read(value)
        except ElasticError as error:
            cause = error.caused_by or (error.kind, error.reason)
        except ValueError as error:
            cause = ("illegal_argument_exception", str(error))
        raise errors.unreadable(f"[{self.name}] failed to parse field [{name}]", cause)


def text(*, required: bool = False, nullable: bool = False) -> Field:
    """Return a field that takes text."""
    return _field((_TEXT,), lambda value: value, required, nullable)


def flag(*, required: bool = False) -> Field:
    """Return a field that takes true or false, also as text."""
    return _field((_FLAG, _TEXT), _flag, required)


def whole(*, required: bool = False) -> Field:
    """Return a field that takes a whole number of 64 bits, also as text."""
    return _field((_NUMBER, _TEXT), _whole, required)


def moment(*, nullable: bool = False) -> Field:
    """Return a field that takes a time (RFC 3339)."""
    return _field((_TEXT,), _moment, nullable=nullable)


def choice(
    kind: str, values: Collection[str], *, required: bool = False, nullable: bool = False
) -> Field:
    """Return a field that takes one of some words, in any case of letters.

    :param kind: what Elasticsearch calls the words, such as ``ConnectorStatus``
    :param values: the words, in lower case
    """
    return _field((_TEXT,), lambda value: chosen(kind, values, value), required, nullable)


def scalar(*, required: bool = False, nullable: bool = False) -> Field:
    """Return a field that takes text, a number or a boolean."""
    return _field((_TEXT, _NUMBER, _FLAG), lambda value: value, required, nullable)


def anything(*kinds: str, required: bool = False) -> Field:
    """Return a field that takes any value of some kinds.

    :param kinds: ``object``, ``array``, ``scalar``, ``null``; by default only ``object``
    """
    tokens = {
        "object": (_OBJECT,),
        "array": (_ARRAY,),
        "scalar": (_TEXT, _NUMBER, _FLAG),
        "null": (_NULL,),
    }
    taken = tuple(token for kind in kinds or ("object",) for token in tokens[kind])
    return _field(taken, lambda value: value, required)


def nested(parser: Parser, *, required: bool = False) -> Field:
    """Return a field that takes one object."""
    return _field((_OBJECT,), parser.parse, required)


def many(parser: Parser, *, required: bool = False) -> Field:
    """Return a field that takes a list of objects; one alone counts as a list of one."""

    def read(value: Any) -> list[dict[str, Any]]:
        items = value if isinstance(value, list) else [value]
        return [parser.parse(_object(parser, item)) for item in items]

    return _field((_ARRAY, _OBJECT), read, required)


def by_name(parser: Parser) -> Field:
    """Return a field that takes an object of objects, with any names."""

    def read(value: dict[str, Any]) -> dict[str, dict[str, Any]]:
        return {name: parser.parse(_object(parser, item)) for name, item in value.items()}

    return _field((_OBJECT,), read)


def texts(*, required: bool = False) -> Field:
    """Return a field that takes a list of texts; one alone counts as a list of one."""
    return _field((_ARRAY, _TEXT), _texts, required)


def chosen(kind: str, values: Collection[str], value: str) -> str:
    """Return a word in lower case.

    :raises ValueError: if it is none of the words
    """
    if value.lower() not in values:
        raise ValueError(f"Unknown {kind}: {value}")
    return value.lower()


def _field(
    tokens: tuple[str, ...],
    read: Callable[[Any], Any],
    required: bool = False,
    nullable: bool = False,
) -> Field:
    if not nullable:
        return Field(tokens, read, required)
    return Field((*tokens, _NULL), lambda value: None if value is None else read(value), required)


def _object(parser: Parser, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        token = _TOKENS[type(value)]
        raise errors.unreadable(f"[{parser.name}] Expected START_OBJECT but was: {token}")
    return value


def _flag(value: Any) -> bool:
    if value not in (True, False, "true", "false"):
        raise ValueError(f"Failed to parse value [{value}] as only [true] or [false] are allowed.")
    return value in (True, "true")


def _whole(value: Any) -> int:
    found = str(value)
    number = int(found) if re.fullmatch(r"-?[0-9]{1,19}", found) else value
    if isinstance(number, float) and number.is_integer():
        number = int(number)
    if not isinstance(number, int) or number not in _LONG:
        raise ValueError(f"Value [{found[:40]}] is not a whole number of 64 bits")
    return number


def _moment(value: str) -> str:
    try:
        if _MOMENT.fullmatch(value):
            datetime.strptime(value[:16], "%Y-%m-%dT%H:%M")
            return value
    except ValueError:
        pass
    raise ValueError(f"Text '{value}' could not be parsed as a time")


def _texts(value: Any) -> list[str]:
    items = value if isinstance(value, list) else [value]
    for item in items:
        if not isinstance(item, str):
            raise ValueError(f"Expected VALUE_STRING but was: {_TOKENS[type(item)]}")
    return items
