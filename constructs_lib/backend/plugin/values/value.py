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

from collections.abc import Callable, Iterable
from decimal import Decimal
from enum import Enum
from typing import Any, Final, TypeAlias

import msgpack

from constructs_lib.backend.plugin.values.types import Type, infer
from constructs_lib.schemas.limits import MAX_LEVELS as MAX_LEVELS
from constructs_lib.schemas.limits import SIZES, has_too_many_places

Json: TypeAlias = "str | bool | int | float | Decimal | list[Any] | dict[str, Any] | None"
"""What JSON can say."""
_LONGEST_PLACE: Final = 60
_LEAVES: Final = frozenset({str, bool, int, float, Decimal, type(None)})
"""The Python types of the values with nothing inside."""


class CodecError(ValueError):
    """An error for a value of another type than expected; the message quotes no value."""


class LimitError(CodecError):
    """A value that goes beyond the limits of ``schemas.limits``: unusual data, not a bug."""


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
        """Return the dynamic value for a JSON value: a dict is an object, a list a tuple.

        :raises ValueError: if the value is null
        :raises LimitError: if it is nested in more than ``MAX_LEVELS`` levels
        """
        if levels(value) > MAX_LEVELS:
            raise too_deep().error
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
    """Return True if the value is unknown, or holds an unknown value at any depth."""
    if value is None or isinstance(value, (str, bool)):
        return False  # As most values are.
    if value is UNKNOWN:
        return True
    # No recursion here and below: an answer that is nested too deeply must not cost the state.
    left = [value]
    while left:
        for inner in _inside(_without_type(left.pop())):
            if inner is UNKNOWN:
                return True
            if type(inner) not in _LEAVES:
                left.append(inner)
    return False


def levels(value: object) -> int:
    """Count how deeply the lists and objects in a value are nested; 0 for a scalar."""
    deepest, left = 0, [(value, 0)]
    while left:
        value, depth = left.pop()
        value = _without_type(value)
        if isinstance(value, (dict, list)):
            depth += 1
            deepest = max(deepest, depth)
            left += [(inner, depth) for inner in _inside(value) if type(inner) not in _LEAVES]
    return deepest


def same(a: object, b: object) -> bool:
    """Return True if two values mean the same.

    Numbers are compared by value, so ``1``, ``1.0`` and ``Decimal(1)`` are the same; ``True`` is
    no number. Types of dynamic values are ignored: a list is the same as a tuple with these
    elements. ``UNKNOWN`` is the same as itself only.
    """
    return a is b or _compare(a, b, _passes_never, types_count=False)


def identical(a: object, b: object) -> bool:
    """Return True if two values are the same and of the same type, as Terraform compares them."""
    return a is b or _compare(a, b, _passes_never, types_count=True)


def fingerprint(value: object) -> tuple[bytes, list[Type]] | None:
    """Return what only identical values have in common: their MessagePack, and the types of the
    dynamic values in them. None for a value that has no such form.

    It takes a fraction of the time of a comparison. Identical values may differ in it, such as two
    of which one says 1.0 for 1.
    """
    types: list[Type] = []

    def form(part: object) -> dict[int, object]:
        # No object of Terraform has a number for a key.
        if isinstance(part, Dynamic):
            types.append(part.type)
            return {0: part.value}
        if part is UNKNOWN:
            return {1: None}
        if isinstance(part, Decimal):
            return {2: str(part)}
        raise TypeError

    try:
        return msgpack.packb(value, default=form), types
    except (TypeError, ValueError, OverflowError):
        return None


def agrees(planned: object, applied: object) -> bool:
    """Return True if an applied value is as planned; if the plan was unknown, any value is.

    A planned value that is known as a whole must also come back with its type.
    """
    if not contains_unknown(planned):
        return identical(planned, applied)
    return _compare(planned, applied, lambda a, b: a is UNKNOWN, types_count=False)


