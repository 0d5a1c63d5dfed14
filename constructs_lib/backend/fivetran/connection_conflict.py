"""Nobody's work is overwritten unseen: before a connection is changed, it is compared with what the
plan started from.

Fivetran has no conditional requests, so a moment remains between the comparison and the change.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from constructs_lib.backend.fivetran import comparison, connection_answer
from constructs_lib.backend.fivetran.connection_request import (
    ONLY_MODIFIED,
    SETTINGS,
    as_object,
    as_sent,
)
from constructs_lib.backend.fivetran.errors import VendorError
from constructs_lib.backend.http.redaction import shown_value, values_shown
from constructs_lib.backend.plugin.values import Object, same
from constructs_lib.schemas import Kind


class ChangedMeanwhile(VendorError):
    """Somebody changed, since the plan, what is to be changed."""

    remedy = (
        "Nothing was changed. Plan again, with refresh: the plan then starts from what is there. "
        "If this happens often, find out who else changes this connection."
    )

    def __init__(self, identifier: str, conflicts: list[str]) -> None:
        super().__init__(
            f"connection {identifier} is not what the plan started from: {'; '.join(conflicts)}"
        )


def require_unchanged(
    prior: Object,
    planned: Object,
    body: dict[str, Any],
    answer: dict[str, Any],
    echo: connection_answer.Echo,
) -> None:
    """Compares what a request is about to change with what the plan started from.

    What cannot be read (secrets) is not compared, and what somebody set to the planned value is no
    conflict.

    :param prior: the state that the plan started from
    :param body: the body of the request
    :param answer: the connection as it is
    :param echo: what the API made of the settings that were sent
    :raises ChangedMeanwhile: if something differs, with both values
    """
    now = connection_answer.refreshed(prior, answer, echo)
    found = [*_attributes(prior, planned, now, body), *_settings(prior, planned, now, body)]
    if found:
        raise ChangedMeanwhile(str(prior.get("id")), found)


def _attributes(prior: Object, planned: Object, now: Object, body: dict[str, Any]) -> Iterator[str]:
    for name in (*SETTINGS, *ONLY_MODIFIED):
        if name in body and prior.get(name) is not None:
            values = (as_sent(name, values.get(name)) for values in (prior, now, planned))
            yield from _conflict(name, *values)


def _settings(prior: Object, planned: Object, now: Object, body: dict[str, Any]) -> Iterator[str]:
    before, after, wanted = (as_object(values.get("config")) for values in (prior, now, planned))
    for key in body.get("config") or {}:
        if key in before and key in after and key in wanted:
            yield from _conflict(f"config.{key}", before[key], after[key], wanted[key])


def _conflict(name: str, before: Any, now: Any, wanted: Any) -> Iterator[str]:
    if not same(before, now) and not comparison.means_the_same(wanted, now):
        with values_shown(_is_of_few(name)):
            then, by_now, goal = (shown_value(name, value) for value in (before, now, wanted))
        yield f"{name} was {then}, is {by_now} now, and was to become {goal}"


def _is_of_few(name: str) -> bool:
    """True for an attribute with few possible values, which says nothing that could be secret."""
    attribute = connection_answer.SCHEMA.attributes.get(name)
    return attribute is not None and (attribute.kind is Kind.BOOLEAN or "enum" in attribute.rule)
