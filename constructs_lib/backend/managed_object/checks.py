"""The checks that all resources share: identifiers, changes that send nothing, and masks.

An identifier is checked before it becomes part of a request's path; the rule itself is that of the
schema (:func:`schemas.is_identifier`).

Terraform counts each change that a plan shows as a change, also one that an apply does not send. So
the plan says of each that nothing is sent to the vendor.

APIs answer masks in place of secrets, and no state takes one for the secret.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from constructs_lib import schemas
from constructs_lib.backend.plugin.diagnostics import Diagnostics, Path, ProviderError, described
from constructs_lib.backend.plugin.resource import Plan
from constructs_lib.backend.plugin.values.value import (
    UNKNOWN,
    Dynamic,
    Object,
    Value,
    contains_unknown,
)
from constructs_lib.records import NamedTuple
from constructs_lib.schemas import Attribute, is_mask

if TYPE_CHECKING:
    from constructs_lib.backend.plugin.consistency.state_rules import ReadAnswer


class ObjectKind(NamedTuple):
    """A kind of object that an API identifies by a text."""

    resource: str
    """The resource whose schema has the rule of the identifier."""
    noun: str
    """One object, for messages, such as ``widget``."""
    advice: str
    """How to give the identifier, as a sentence."""
    attribute: str = "id"
    """The attribute that names the object."""

    def require(self, identifier: Any, attribute: str | None = None) -> str:
        """Return an identifier that names an object of this kind, and nothing else.

        :param identifier: what the configuration or the command line names
        :param attribute: the attribute that names it, whose value is not shown; None for the usual
            one, the empty text if the command line names it
        :raises ProviderError: if it is empty, or would lead to another endpoint of the API
        """
        if schemas.is_identifier(identifier, self.resource):
            return identifier
        named = self.attribute if attribute is None else attribute
        found = described(identifier) if named else _shown(identifier)
        raise ProviderError(
            f"A {self.noun} cannot have this identifier",
            f"Found {found}. {self.advice}",
            (named,) if named else (),
        )

    def check(self, identifier: Any) -> None:
        """Check an identifier of a plan, which may be known only at apply.

        :raises ProviderError: if it is known and cannot be an identifier
        """
        if identifier is not UNKNOWN:
            self.require(identifier)

    def imported(self, identifier: str, what: str) -> str:
        """Return the identifier that an import names.

        :param what: what is imported, such as ``the state of a widget``
        :raises ProviderError: if it cannot be that of an object of this kind
        """
        if schemas.is_identifier(identifier, self.resource):
            return identifier
        raise ProviderError(
            f"Cannot import {what} by this identifier",
            f"Found {_shown(identifier)}. {self.advice}",
        )


def is_imported(state: Object) -> bool:
    """Return True for the stub of an import. It holds an identifier and nothing else, and was given
    by a person: where it does not exist, Terraform says so.
    """
    return all(value is None or value == state.get("id") for value in state.values())


def _shown(identifier: Any) -> str:
    # A terminal would obey the control characters of a text that was pasted.
    return ascii(identifier)


SUMMARY = "A change that sends nothing"


def unsent_changes(
    plan: Plan, attributes: dict[str, Attribute], sent: Collection[str] = ()
) -> tuple[str, ...]:
    """Return the names of the configurable attributes that change without a request.

    :param plan: the plan of an update, sharpened already
    :param attributes: those of the resource
    :param sent: the names of those that a request carries, or that steer one of this very apply
    """
    if plan.is_create or plan.replace:
        return ()
    return tuple(
        name
        for name, attribute in attributes.items()
        if not attribute.read_only and name not in sent and plan.changed(name)
        if not contains_unknown(plan.planned.get(name))
    )


def warn_about_unsent_changes(
    names: Collection[str], subject: str, diagnostics: Diagnostics
) -> None:
    """Add one warning for all changes of a resource that send nothing; none if there are none.

    :param names: as :func:`unsent_changes` returns them
    :param subject: the object at the vendor, such as ``widget abc (orders)``
    """
    if names:
        diagnostics.warning(
            SUMMARY,
            f"{', '.join(names)}: no request is sent for this change of {subject}. Terraform's "
            "state records it, and it applies from the next operation on.",
        )


def mask_replaces_nothing(answer: ReadAnswer) -> Iterator[Path]:
    """Never replace a known value with the mask of a secret.

    Lists are not looked into: their items have no names, so nothing tells which one is masked.
    """
    for name in answer.attributes:
        before, now = (answer.prior or {}).get(name), (answer.state or {}).get(name)
        yield from _masked(before, now, (name,))


def _masked(before: Value, now: Value, path: Path) -> Iterator[Path]:
    before = before.value if isinstance(before, Dynamic) else before
    now = now.value if isinstance(now, Dynamic) else now
    if is_mask(now) and before is not None and not is_mask(before):
        yield path
    if isinstance(before, dict) and isinstance(now, dict):
        for name in before.keys() & now.keys():
            yield from _masked(before[name], now[name], (*path, name))
