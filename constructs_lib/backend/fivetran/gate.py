"""What the setup tests of a connection found, and whether that lets through what comes after.

Source: https://fivetran.com/docs/rest-api/api-reference/connections/run-setup-tests
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from constructs_lib.backend.fivetran.errors import BadAnswer
from constructs_lib.backend.http import jsontext
from constructs_lib.backend.http.redaction import bounded, hide_inside, without_secret_names
from constructs_lib.backend.http.spelling import word
from constructs_lib.backend.plugin.diagnostics import ProviderError

STATUSES = ("PASSED", "SKIPPED", "WARNING", "FAILED", "JOB_FAILED")
"""The statuses of the contract, from the best to the worst."""
_REMEDY = (
    "Mend what they name, here or at the source, and apply again: the tests are run again by each "
    "apply until they pass. What depends on this resource was not touched."
)
_FIRST_REFUSED = {"failed": "FAILED", "warning": "WARNING"}


class Result(NamedTuple):
    """The result of one setup test."""

    title: str
    status: str
    message: str | None
    details: str | None

    @property
    def rank(self) -> int:
        """How bad it is. A status that the contract does not know counts as the worst."""
        return STATUSES.index(self.status) if self.status in STATUSES else len(STATUSES)

    def __str__(self) -> str:
        words = [text for text in (self.message, self.details) if text]
        return f"{self.title}: {self.status}" + "".join(f"\n    {text}" for text in words)


def shut(name: str, found: list[Result]) -> ProviderError:
    """The error of a gate that is shut.

    :param name: the connection
    :param found: the results that shut it
    """
    told = bounded("\n".join(f"  {result}" for result in found))
    return ProviderError(f"Setup tests of {name} did not pass", f"{told}\n\n{_REMEDY}")


def results(answer: dict[str, Any], secrets: Collection[str]) -> list[Result]:
    """The results in the answer about a connection, without secrets.

    :param secrets: texts that must not be shown
    :raises BadAnswer: if it has none: a gate must not open because an answer was cut short
    """
    tests = answer.get("setup_tests")
    if not isinstance(tests, list) or not all(isinstance(test, dict) for test in tests):
        request = f"POST /v1/connections/{answer.get('id')}/test"
        raise BadAnswer(request, 200, "no list under data.setup_tests")
    return [_result(test, without_secret_names(hide_inside(test, secrets))) for test in tests]


def worst(found: list[Result]) -> str:
    """The worst status; PASSED if a connection has no setup tests."""
    return max(found, key=lambda result: result.rank).status if found else STATUSES[0]


def refused(found: list[Result], fail_on: str) -> list[Result]:
    """The results that shut the gate.

    :param fail_on: ``failed``, ``warning`` or ``never``
    """
    first = _FIRST_REFUSED.get(fail_on)
    return [] if first is None else [r for r in found if r.rank >= STATUSES.index(first)]


def told(found: list[Result]) -> list[Result]:
    """The results that a person should hear of, whether or not they shut the gate."""
    return refused(found, "warning")


def would_refuse(status: Any, fail_on: Any) -> bool:
    """True if a worst status would have shut the gate under ``fail_on``."""
    is_known = isinstance(status, str) and isinstance(fail_on, str)
    return is_known and bool(refused([Result("", status, None, None)], fail_on))


def _result(original: dict[str, Any], test: dict[str, Any]) -> Result:
    """Return the result of a test.

    :param original: as it came: its status decides, even where it reads like a secret
    :param test: the same, without secrets
    """
    status = word(original.get("status")).upper()
    title = str(test.get("title") or "")
    if status not in STATUSES:
        status = word(test.get("status")).upper()
    return Result(title, status, _text(test.get("message")), _text(test.get("details")))


def _text(value: Any) -> str | None:
    if value is None or value in ("", [], {}):
        return None
    return value if isinstance(value, str) else jsontext.dumps(value)
