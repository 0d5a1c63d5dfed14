"""What the setup tests of a connection found, as diagnostics.

Source: https://fivetran.com/docs/rest-api/api-reference/connections/run-setup-tests
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from constructs_lib.backend.http import jsontext
from constructs_lib.backend.http.redaction import bounded, hide_inside
from constructs_lib.backend.http.spelling import word
from constructs_lib.backend.plugin.diagnostics import Diagnostics

_FAILED = ("FAILED", "JOB_FAILED")


def have_failed(answer: dict[str, Any]) -> bool:
    """True if a setup test failed."""
    return any(isinstance(test, dict) and _status(test) in _FAILED for test in _tests(answer))


def report(
    answer: dict[str, Any],
    diagnostics: Diagnostics,
    *,
    subject: str,
    required: bool,
    secrets: Collection[str] = (),
) -> None:
    """Adds a diagnostic for each setup test that did not pass.

    :param answer: the API's answer about the connection, with or without ``setup_tests``
    :param subject: the connection, for the summary
    :param required: True makes a failed test an error
    :param secrets: texts that must not stand in a message
    """
    for test in _tests(answer):
        if not isinstance(test, dict):
            continue
        status = _status(test)
        if status not in (*_FAILED, "WARNING"):
            continue
        test = hide_inside(test, secrets)
        title = bounded(str(test.get("title") or ""))
        summary = f"Setup test {title!r} of {subject}: {status}"
        detail = _detail(test)
        if required and status in _FAILED:
            diagnostics.error(summary, f"{detail}\n\n{_TAINTED}")
        else:
            diagnostics.warning(summary, f"{detail}\n\n{_GOES_ON}")


_TAINTED = (
    "require_setup_tests makes this an error. The connection exists and stays in state; after a "
    "creation Terraform marks it as tainted and would replace it: mend the settings, run "
    "'terraform untaint' on its address, and apply again."
)
_GOES_ON = "Mend the settings and apply again. The connection exists and stays in state."


def _status(test: dict[str, Any]) -> str:
    return word(test.get("status")).upper()


def _tests(answer: dict[str, Any]) -> list[Any]:
    """The results; what is no list tells nothing."""
    tests = answer.get("setup_tests")
    return tests if isinstance(tests, list) else []


def _detail(test: dict[str, Any]) -> str:
    parts = [str(test.get("message") or "Fivetran gave no message.")]
    details = test.get("details")
    if details:
        parts.append(details if isinstance(details, str) else jsontext.dumps(details))
    return bounded("\n".join(parts))
