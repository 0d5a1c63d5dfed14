"""Required setup tests stay a gate: one that failed is noted until all have passed.

So each plan shows ``setup_state`` as changing, and each apply runs the tests again.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from constructs_lib.backend.fivetran import setup_tests
from constructs_lib.backend.plugin.resource import Operation
from constructs_lib.backend.plugin.values import Object

_FAILED = "tests_failed"
"""In private state: setup tests that are required failed, and were not passed since."""


def is_closed(config: Object, operation: Operation) -> bool:
    """True if setup tests are required, and failed the last time.

    :param config: the configuration of the connection
    """
    return bool(operation.private.get(_FAILED) and config.get("require_setup_tests"))


def lacks_tests(answer: dict[str, Any], config: Object, operation: Operation) -> bool:
    """Return True if required tests that failed were not run again by a change.

    :param answer: the API's answer to the change
    :param config: the configuration of the connection
    """
    return is_closed(config, operation) and "setup_tests" not in answer


def report(
    answer: dict[str, Any], config: Object, operation: Operation, secrets: Collection[str]
) -> None:
    """Tells what the setup tests found, and notes whether they passed.

    :param answer: the API's answer about the connection, with or without ``setup_tests``
    :param config: the configuration of the connection
    :param secrets: texts that must not stand in a message
    """
    required = config.get("require_setup_tests") is True
    if "setup_tests" in answer:
        operation.private.pop(_FAILED, None)
        if required and setup_tests.have_failed(answer):
            operation.private[_FAILED] = True
    setup_tests.report(
        answer,
        operation.diagnostics,
        subject=f"connection {answer.get('id')} ({answer.get('schema')})",
        required=required,
        secrets=secrets,
    )
