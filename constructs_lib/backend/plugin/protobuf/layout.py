"""What a class of messages declares, and what reading and writing make of it.

A declaration is an annotation with a number: ``name: str = field(1)``. Annotations stay text until
a class is used for the first time. So a class costs little to define, and may name those that come
after it.
"""

from __future__ import annotations

import sys
from operator import attrgetter
from typing import Any

from constructs_lib.backend.plugin.protobuf.fields import ByKey, Field, Many, Packed, Reader
from constructs_lib.backend.plugin.protobuf.forms import SCALARS, TEXT, Form
from constructs_lib.backend.plugin.protobuf.nested import Nested, One
from constructs_lib.backend.plugin.protobuf.wire import SPAN


class Declaration:
    """A field as a class declares it. Set values hide it, as they stand in the message itself.

    :param number: the number on the wire
    :param is_optional: as the word ``optional`` before a field in a ``.proto`` file
    :param oneof: the name of the oneof that the field is a member of, empty if of none
    """

    __slots__ = ("is_optional", "name", "number", "oneof")

    def __init__(self, number: int, is_optional: bool, oneof: str) -> None:
        self.number = number
        self.is_optional = is_optional
        self.oneof = oneof
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, message: Any, owner: Any) -> Any:
        if message is None:
            return self
        return owner._layout.by_name[self.name].unset(message.__dict__)


def field(number: int, *, optional: bool = False, oneof: str = "") -> Any:
    """Declares a field of a message.

    Its annotation is its type: ``bytes``, ``str``, ``bool``, ``int`` (64 bits), ``Int32``,
    ``EnumNumber``, the dotted name of a message, a ``list`` of these, or a ``dict`` of them by
    ``str``. An annotation is the type with its name spelt as the module sees it.

    :param number: the number on the wire
    :param optional: true if a value that is the default can be told from no value
    :param oneof: the name of the oneof that the field is a member of
    """
    return Declaration(number, optional, oneof)


class Layout:
    """All fields of a class of messages.

    :param owner: the class
    :raises TypeError: if a field has no annotation, or one that is not among those of :func:`field`
    """

    def __init__(self, owner: type) -> None:
        declared = [one for one in vars(owner).values() if isinstance(one, Declaration)]
        declared.sort(key=attrgetter("number"))
        self.oneofs: dict[str, tuple[str, ...]] = {}
        for one in declared:
            if one.oneof:
                self.oneofs[one.oneof] = (*self.oneofs.get(one.oneof, ()), one.name)
        self.fields = [self._field(owner, one) for one in declared]
        """The fields in the order of their numbers."""
        self.by_name = {one.name: one for one in self.fields}
        self.readers: dict[int, Reader] = {}
        """What reads the fields, by their tags."""
        for field_ in self.fields:
            self.readers.update(field_.readers())

    def _field(self, owner: type, declared: Declaration) -> Field:
        name, number = declared.name, declared.number
        annotation = owner.__annotations__.get(name)
        if not isinstance(annotation, str):
            raise TypeError(f"{owner.__qualname__}.{name} has no annotation that is a text")
        outer, _, inner = annotation.removesuffix("]").rpartition("[")
        form = _form(owner, inner.removeprefix("str, ") if outer == "dict" else inner)
        if outer == "dict":
            return ByKey(name, number, (Field("key", 1, TEXT), _single("value", 2, form)))
        if outer == "list":
            return (Many if form.wire == SPAN else Packed)(name, number, form)
        others = tuple(one for one in self.oneofs.get(declared.oneof, ()) if one != name)
        has_presence = declared.is_optional or bool(declared.oneof)
        return _single(name, number, form, is_optional=has_presence, others=others)


def _single(name: str, number: int, form: Form, **more: Any) -> Field:
    if not isinstance(form, Nested):
        return Field(name, number, form, **more)
    return One(name, number, form, **{**more, "is_optional": True})


def _form(owner: type, name: str) -> Form:
    """The form of a type, by its name as the module of the owner sees it."""
    if name in SCALARS:
        return SCALARS[name]
    found: Any = sys.modules[owner.__module__]
    for part in name.split("."):
        found = getattr(found, part, None)
    if not hasattr(found, "MergeFromString"):
        raise TypeError(f"{owner.__qualname__}: {name} is no type of a field")
    return Nested(found)


class Lazily:
    """The layout of the class that it is asked of, made when it is asked for first.

    Two threads may make it at once; it is the same.
    """

    def __get__(self, message: object, owner: type) -> Layout:
        layout = Layout(owner)
        owner._layout = layout  # type: ignore[attr-defined]
        return layout
