"""The command ``doctor``: it runs all checks, one after the other.

The checks of the two APIs and of the sandbox are here, each with one small request that only reads;
those of this machine are in :mod:`local_checks`.

Exit status: 0 nothing prevents a deploy, 1 something does, 2 wrong usage.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from constructs_lib.cli import tables
from constructs_lib.cli.doctor import local_checks
from constructs_lib.cli.doctor.local_checks import CheckResult, Machine
from constructs_lib.cli.parsers import INTERRUPTED, WRONG_USAGE, CommandParser, program
from constructs_lib.schemas.redaction import escape_controls

if TYPE_CHECKING:
    from constructs_lib.backend.http.deadline import Deadline
    from constructs_lib.backend.plugin.diagnostics import Diagnostics


_LIMIT = 15.0
_SKEW = 60.0
"""Seconds that this clock may differ from that of the API."""
_FIVETRAN = ("FIVETRAN_APIKEY", "FIVETRAN_APISECRET")
_ELASTIC = "ELASTICSEARCH_API_KEY, or ELASTICSEARCH_USERNAME and ELASTICSEARCH_PASSWORD"
_EMBEDDED = "the embedded sandbox is used instead"


def fivetran(machine: Machine) -> Iterator[CheckResult]:
    """Check the credentials and API of Fivetran, and this machine's clock."""
    if _is_sandbox(machine.environ.get("FIVETRAN_API_URL")):
        yield CheckResult("fivetran", "ok", _EMBEDDED)
        return
    if not any(machine.environ.get(name) for name in _FIVETRAN):
        remedy = f"To check an account, set {' and '.join(_FIVETRAN)}."
        yield CheckResult("fivetran", "skipped", "no credentials in the environment", remedy)
        return
    from constructs_lib.backend.fivetran.provider import open_client
    from constructs_lib.backend.plugin.diagnostics import Diagnostics

    diagnostics = Diagnostics()
    opened = open_client({"request_timeout": _LIMIT}, diagnostics)
    if opened is None:
        yield _refused("fivetran", diagnostics)
        return
    client, _ = opened
    access = _access("fivetran", client.check_access, client.close)
    yield access
    if access.verdict == "ok":
        yield _clock((client.server_time() - datetime.now(timezone.utc)).total_seconds())


def elastic(machine: Machine) -> Iterator[CheckResult]:
    """Check the credentials and API of Elastic."""
    endpoints = machine.environ.get("ELASTICSEARCH_ENDPOINTS")
    if _is_sandbox(endpoints):
        yield CheckResult("elastic", "ok", _EMBEDDED)
        return
    if not endpoints:
        remedy = f"To check a cluster, set ELASTICSEARCH_ENDPOINTS and {_ELASTIC}."
        yield CheckResult("elastic", "skipped", "no endpoints in the environment", remedy)
        return
    from constructs_lib.backend.elastic.provider import ElasticOps
    from constructs_lib.backend.plugin.diagnostics import Diagnostics

    diagnostics = Diagnostics()
    cluster = ElasticOps().configure({"request_timeout": _LIMIT}, "", diagnostics)
    if cluster.is_known:
        yield _access("elastic", cluster.client.check_access, cluster.close)
    else:
        yield _refused("elastic", diagnostics)


def sandbox(machine: Machine) -> Iterator[CheckResult]:
    """Check the embedded sandbox, in a temporary folder."""
    from constructs_lib.backend.fivetran.api.client import Client
    from constructs_lib.backend.fivetran.api.exchange import FivetranTransport

    with tempfile.TemporaryDirectory(prefix="connections-as-code-") as folder:
        transport = FivetranTransport(f"sandbox:{Path(folder, 'doctor.sqlite3')}")
        client = Client(transport, "sandbox", "sandbox")
        yield _access("sandbox", client.check_access, client.close)


def _access(
    check: str, check_access: Callable[[Deadline], None], close: Callable[[], None]
) -> CheckResult:
    from constructs_lib.backend.http.deadline import Deadline
    from constructs_lib.backend.http.errors import VendorError

    try:
        check_access(Deadline(_LIMIT))
    except VendorError as error:
        return CheckResult(check, "error", str(error), error.remedy)
    finally:
        close()
    return CheckResult(check, "ok", "the API answers and accepts the credentials")


