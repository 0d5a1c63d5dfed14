"""The rules for what is returned: states, data, and what an ephemeral resource opens.

Source: Terraform plugin protocol 6, ``ApplyResourceChange``, ``ReadResource``,
``ImportResourceState``, ``UpgradeResourceState``, ``ReadDataSource``, ``OpenEphemeralResource`` and
``RenewEphemeralResource``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, Protocol

from constructs_lib.backend.plugin.consistency import rules
from constructs_lib.backend.plugin.consistency.rules import Attributes, set_write_only
from constructs_lib.backend.plugin.diagnostics import Path
from constructs_lib.backend.plugin.resource import Opened
from constructs_lib.backend.plugin.values.value import (
    Object,
    agrees,
    contains_unknown,
    identical,
    same,
)
from constructs_lib.records import NamedTuple


class ApplyAnswer(NamedTuple):
    """The state after a change, with what the change was."""

    attributes: Attributes
    prior: Object | None
    planned: Object | None
    """None for a deletion."""
    state: Object | None
    saved: Object | None = None
    """What the operation noted as existing before it ended."""
    failed: bool = False


class ReadAnswer(NamedTuple):
    """The state after a read."""

    attributes: Attributes
    prior: Object | None
    state: Object | None
    failed: bool = False
    private_kept: bool = True


class ImportAnswer(NamedTuple):
    """The stub of one imported object."""

    attributes: Attributes
    asked: str
    """The resource type that was asked for."""
    type_name: str
    state: Object | None


class UpgradeAnswer(NamedTuple):
    """A state that was converted from an older version."""

    attributes: Attributes
    state: Object | None


class DataAnswer(NamedTuple):
    """The state that a data source returned."""

    attributes: Attributes
    config: Object
    state: Object | None
    failed: bool = False


class StateAnswer(Protocol):
    """Any of these answers: an object, and what describes it."""

    @property
    def attributes(self) -> Attributes:
        """The attributes of the object."""

    @property
    def state(self) -> Object | None:
        """The object."""


def nothing_is_unknown(answer: StateAnswer) -> Iterator[Path]:
    """Keep unknown values out of a state."""
    state = answer.state or {}
    for name in answer.attributes:
        value = state.get(name)
        if value is not None and contains_unknown(value):
            yield (name,)


def write_only_is_null(answer: StateAnswer) -> Iterator[Path]:
    """Return null for a write-only value in a state."""
    return set_write_only(answer.attributes, answer.state or {})


def planned_is_applied(answer: ApplyAnswer) -> Iterator[Path]:
    """Return every known planned value unchanged."""
    if answer.failed or answer.planned is None or answer.state is None:
        return
    for name in answer.attributes:
        if not agrees(answer.planned.get(name), answer.state.get(name)):
            yield (name,)


def change_is_applied_as_object(answer: ApplyAnswer) -> Iterator[Path]:
    """Return an object after a creation or an update."""
    if not answer.failed and answer.planned is not None and answer.state is None:
        yield ()


def deletion_is_applied_as_null(answer: ApplyAnswer) -> Iterator[Path]:
    """Return null after a deletion."""
    if not answer.failed and answer.planned is None and answer.state is not None:
        yield ()


def failure_keeps_what_exists(answer: ApplyAnswer) -> Iterator[Path]:
    """Return what exists by now when a change fails."""
    existing = answer.prior if answer.saved is None else answer.saved
    if answer.failed and existing is not None and answer.state is None:
        yield ()


def error_keeps_the_state(answer: ReadAnswer) -> Iterator[Path]:
    """Keep the state and the private state as they were when a read fails."""
    if not answer.failed:
        return
    if not answer.private_kept or (answer.prior is None) != (answer.state is None):
        yield ()
    for name in answer.attributes:
        if not identical((answer.prior or {}).get(name), (answer.state or {}).get(name)):
            yield (name,)


def absent_stays_absent(answer: ReadAnswer) -> Iterator[Path]:
    """Never return an object from a read when there was none before."""
    if answer.prior is None and answer.state is not None:
        yield ()


def identifier_is_kept(answer: ReadAnswer) -> Iterator[Path]:
    """Keep the identifier in a read: another one belongs to another object."""
    before = (answer.prior or {}).get("id")
    if before is not None and answer.state is not None and answer.state.get("id") != before:
        yield ("id",)


def same_meaning_keeps_its_form(answer: ReadAnswer) -> Iterator[Path]:
    """Keep the form of a value that still means the same when it is read."""
    for name in answer.attributes:
        before, now = (answer.prior or {}).get(name), (answer.state or {}).get(name)
        if same(before, now) and not identical(before, now):
            yield (name,)


def import_has_an_id(answer: ImportAnswer) -> Iterator[Path]:
    """Give each imported object an id."""
    if "id" in answer.attributes and (answer.state or {}).get("id") in (None, ""):
        yield ("id",)


def import_is_of_the_type(answer: ImportAnswer) -> Iterator[Path]:
    """Import an object of the type that was asked for."""
    if answer.type_name != answer.asked:
        yield ()


def data_is_answered_as_object(answer: DataAnswer) -> Iterator[Path]:
    """Return an object when a data source is read."""
    if not answer.failed and answer.state is None:
        yield ()


def error_answers_no_data(answer: DataAnswer) -> Iterator[Path]:
    """Return nothing when a data source cannot be read."""
    if answer.failed and answer.state is not None:
        yield ()


def configured_data_is_kept(answer: DataAnswer) -> Iterator[Path]:
    """Return the configuration of a data source unchanged."""
    if answer.state is None:
        return
    for name, value in answer.config.items():
        if value is not None and not identical(value, answer.state.get(name)):
            yield (name,)


APPLY_RULES: Final = (
    planned_is_applied,
    nothing_is_unknown,
    write_only_is_null,
    change_is_applied_as_object,
    deletion_is_applied_as_null,
    failure_keeps_what_exists,
)
"""The rules that each answer to an apply is checked by."""
READ_RULES: Final = (
    nothing_is_unknown,
    write_only_is_null,
    error_keeps_the_state,
    absent_stays_absent,
    identifier_is_kept,
    same_meaning_keeps_its_form,
)
"""The rules that each answer to a read is checked by."""
IMPORT_RULES: Final = (
    import_has_an_id,
    import_is_of_the_type,
    nothing_is_unknown,
    write_only_is_null,
)
"""The rules that each imported object is checked by."""
UPGRADE_RULES: Final = (nothing_is_unknown, write_only_is_null)
"""The rules that each upgraded state is checked by."""
DATA_RULES: Final = (
    data_is_answered_as_object,
    error_answers_no_data,
    configured_data_is_kept,
    nothing_is_unknown,
    write_only_is_null,
)
"""The rules that each answer of a data source is checked by."""


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
