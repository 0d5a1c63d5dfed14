"""The values of Terraform attributes in Python.

===================  ============================================================
Terraform            Python
===================  ============================================================
null                 ``None``
unknown              ``UNKNOWN``
string, bool         ``str``, ``bool``
number               ``int``; ``float`` or ``Decimal`` if it is not whole
list, set, tuple     ``list``
map, object          ``dict``
a dynamic value      ``Dynamic``, which remembers its type
===================  ============================================================
"""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import Any, Final, TypeAlias

from constructs_lib.backend.plugin.types import Type, infer

Json: TypeAlias = "str | bool | int | float | Decimal | list[Any] | dict[str, Any] | None"
"""What JSON can say."""


class CodecError(ValueError):
    """A value that is not of the type it should have; the message names no value."""


class Unknown(Enum):
    """The class of the one unknown value; an enum, so that copies of it stay the same object."""

    UNKNOWN = "UNKNOWN"

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown.UNKNOWN
"""A value that Terraform will know only after apply. Compare with ``is``."""


class Dynamic:
    """An immutable value of Terraform's dynamic type: a value and the type it has.

    ``value`` itself is never null or unknown: such a dynamic value is ``None`` or ``UNKNOWN``,
    without this wrapper. Values inside it may be either.
    """

    __slots__ = ("type", "value")

    type: Type
    value: Value

    def __init__(self, type_: Type, value: Value) -> None:
        if value is None or value is UNKNOWN or isinstance(value, Dynamic):
            raise ValueError("a dynamic value holds a value of its own")
        object.__setattr__(self, "type", type_)
        object.__setattr__(self, "value", value)

    @classmethod
    def of(cls, value: Json) -> Dynamic:
        """The dynamic value for a JSON value: a dict is an object, a list a tuple.

        :raises ValueError: if the value is null
        """
        return cls(infer(value), value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a dynamic value cannot be changed")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("a dynamic value cannot be changed")

    def __copy__(self) -> Dynamic:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Dynamic:
        return self

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Dynamic):
            return NotImplemented
        return self.type == other.type and same(self.value, other.value)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        # The value may be a secret, so only the kind of its type is shown.
        return f"Dynamic(<{self.type.kind}>)"


Value: TypeAlias = (
    "Unknown | str | bool | int | float | Decimal | list[Value] | dict[str, Value] | Dynamic | None"
)
"""The value of an attribute."""
Object = dict[str, Any]
"""The values of an object's attributes, by name: each a ``Value`` of the kind that its schema
names. ``Any``, because the schema knows the kind, and a type checker does not."""


def contains_unknown(value: object) -> bool:
    """True if the value is unknown, or holds an unknown value at any depth."""
    if isinstance(value, Dynamic):
        return contains_unknown(value.value)
    if isinstance(value, dict):
        return any(contains_unknown(inner) for inner in value.values())
    if isinstance(value, list):
        return any(contains_unknown(inner) for inner in value)
    return value is UNKNOWN


def same(a: object, b: object) -> bool:
    """True if two values mean the same.

    Numbers are compared by value, so ``1``, ``1.0`` and ``Decimal(1)`` are the same; ``True`` is
    no number. Types of dynamic values are ignored: a list is the same as a tuple with these
    elements. ``UNKNOWN`` is the same as itself only.
    """
    a, b = _plain(a), _plain(b)
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[name], b[name]) for name in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if is_number(a) and is_number(b):
        return bool(_exact(a) == _exact(b))
    return type(a) is type(b) and a == b


def plain(value: Value) -> Any:
    """The value without dynamic wrappers: ``dict``, ``list`` and scalars, as JSON has them.

    Unknown values stay ``UNKNOWN``. The result is a copy that may be changed.
    """
    if isinstance(value, Dynamic):
        return plain(value.value)
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value


def mismatch(expected: str, path: str) -> CodecError:
    """The error that another value than the expected one stands at ``path``."""
    place = f"at {path.removeprefix('.')}: " if path else ""
    return CodecError(f"{place}expected {expected}")


def _plain(value: object) -> object:
    return value.value if isinstance(value, Dynamic) else value


def is_number(value: object) -> bool:
    """True for numbers; ``True`` itself is none."""
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def _exact(number: Any) -> Any:
    # A float means the decimal that it is written as: JSON has no other numbers.
    return Decimal(repr(number)) if isinstance(number, float) else number
