"""The report of all findings that a person reads."""

from __future__ import annotations

from collections.abc import Iterable

from constructs_lib.validation.findings import FilePlace, Finding, errors


def render(findings: Iterable[Finding]) -> str:
    """The report of all findings, sorted by place, with a line that counts them at the end.

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
