from collections.abc import Callable
from typing import Any

import pytest
from validation_samples import PLACE, is_token, valid

from constructs_lib.validation import Finding, check_connection


@pytest.fixture
def check() -> Callable[..., list[Finding]]:
    def _check(**changes: Any) -> list[Finding]:
        return check_connection(valid(**changes), place=PLACE, is_token=is_token)

    return _check


@pytest.fixture
def found(check: Callable[..., list[Finding]]) -> Callable[..., list[tuple[str, str]]]:
    """The rules and pointers that a connection with these changes is reported for."""

    def _found(**changes: Any) -> list[tuple[str, str]]:
        return [(finding.rule, finding.pointer) for finding in check(**changes)]

    return _found
