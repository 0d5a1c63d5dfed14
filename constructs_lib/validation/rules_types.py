"""What a rule is, what it yields, and the two forms that many rules have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from constructs_lib.schemas.rules import Inputs, Problem, Rule

__all__ = ["Inputs", "Problem", "Rule", "needs", "only_with"]


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
