"""The rules for ephemeral resources: what opening and renewing return.

Source: Terraform plugin protocol 6, ``OpenEphemeralResource`` and ``RenewEphemeralResource``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple

from constructs_lib.backend.plugin.consistency import rules
from constructs_lib.backend.plugin.consistency.rules import Attributes
from constructs_lib.backend.plugin.consistency.state_rules import (
    nothing_is_unknown,
    write_only_is_null,
)
from constructs_lib.backend.plugin.diagnostics import Path
from constructs_lib.backend.plugin.ephemeral_resource import Opened
from constructs_lib.backend.plugin.values.value import Object, identical


class OpenAnswer(NamedTuple):
    """What was opened, with what it was opened for."""

    attributes: Attributes
    config: Object
    state: Object | None
    """The result; named as in the answers that have a state, whose rules hold for it, too."""
    failed: bool = False


class RenewalAnswer(NamedTuple):
    """When Terraform is asked to renew."""

    renew_at: datetime | None
    now: datetime


def ephemeral_is_opened_as_object(answer: OpenAnswer) -> Iterator[Path]:
    """Return an object when an ephemeral resource is opened."""
    if not answer.failed and answer.state is None:
        yield ()


def error_opens_nothing(answer: OpenAnswer) -> Iterator[Path]:
    """Return nothing when an ephemeral resource cannot be opened."""
    if answer.failed and answer.state is not None:
        yield ()


def configured_ephemeral_is_kept(answer: OpenAnswer) -> Iterator[Path]:
    """Return the configuration of an ephemeral resource unchanged."""
    if answer.state is None:
        return
    for name, value in answer.config.items():
        if value is not None and not identical(value, answer.state.get(name)):
            yield (name,)


def renewal_lies_ahead(answer: RenewalAnswer) -> Iterator[Path]:
    """Set a renewal later than now: otherwise Terraform would renew again and again."""
    if answer.renew_at is not None and answer.renew_at <= answer.now:
        yield ()


OPEN_RULES: Final = (
    ephemeral_is_opened_as_object,
    error_opens_nothing,
    configured_ephemeral_is_kept,
    nothing_is_unknown,
    write_only_is_null,
)
"""The rules that each opened ephemeral resource is checked by."""
RENEWAL_RULES: Final = (renewal_lies_ahead,)
"""The rules that each moment of a renewal is checked by."""


def require_opened(returned: Any, subject: str) -> Opened:
    """Return what opening returned, or raise at once, as there is no answer to check later.

    :raises ProviderError: if it is something else
    """
    if not isinstance(returned, Opened):
        raise rules.rule_error("require_opened", "Opening must return an Opened.", subject)
    rules.require_object(returned.result, subject)
    require_moment(returned.renew_at, subject)
    return returned


def require_moment(returned: Any, subject: str) -> datetime | None:
    """Return the time of a renewal if it has a time zone; without one it is ambiguous.

    :raises ProviderError: if it is something else
    """
    if returned is None or (isinstance(returned, datetime) and returned.tzinfo is not None):
        return returned
    text = "A renewal must be due at a time with a time zone, or never."
    raise rules.rule_error("require_moment", text, subject)
