"""Findings: what a check found and where, the report about them, and the exit with that report.

The rules name values as JSON, YAML and HCL write them. A finding about a stack, which is written in
Python, names ``True``, ``False`` and ``None`` instead. A finding points to its value by a JSON
pointer (RFC 6901).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeAlias

from constructs_lib.schemas.redaction import Path as Path
from constructs_lib.schemas.rules import Severity as Severity


def pointer(path: Path) -> str:
    """Return the JSON pointer of a path: ``("config", "a/b", 0)`` is ``/config/a~1b/0``."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def steps(text: str) -> tuple[str, ...]:
    """Return the steps of a JSON pointer; the indexes of lists come back as text.

    :param text: such as ``/config/a~1b/0``; the empty text is the whole document
    """
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in text.split("/")[1:])


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
    """Line, counted from 1; 0 means the file as a whole, or one that does not exist."""
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
    """What was found, in short. It never contains a secret, which is shown as ``(hidden)``."""
    allowed: str
    """What is allowed instead."""
    hint: str = ""
    """What to do, such as ``did you mean 'postgres'?``; may be empty."""


def errors(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that must stop the synth."""
    return [finding for finding in findings if finding.severity == "error"]


def never(_value: Any) -> bool:
    """Return False: no value is a token, for a caller that knows all its values."""
    return False


_PYTHON = {"true": "True", "false": "False", "null": "None"}
# What is quoted is somebody's own text, and stays; so does a part of a longer name.
_WORD = re.compile(r"'[^']*'|\"[^\"]*\"|(?<![\w.$/-])(?:true|false|null)(?![\w(-]|\.\w)")


def in_python(finding: Finding) -> Finding:
    """Return a finding about Python code with Python's words in it; itself if nothing differs.

    :param finding: with the words of the rules
    """
    own = (finding.found, finding.allowed, finding.hint)
    found, allowed, hint = map(_translated, own)
    if (found, allowed, hint) == own:
        return finding
    return finding._replace(found=found, allowed=allowed, hint=hint)


def _translated(text: str) -> str:
    return _WORD.sub(lambda match: _PYTHON.get(match.group(), match.group()), text)


def render(findings: Iterable[Finding]) -> str:
    """Return the report of all findings, sorted by place, with a line that counts them at the end.

    :returns: the text without a final line break; the empty text if there are no findings
    """
    ordered = sorted(findings, key=_order)
    if not ordered:
        return ""
    return "\n".join([*(_entry(finding) for finding in ordered), "", _summary(ordered)])


def _order(finding: Finding) -> tuple[bool, str, int, int, str, str]:
    place = finding.place
    if isinstance(place, FilePlace):
        return (False, place.file, place.line, place.column, finding.pointer, finding.rule)
    return (True, place.path, 0, 0, finding.pointer, finding.rule)


def _entry(finding: Finding) -> str:
    lines = [f"{finding.place}: {finding.severity}[{finding.rule}] {finding.pointer or '/'}"]
    lines += [f"    found:   {finding.found}"] if finding.found else []
    lines += [f"    allowed: {finding.allowed}"] if finding.allowed else []
    lines += [f"    hint:    {finding.hint}"] if finding.hint else []
    return "\n".join(_printable(line) for line in lines)


def _printable(line: str) -> str:
    # A key of a file may hold anything, also the control codes of a terminal.
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)


def _summary(findings: list[Finding]) -> str:
    failed = len(errors(findings))
    counts = [(failed, "error"), (len(findings) - failed, "warning")]
    what = ", ".join(_count(number, noun) for number, noun in counts if number)
    end = "; nothing was written." if failed else "."
    return f"{what} in {_places(findings)}{end}"


def _places(findings: list[Finding]) -> str:
    places = [finding.place for finding in findings]
    files = len({place.file for place in places if isinstance(place, FilePlace)})
    constructs = len({place for place in places if not isinstance(place, FilePlace)})
    counts = [(files, "file"), (constructs, "construct")]
    return " and ".join(_count(number, noun) for number, noun in counts if number)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


class ValidationFailed(SystemExit):
    """Ends the program with all findings: Python prints the report to stderr and exits with 1.

    It is a ``SystemExit``, so that a person sees the report and never a traceback. ``str()`` of
    it is the report.
    """

    findings: tuple[Finding, ...]
    """What was found, in the order in which it was given."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(render(self.findings))
