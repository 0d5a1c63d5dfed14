"""What a rule is, and what it yields."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeAlias

from constructs_lib.validation.findings import Severity
from constructs_lib.validation.pointers import Path

Inputs: TypeAlias = dict[str, Any]
"""The parameters that a rule reads, in plain form; None stands for one that was left out."""


class Problem(NamedTuple):
    """What a rule has to say about one value."""

    path: Path
    """Where it is, from the top of the parameters."""
    found: str
    allowed: str
    hint: str = ""
    severity: Severity = "error"


class Rule(NamedTuple):
    """One rule across attributes."""

    id: str
    """Identifier, such as ``daily-sync-time``."""
    inputs: tuple[str, ...]
    """The parameters that it reads; it sees no others."""
    check: Callable[[Inputs], Iterator[Problem]]


def only_with(inputs: Inputs, name: str, other: str, value: Any) -> Iterator[Problem]:
    """The problem that ``name`` is set although ``other`` is not ``value``."""
    if inputs[name] is not None and inputs[other] != value:
        found = f"{name} {_set_or_not(inputs, name)}, {other} {_set_or_not(inputs, other)}"
        allowed = f"{name} only together with {other} {value}"
        yield Problem((name,), found, allowed, f"set {other} to {value}, or leave {name} out")


def needs(inputs: Inputs, name: str, value: Any, other: str) -> Iterator[Problem]:
    """The problem that ``name`` is ``value`` although ``other`` is left out."""
    if inputs[name] == value and inputs[other] is None:
        found = f"{name} {value}, {other} left out"
        yield Problem((name,), found, f"{name} {value} only together with {other}", f"add {other}")


def _set_or_not(inputs: Inputs, name: str) -> str:
    value = inputs[name]
    return "left out" if value is None else str(value)
