"""The command ``doctor``: it runs all checks, one after the other.

Exit status: 0 nothing prevents a deploy, 1 something does, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence

from constructs_lib.cli.doctor import api_checks, local_checks
from constructs_lib.cli.doctor.local_checks import CheckResult, Machine
from constructs_lib.terminal_text import escape_controls

Check = Callable[[Machine], Iterator[CheckResult]]

_CHECKS: tuple[tuple[str, Check], ...] = (
    ("python", local_checks.python),
    ("cdk", local_checks.toolkit),
    ("terraform", local_checks.terraform),
    ("cli config", local_checks.configuration),
    ("installed", local_checks.installed),
    ("sandbox", api_checks.sandbox),
    ("fivetran", api_checks.fivetran),
    ("elastic", api_checks.elastic),
)
_MARKS = {"ok": "ok", "skipped": "-", "warning": "warning", "error": "ERROR"}


def main(arguments: Sequence[str]) -> int:
    """Run all checks, and show each as it ends; return the exit status.

    :param arguments: the options
    """
    parser = argparse.ArgumentParser(
        prog="python -m constructs_lib doctor",
        description="Checks whether a deploy has everything that it needs. It changes nothing.",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object in place of text")
    options = parser.parse_args(arguments)
    results = []
    for result in _results(Machine.current()):
        results.append(result)
        if not options.json:
            _write(_line(result))
    errors = sum(result.verdict == "error" for result in results)
    if options.json:
        document = {"ok": not errors, "checks": [result._asdict() for result in results]}
        _write(json.dumps(document, indent=2))
    else:
        _write(_summary(errors))
    return 1 if errors else 0


def _results(machine: Machine) -> Iterator[CheckResult]:
    for name, check in _CHECKS:
        try:
            yield from check(machine)
        except Exception as error:
            # The words of an unexpected error may hold anything, so only its class is shown.
            found = f"the check itself failed ({type(error).__name__})"
            remedy = "If what the other checks say does not explain it, report it as a bug."
            yield CheckResult(name, "error", found, remedy)


def _line(result: CheckResult) -> str:
    line = f"{_MARKS[result.verdict]:<8} {result.check:<13} {result.found}"
    remedy = " ".join(result.remedy.split())
    return f"{line}\n{'':<22} -> {remedy}" if remedy else line


def _summary(errors: int) -> str:
    if not errors:
        return "\nNothing stands in the way of a deploy."
    return f"\n{errors} {'thing stands' if errors == 1 else 'things stand'} in the way of a deploy."


def _write(text: str) -> None:
    sys.stdout.write(escape_controls(text) + "\n")
    sys.stdout.flush()
