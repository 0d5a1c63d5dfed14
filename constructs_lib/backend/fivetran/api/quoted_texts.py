"""Which texts of a connection no message shows when Fivetran quotes them.

The rule is :func:`constructs_lib.backend.http.redaction.texts_of`. In addition these are shown:
identifiers and the service, which tell the user what a message is about; the destination schema,
which is the name of the connection in all messages; and the words that the contract or the
catalogue of services allows.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final

from constructs_lib import schemas
from constructs_lib.backend.fivetran.connection.model import destination_keys
from constructs_lib.backend.fivetran.connection_test.resource import STATUSES
from constructs_lib.backend.http import redaction
from constructs_lib.backend.http.redaction import SettingText, json_redactor
from constructs_lib.backend.http.response_values import normalized_word
from constructs_lib.backend.plugin.diagnostics import Path

_HOLDS_WORDS: Final = ("fivetranops_connection", "fivetranops_connection_state")


def of_request(body: dict[str, Any] | None) -> list[SettingText]:
    """Return the texts of a request that are hidden in its answer.

    :param body: the body of the request; None if it has none
    """
    service = (body or {}).get("service")
    keys = destination_keys(service) if isinstance(service, str) else ()

    def is_harmless(path: Path, text: str) -> bool:
        if len(path) == 1 and (path[0] == "service" or str(path[0]).endswith("_id")):
            return True
        is_name = len(path) == 2 and path[0] == "config" and path[1] in keys
        return is_name or _is_word(path, text.lower())

    return redaction.texts_of(body, is_harmless)


def of_connection(connection: dict[str, Any]) -> list[SettingText]:
    """Return the texts of the settings of a connection that are hidden in its answers.

    :param connection: the connection, as the API answers it
    """
    names = ("service", "config", "auth", "connect_card_config")
    return of_request({name: connection[name] for name in names if name in connection})


def without(tests: Any, hidden: list[str]) -> Any:
    """Return the results of setup tests without secrets and texts of settings, with their status.

    :param tests: what the API answers under ``setup_tests``
    :param hidden: the texts to hide
    """
    redacted = json_redactor(hidden)
    if not isinstance(tests, list):
        return redacted(tests)
    return [_without(test, redacted) for test in tests]


def load() -> None:
    """Load the lists of words that may be shown, so that nothing has to be loaded later."""
    _words()
    schemas.allowed_words()


def _without(test: Any, redacted: Callable[[Any], Any]) -> Any:
    if not isinstance(test, dict):
        return redacted(test)
    # A status is a word of the contract, and decides what becomes of the apply.
    is_known = normalized_word(test.get("status")).upper() in STATUSES
    status = {"status": test["status"]} if is_known else {}
    return {name: redacted(inner) for name, inner in test.items()} | status


def _is_word(path: Path, text: str) -> bool:
    steps = ("[]" if isinstance(step, int) else f".{step}" for step in path)
    field = "".join(steps).removeprefix(".")
    return text in _words() or text in schemas.allowed_words().get(field, ())


@cache
def _words() -> frozenset[str]:
    found = frozenset(name.lower() for name in schemas.services())
    return found.union(*(redaction.allowed_by(schemas.load(n).attributes) for n in _HOLDS_WORDS))
