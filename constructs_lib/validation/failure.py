"""The exit that reports all findings."""

from __future__ import annotations

from collections.abc import Iterable

from constructs_lib.validation.findings import Finding
from constructs_lib.validation.report import render


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