def unwrap(value: Value) -> Any:
    """Return the value without dynamic wrappers: ``dict``, ``list`` and scalars, as JSON has them.

    Unknown values stay ``UNKNOWN``. The result is a copy that may be changed.
    """
    if isinstance(value, Dynamic):
        return unwrap(value.value)
    if isinstance(value, dict):
        return {
            name: inner if type(inner) in _LEAVES else unwrap(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [unwrap(inner) for inner in value]
    return value


def type_error(expected: str, path: str) -> CodecError:
    """Return the error for a value at ``path`` that is not the expected one."""
    place = f"at {path.removeprefix('.')}: " if path else ""
    return CodecError(f"{place}expected {expected}")


class UnexpectedValue(Exception):
    """A value that is not of the type it should have, as long as its path is not known.

    :param expected: what was expected, such as ``a string``
    """

    def __init__(self, expected: str) -> None:
        super().__init__(expected)
        self.expected, self.path = expected, ""

    def within(self, step: str) -> UnexpectedValue:
        """Return this error with one more step in front of its path."""
        self.path = step + self.path
        return self

    @property
    def error(self) -> CodecError:
        """The error for this value, with the path that is known by now."""
        return type_error(self.expected, self.path)


class ValueBeyondLimit(UnexpectedValue):
    """A value that goes beyond a limit.

    :param expected: the limit, such as ``at most 100 levels of lists and objects``
    """

    @property
    def error(self) -> CodecError:
        """The error for this value; of a path that is deep only the beginning is shown."""
        place = self.path.removeprefix(".")
        shown = place if len(place) <= _LONGEST_PLACE else f"{place[:_LONGEST_PLACE]}..."
        return LimitError(f"{f'at {shown}: ' if place else ''}allowed are {self.expected}")


def _without_type(value: object) -> object:
    return value.value if isinstance(value, Dynamic) else value


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _passes_never(a: object, b: object) -> bool:
    return False


def _compare(
    a: object, b: object, passes: Callable[[object, object], bool], *, types_count: bool
) -> bool:
    """Compare two values part by part; ``passes`` accepts a pair whatever it holds."""
    left = [(a, b)]
    while left:
        a, b = left.pop()
        if passes(a, b):
            continue
        if types_count and not _types_agree(a, b):
            return False
        if isinstance(a, Dynamic) and isinstance(b, Dynamic) and _are_packed_alike(a, b):
            continue
        a, b = _without_type(a), _without_type(b)
        if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
            # What is one and the same object needs no look: most parts of a copy are.
            left.extend((inner, b[name]) for name, inner in a.items() if inner is not b[name])
        elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
            left.extend(zip(a, b, strict=True))
        elif not _same_scalar(a, b):
            return False
    return True


def _are_packed_alike(a: Dynamic, b: Dynamic) -> bool:
    """Return True for values that MessagePack writes in the same way, which are the same: it tells
    apart what Python takes for equal, such as 1 and True. A large value is packed in a fraction of
    the time that a walk takes. Values that are not packed alike may be the same all the same.
    """
    try:
        return bool(msgpack.packb(a.value) == msgpack.packb(b.value))
    except (TypeError, ValueError, OverflowError):
        # It has no form for what is unknown, for exact numbers and for halves of characters.
        return False


def _types_agree(a: object, b: object) -> bool:
    if isinstance(a, Dynamic) and isinstance(b, Dynamic):
        return a.type == b.type
    return not isinstance(a, Dynamic) and not isinstance(b, Dynamic)


def _same_scalar(a: object, b: object) -> bool:
    if is_number(a) and is_number(b):
        return bool(_exact(a) == _exact(b))
    return type(a) is type(b) and not isinstance(a, (dict, list)) and a == b


def too_deep() -> ValueBeyondLimit:
    """Return the exception for a value that is nested in more than ``MAX_LEVELS`` levels."""
    return ValueBeyondLimit(f"at most {MAX_LEVELS} levels of lists and objects")


def check_places(number: int | float | Decimal) -> None:
    """Refuse a number whose digits would keep Terraform busy for long.

    :raises Oversize: if it has too many places
    """
    if has_too_many_places(number):
        raise ValueBeyondLimit(SIZES)


def is_number(value: object) -> bool:
    """Return True for numbers, but not for ``True`` and ``False``."""
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def _exact(number: Any) -> Any:
    # A float means the decimal that it is written as: JSON has no other numbers.
    return Decimal(repr(number)) if isinstance(number, float) else number
