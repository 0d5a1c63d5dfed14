"""What a check finds, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeAlias

from constructs_lib.schemas.rules import Severity as Severity

IsToken: TypeAlias = Callable[[Any], bool]
"""Says whether a value (a leaf, or a list or mapping as a whole) is known only later."""


class ConstructPlace(NamedTuple):
    """A place in the tree of constructs."""

    path: str
    """Path of the construct, such as ``sandbox/orders``."""

    def __str__(self) -> str:
        return self.path


class FilePlace(NamedTuple):
    """A place in a file."""

    file: str
    line: int
    """Line, counted from 1; 0 stands for the file as a whole, or one that does not exist."""
    column: int
    """Column, counted from 1; 0 together with the line."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


Place: TypeAlias = ConstructPlace | FilePlace


class Finding(NamedTuple):
    """One thing that is wrong, or suspicious, at one place."""

    rule: str
    """Identifier of the rule, such as ``enum``, ``unknown-attribute`` or ``daily-sync-time``."""
    severity: Severity
    place: Place
    pointer: str
    """JSON pointer (RFC 6901) to the value, such as ``/config/schema_prefix``."""
    found: str
    """What was found, in short. A secret never stands here: it is shown as ``(hidden)``."""
    allowed: str
    """What is allowed instead."""
    hint: str = ""
    """What to do, such as ``did you mean 'postgres'?``; may be empty."""


def errors(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that must stop the synth."""
    return [finding for finding in findings if finding.severity == "error"]


def never(_value: Any) -> bool:
    """The answer of a caller whose values are all known: nothing is a token."""
    return False
