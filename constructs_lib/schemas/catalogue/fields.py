"""The fields of a service's ``config`` and ``auth``, and the compact form in which they are kept.

In ``services.json`` each field that holds a value is one line, by its path from the top:

=======================================  ======================================================
line                                     meaning
=======================================  ======================================================
``"config.port": "integer"``             a field of ``config``
``"config.password": "string secret"``   one that belongs into ``secrets``
``"config.public_key": "string read_only"``  one that only Fivetran sets
``"config.auth_method": ["PASSWORD"]``   text, of which only these values are allowed
``"config.tags[]": "string"``            a list of texts
``"config.files[].name": "string"``      a list of objects, each with the field ``name``
``"auth.client_access.id": "string"``    an object with the field ``id``
=======================================  ======================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import NamedTuple, TypeAlias

CompactField: TypeAlias = str | list[str]
"""What is known of one field, in the compact form: kind and marks, or the allowed values."""

ITEM = "[]"
"""The step of a path that leads to the items of a list."""


class FieldKind(Enum):
    """The kinds of values that a field takes."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    OBJECT = "object"
    LIST = "list"
    ANY = "any"
    """A field of which only the name is known."""


class Field(NamedTuple):
    """One field of ``config`` or ``auth``, or the items of a list."""

    name: str
    """The key; ``[]`` for the items of a list."""
    kind: FieldKind
    allowed: tuple[str, ...] = ()
    """The values that a text may have; empty if any is allowed."""
    secret: bool = False
    """True if it belongs into ``secrets`` or ``auth_secrets``."""
    read_only: bool = False
    """True if only Fivetran sets it; it comes back in answers."""
    item: Field | None = None
    """What the items are, for ``FieldKind.LIST``; None if that is not known."""
    fields: Mapping[str, Field] = {}
    """The fields inside, for ``FieldKind.OBJECT``; empty if they are not known."""

    def leaves(self, path: str = "") -> Iterator[tuple[str, Field]]:
        """Return the fields that hold values, each with its path, such as ``files[].name``.

        :param path: the path of what this field is in
        """
        here = path + ITEM if self.name == ITEM else f"{path}.{self.name}".removeprefix(".")
        inside = [self.item] if self.item else list(self.fields.values())
        if not inside:
            yield here, self
        for field in inside:
            yield from field.leaves(here)


_Line: TypeAlias = tuple[tuple[str, ...], CompactField]


def parse(facts: Mapping[str, CompactField], root: str) -> dict[str, Field]:
    """Return the fields below ``config`` or ``auth``, by name.

    :param facts: the lines of one service
    :param root: ``config`` or ``auth``
    """
    prefix = root + "."
    lines = ((_steps(path), fact) for path, fact in facts.items() if path.startswith(prefix))
    return _fields((path[1:], fact) for path, fact in lines)


def compact_form(field: Field) -> CompactField:
    """Return the compact form of a field that holds a value.

    Of a field that is secret or read-only the allowed values are not kept: nobody writes or sees
    them in a file.
    """
    marks = [name for name in ("secret", "read_only") if getattr(field, name)]
    if field.allowed and not marks:
        return list(field.allowed)
    return " ".join([field.kind.value, *marks])


def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.replace(ITEM, "." + ITEM).split("."))


def _fields(lines: Iterable[_Line]) -> dict[str, Field]:
    groups: dict[str, list[_Line]] = {}
    for path, fact in lines:
        groups.setdefault(path[0], []).append((path[1:], fact))
    return {name: _field(name, group) for name, group in groups.items()}


def _field(name: str, lines: list[_Line]) -> Field:
    inside = [line for line in lines if line[0]]
    if not inside:
        return _leaf(name, lines[0][1])
    fields = _fields(inside)
    if ITEM in fields:
        return Field(name, FieldKind.LIST, item=fields[ITEM])
    return Field(name, FieldKind.OBJECT, fields=fields)


def _leaf(name: str, fact: CompactField) -> Field:
    if isinstance(fact, list):
        return Field(name, FieldKind.STRING, tuple(fact))
    kind, *marks = fact.split(" ")
    secret, read_only = "secret" in marks, "read_only" in marks
    return Field(name, FieldKind(kind), secret=secret, read_only=read_only)