def _refused(check: str, diagnostics: Diagnostics) -> CheckResult:
    problems = [one for one in diagnostics if one.is_error]
    found = "; ".join(one.summary for one in problems)
    return CheckResult(check, "error", found, " ".join(one.detail for one in problems))


def _is_sandbox(address: str | None) -> bool:
    return (address or "").partition(":")[0] == "sandbox"


def _clock(skew: float) -> CheckResult:
    if abs(skew) <= _SKEW:
        return CheckResult("clock", "ok", "agrees with that of the API")
    direction = "behind" if skew > 0 else "ahead of"
    return CheckResult(
        "clock",
        "warning",
        f"this machine is {abs(skew):.0f} s {direction} the API",
        "Set the clock, or have it set (timedatectl set-ntp true). Otherwise certificates may "
        "seem expired, and times in messages are wrong.",
    )


Check = Callable[[Machine], Iterator[CheckResult]]

_CHECKS: tuple[tuple[str, Check], ...] = (
    ("python", local_checks.python),
    ("cdk", local_checks.toolkit),
    ("terraform", local_checks.terraform),
    ("cli config", local_checks.configuration),
    ("installed", local_checks.installed),
    ("sandbox", sandbox),
    ("fivetran", fivetran),
    ("elastic", elastic),
)
_MARKS = {"ok": "ok", "skipped": "-", "warning": "warning", "error": "ERROR"}


def main(arguments: Sequence[str]) -> int:
    """Run all checks, and show each as it ends; return the exit status.

    :param arguments: the options
    """
    options = parser().parse_args(arguments)
    results = []
    console = None if options.json else tables.terminal()
    with console.status("checking") if console else nullcontext():
        for result in _results(Machine.current()):
            results.append(result)
            if console:
                word, found, remedy = _words(result)
                lines = f"{found}\n-> {remedy}" if remedy else found
                tables.show_line(console, word, result.check, lines)
            elif not options.json:
                _write(_line(result))
    errors = sum(result.verdict == "error" for result in results)
    if options.json:
        document = {"ok": not errors, "checks": [result._asdict() for result in results]}
        _write(json.dumps(document, indent=2))
    else:
        _write(_summary(errors))
    return 1 if errors else 0


def parser() -> CommandParser:
    """Return the parser of the command."""
    parser = CommandParser(
        prog=program("doctor"),
        description="Check whether this machine has what a deploy needs. Nothing is changed.",
        examples="{prog}\n{prog} --json | jq .ok",
        statuses={
            0: "nothing prevents a deploy",
            1: "something prevents a deploy",
            2: WRONG_USAGE,
            130: INTERRUPTED,
        },
        notes="""\
environment:
  FIVETRAN_APIKEY, FIVETRAN_APISECRET, FIVETRAN_API_URL   the Fivetran account to check
  ELASTICSEARCH_ENDPOINTS, ELASTICSEARCH_API_KEY          the Elastic cluster to check
""",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")
    return parser


def _results(machine: Machine) -> Iterator[CheckResult]:
    for name, check in _CHECKS:
        try:
            yield from check(machine)
        except Exception as error:
            # The words of an unexpected error may hold anything, so only its class is shown.
            found = f"the check itself failed ({type(error).__name__})"
            remedy = "If the other checks do not explain it, report it as a bug."
            yield CheckResult(name, "error", found, remedy)


def _line(result: CheckResult) -> str:
    word, found, remedy = _words(result)
    line = f"{word:<8} {result.check:<13} {found}"
    return f"{line}\n{'':<22} -> {remedy}" if remedy else line


def _words(result: CheckResult) -> tuple[str, str, str]:
    """Return the mark of a result, what was found, and what to do, as they can be shown."""
    remedy = " ".join(result.remedy.split())
    return _MARKS[result.verdict], escape_controls(result.found), escape_controls(remedy)


def _summary(errors: int) -> str:
    if not errors:
        return "\nThis machine has everything that a deploy needs."
    return f"\n{errors} {'problem prevents' if errors == 1 else 'problems prevent'} a deploy."


def _write(text: str) -> None:
    sys.stdout.write(escape_controls(text) + "\n")
    sys.stdout.flush()
