"""The named tuples of the library are those of ``typing``, but for what a class of them costs."""

from __future__ import annotations

import copy
import pickle
from typing import Any
from typing import NamedTuple as TypedTuple

import pytest

from constructs_lib.records import NamedTuple


class Ours(NamedTuple):
    """Two fields, a default and a property."""

    name: str
    size: int = 3
    parts: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return f"{self.name}/{self.size}"


class Theirs(TypedTuple):
    """The same."""

    name: str
    size: int = 3
    parts: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return f"{self.name}/{self.size}"


BOTH = pytest.mark.parametrize("kind", [Ours, Theirs])


@BOTH
@pytest.mark.parametrize(
    ("values", "named", "expected"),
    [
        (("a",), {}, ("a", 3, ())),
        (("a", 1, ("b",)), {}, ("a", 1, ("b",))),
        ((), {"parts": ("b",), "name": "a"}, ("a", 3, ("b",))),
        (("a",), {"size": 0}, ("a", 0, ())),
    ],
)
def test_fields_are_given_by_place_and_name(
    kind: Any, values: Any, named: Any, expected: Any
) -> None:
    made = kind(*values, **named)

    assert made == expected
    assert (made.name, made.size, made.parts) == expected
    assert hash(made) == hash(expected)


@BOTH
@pytest.mark.parametrize(
    ("values", "named"),
    [
        ((), {}),
        (("a", 1, (), 2), {}),
        (("a",), {"other": 1}),
        (("a",), {"name": "b"}),
        (("a", 1, ()), {"size": 1}),
    ],
)
def test_a_value_too_many_or_too_few_is_refused(kind: Any, values: Any, named: Any) -> None:
    with pytest.raises(TypeError):
        kind(*values, **named)


@BOTH
@pytest.mark.parametrize("field", ["name", "other"])
def test_nothing_of_a_record_can_be_set(kind: Any, field: str) -> None:
    with pytest.raises(AttributeError):
        setattr(kind("a"), field, "b")


@BOTH
def test_a_record_tells_its_fields_and_copies_itself(kind: Any) -> None:
    made = kind("a", 1)

    assert made._fields == kind._fields == ("name", "size", "parts")
    assert made._asdict() == {"name": "a", "size": 1, "parts": ()}
    assert made._replace(size=2) == ("a", 2, ())
    assert kind._make(["b", 2, ()]).label == "b/2"
    assert kind._field_defaults == {"size": 3, "parts": ()}
    assert repr(made) == f"{kind.__name__}(name='a', size=1, parts=())"
    assert type(made._replace(size=2)) is kind


@BOTH
def test_copies_and_pickles_are_of_the_same_kind(kind: Any) -> None:
    made = kind("a", 1, ("b",))

    for copied in (copy.copy(made), copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
        assert (copied, type(copied)) == (made, kind)


@BOTH
def test_a_record_matches_a_pattern(kind: Any) -> None:
    match kind("a", 1):
        case Ours(name, size) | Theirs(name, size):
            found = (name, size)

    assert found == ("a", 1)


def test_values_can_be_of_another_kind_of_tuple() -> None:
    first, second, third = Ours("a")

    assert (first, second, third) == Theirs("a")
