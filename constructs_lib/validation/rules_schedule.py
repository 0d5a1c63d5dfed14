"""Rules about the schedule, the warnings of delay and the setup tests of a connection.

Source: https://fivetran.com/docs/rest-api/api-reference/connections (create and modify).
"""

from __future__ import annotations

from collections.abc import Iterator

from constructs_lib.validation.rules_types import Inputs, Problem, only_with


def daily_sync_time(inputs: Inputs) -> Iterator[Problem]:
    """The hour of the daily sync makes sense only for a sync once a day."""
    yield from only_with(inputs, "daily_sync_time", "sync_frequency", 1440)


def data_delay_threshold(inputs: Inputs) -> Iterator[Problem]:
    """The threshold is read only with the custom sensitivity."""
    yield from only_with(inputs, "data_delay_threshold", "data_delay_sensitivity", "CUSTOM")


def setup_tests(inputs: Inputs) -> Iterator[Problem]:
    """Tests that are not run cannot be required."""
    if inputs["require_setup_tests"] is True and inputs["run_setup_tests"] is False:
        found = "require_setup_tests true, run_setup_tests false"
        hint = "leave run_setup_tests out, or set require_setup_tests to false"
        yield Problem(("require_setup_tests",), found, "required tests must be run", hint)


def trust_needs_tests(inputs: Inputs) -> Iterator[Problem]:
    """Certificates and fingerprints are trusted during the setup tests, and only then."""
    for name in ("trust_certificates", "trust_fingerprints"):
        if inputs[name] is True and inputs["run_setup_tests"] is False:
            allowed = f"{name} true only when the setup tests run"
            hint = f"leave run_setup_tests out, or set {name} to false"
            yield Problem((name,), f"{name} true, run_setup_tests false", allowed, hint)
