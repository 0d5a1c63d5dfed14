"""The types of the fixtures in this folder, and what their synth finds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from constructs_lib import Connection
from constructs_lib.validation import Finding, ValidationFailed

Synth: TypeAlias = Callable[[], dict[str, Any]]
Connect: TypeAlias = Callable[..., Connection]


def findings_of(synth: Synth) -> list[tuple[str, str, str]]:
    """The findings of a synth that fails, sorted: construct path, rule and pointer."""
    return sorted((str(f.place), f.rule, f.pointer) for f in reported(synth))


def reported(synth: Callable[[], object]) -> tuple[Finding, ...]:
    """The findings of a synth that fails."""
    with pytest.raises(ValidationFailed) as failure:
        synth()
    return failure.value.findings
