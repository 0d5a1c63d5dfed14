"""Named tuples whose classes cost little to make.

``typing.NamedTuple`` compiles code for each class, which takes longer than the import of a small
module. Terraform starts a provider three times in each plan, and a plan needs about fifty of such
classes. :class:`NamedTuple` is written and used in the same way, and type checkers take it for the
one of ``typing``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:
    # What reads a field in a tuple that collections makes.
    from collections import _tuplegetter

    class _Maker(type):
        """Makes the class of a named tuple from its annotations."""

        def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> type:
            made = super().__new__(cls, name, bases, {"__slots__": (), **namespace})
            fields = tuple(made.__annotations__)
            if fields:
                made._fields = made.__match_args__ = fields
                made._field_defaults = {
                    name: namespace[name] for name in fields if name in namespace
                }
            for place, field in enumerate(fields):
                setattr(made, field, _tuplegetter(place, None))
            return made

    class NamedTuple(tuple, metaclass=_Maker):
        """A tuple with a name for each place, which cannot be changed.

        :raises TypeError: if a value is missing, or there is no place for one
        """

        def __new__(cls, *values: Any, **named: Any) -> NamedTuple:
            """Make one of values in their order, and of others by name."""
            if named or len(values) != len(cls._fields):
                values = cls._completed(values, named)
            return tuple.__new__(cls, values)

        @classmethod
        def _completed(cls, values: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
            """Return the values of all places: as they come, by name, and by default."""
            left = cls._fields[len(values) :]
            named = {**{n: v for n, v in cls._field_defaults.items() if n in left}, **named}
            if len(values) > len(cls._fields) or named.keys() != set(left):
                wrong = sorted(named.keys() ^ set(left)) or f"{len(values)} values"
                raise TypeError(f"{cls.__name__} takes {', '.join(cls._fields)}; wrong: {wrong}")
            return (*values, *map(named.__getitem__, left))

        @classmethod
        def _make(cls, values: Any) -> NamedTuple:
            """Make one of the values in their order."""
            return cls(*values)

        def _replace(self, **named: Any) -> NamedTuple:
            """Make another one, with other values of some fields."""
            return type(self)(**{**self._asdict(), **named})

        def _asdict(self) -> dict[str, Any]:
            """Return the values by name."""
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self) -> str:
            values = ", ".join(f"{name}={value!r}" for name, value in self._asdict().items())
            return f"{type(self).__name__}({values})"

        def __getnewargs__(self) -> tuple[Any, ...]:
            return tuple(self)
