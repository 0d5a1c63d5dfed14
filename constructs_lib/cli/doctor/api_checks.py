"""The checks of the two APIs and of the sandbox, each with one small request that only reads."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from constructs_lib.cli.doctor.local_checks import CheckResult, Machine

if TYPE_CHECKING:
    from constructs_lib.backend.http.deadline import Deadline
    from constructs_lib.backend.plugin.diagnostics import Diagnostics

_LIMIT = 15.0
_SKEW = 60.0
"""Seconds that this clock may differ from that of the API."""
_FIVETRAN = ("FIVETRAN_APIKEY", "FIVETRAN_APISECRET")
_ELASTIC = "ELASTICSEARCH_API_KEY, or ELASTICSEARCH_USERNAME and ELASTICSEARCH_PASSWORD"
_EMBEDDED = "the embedded sandbox answers in its place"


def fivetran(machine: Machine) -> Iterator[CheckResult]:
    """Check the credentials and API of Fivetran, and this machine's clock."""
    if _is_sandbox(machine.environ.get("FIVETRAN_API_URL")):
        yield CheckResult("fivetran", "ok", _EMBEDDED)
        return
    if not any(machine.environ.get(name) for name in _FIVETRAN):
        remedy = f"To work with an account, set {' and '.join(_FIVETRAN)}."
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
        remedy = f"To look at a cluster, set ELASTICSEARCH_ENDPOINTS and {_ELASTIC}."
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
    return CheckResult(check, "ok", "the API answers, and takes the credentials")


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
        "Set it, or let it be set (timedatectl set-ntp true): certificates may seem expired, and "
        "times in messages are wrong.",
    )
