"""The results of the setup tests of a connection, as diagnostics.

Required setup tests that failed are noted in private state until all have passed. Meanwhile each
plan shows ``setup_state`` as changing, and each apply runs the tests again.

Source: https://fivetran.com/docs/rest-api/api-reference/connections/run-setup-tests
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from constructs_lib.backend.fivetran.private_state import ConnectionPrivateState
from constructs_lib.backend.http import jsontext
from constructs_lib.backend.http.redaction import redact_json, truncated
from constructs_lib.backend.http.response_values import normalized_word
from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.resource import Operation
from constructs_lib.backend.plugin.values.value import Object

_FAILED_STATUSES = ("FAILED", "JOB_FAILED")


def were_run(sent: dict[str, Any], answer: dict[str, Any]) -> bool:
    """Return True if a change has run the setup tests, whatever they found."""
    return "config" in sent or "auth" in sent or "setup_tests" in answer


def have_failed(answer: dict[str, Any]) -> bool:
    """Return True if a setup test failed."""
    return any(
        isinstance(test, dict) and _status(test) in _FAILED_STATUSES for test in _tests(answer)
    )


def report(
    answer: dict[str, Any],
    diagnostics: Diagnostics,
    *,
    subject: str,
    required: bool,
    secrets: Collection[str] = (),
) -> None:
    """Add a diagnostic for each setup test that did not pass.

    :param answer: the API's answer about the connection, with or without ``setup_tests``
    :param subject: the connection, for the summary
    :param required: True makes a failed test an error
    :param secrets: texts that must not stand in a message
    """
    for test in _tests(answer):
        if not isinstance(test, dict):
            continue
        status = _status(test)
        if status not in (*_FAILED_STATUSES, "WARNING"):
            continue
        test = redact_json(test, secrets)
        title = truncated(str(test.get("title") or ""))
        summary = f"Setup test {title!r} of {subject}: {status}"
        detail = _detail(test)
        if required and status in _FAILED_STATUSES:
            diagnostics.error(summary, f"{detail}\n\n{_TAINTED}")
        else:
            diagnostics.warning(summary, f"{detail}\n\n{_GOES_ON}")


_TAINTED = (
    "require_setup_tests makes this an error. The connection exists and stays in state; after a "
    "creation Terraform marks it as tainted and would replace it: fix the settings, run "
    "'terraform untaint' on its address, and apply again."
)
_GOES_ON = "Fix the settings and apply again. The connection exists and stays in state."


def _status(test: dict[str, Any]) -> str:
    return normalized_word(test.get("status")).upper()


def _tests(answer: dict[str, Any]) -> list[Any]:
    """Return the results; anything but a list yields none."""
    tests = answer.get("setup_tests")
    return tests if isinstance(tests, list) else []


def _detail(test: dict[str, Any]) -> str:
    parts = [str(test.get("message") or "Fivetran gave no message.")]
    details = test.get("details")
    if details:
        # Most connections never need it; a creation loads it beforehand.
        from constructs_lib.backend.fivetran.trust.waiting import advice

        parts.extend(filter(None, [advice([test])]))
        parts.append(details if isinstance(details, str) else jsontext.dumps(details))
    return truncated("\n".join(parts))


def must_repeat_tests(config: Object, operation: Operation) -> bool:
    """Return True if setup tests are required, and failed the last time.

    :param config: the configuration of the connection
    """
    private = ConnectionPrivateState(operation.private)
    return private.have_tests_failed and bool(config.get("require_setup_tests"))


def needs_tests(answer: dict[str, Any], config: Object, operation: Operation) -> bool:
    """Return True if required tests that failed were not run again by a change.

    :param answer: the API's answer to the change
    :param config: the configuration of the connection
    """
    return must_repeat_tests(config, operation) and "setup_tests" not in answer


def report_and_record(
    answer: dict[str, Any], config: Object, operation: Operation, secrets: Collection[str]
) -> None:
    """Report the results of the setup tests, and record whether they passed.

    :param answer: the API's answer about the connection, with or without ``setup_tests``
    :param config: the configuration of the connection
    :param secrets: texts that must not stand in a message
    """
    required = config.get("require_setup_tests") is True
    if "setup_tests" in answer:
        private = ConnectionPrivateState(operation.private)
        private.have_tests_failed = required and have_failed(answer)
    report(
        answer,
        operation.diagnostics,
        subject=f"connection {answer.get('id')} ({answer.get('schema')})",
        required=required,
        secrets=secrets,
    )
