"""The rules about what only one resource may have: an address, a destination schema, a state.

Two connections of a group with one destination schema are a conflict (409) in the middle of an
apply; two states of one connection overwrite each other. That holds between the resources of a
stack, and between the instances of one resource with ``count`` or ``for_each``.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from constructs_lib import toolkit
from constructs_lib.validation import ConstructPlace, Finding, Place


class Claim(NamedTuple):
    """One thing that a resource wants for itself alone."""

    rule: str
    """Identifier of the rule that a second claim breaks."""
    key: Hashable
    """What is claimed; two claims of one rule with the same key break it."""
    pointer: str
    """JSON pointer to the parameter that claims it."""
    found: str
    """What to say of a second claim."""
    allowed: str
    hint: str = ""


class Claimant(NamedTuple):
    """A resource and what it claims."""

    place: ConstructPlace
    claims: tuple[Claim, ...]


def duplicate_keys(claimants: Sequence[Claimant]) -> Iterator[Finding]:
    """Report each key that an earlier resource has already."""
    first: dict[tuple[str, Hashable], ConstructPlace] = {}
    for place, claims in claimants:
        for claim in claims:
            owner = first.setdefault((claim.rule, claim.key), place)
            if owner is not place:
                found = f"{claim.found}, as at {owner}"
                yield Finding(
                    claim.rule, "error", place, claim.pointer, found, claim.allowed, claim.hint
                )


_DIFFERS = re.compile(r"\b(each\.(key|value)|count\.index)\b")


class Exclusive(NamedTuple):
    """What only one resource may have, by the values that tell it from that of others."""

    rule: str
    """Identifier of the rule that two resources with the same values break."""
    values: tuple[Any, ...]
    pointer: str
    """JSON pointer to the parameter that should differ."""
    what: str
    """The words for it, such as ``the destination schema 'orders'``."""
    allowed: str


def keys_shared_by_instances(
    arguments: Mapping[str, Any], exclusive: Exclusive, place: Place, stack: toolkit.TerraformStack
) -> Iterator[Finding]:
    """Yield a finding if several instances have what only one may have.

    It is a warning if only Terraform knows how many there are. A ``count`` that is an expression
    is let through: as a rule it says whether there is one, or none.

    :param arguments: the parameters of the construct by name
    """
    number = _instances(arguments)
    if number is not None and number < 2:
        return
    if any(_may_differ(value, stack) for value in exclusive.values):
        return
    is_counted = arguments.get("count") is not None
    mark = "${count.index}" if is_counted else "${each.key}"
    many = f"{number} instances" if number is not None else "each instance"
    yield Finding(
        exclusive.rule,
        "error" if number is not None else "warning",
        place,
        exclusive.pointer,
        f"{exclusive.what} for {many}",
        exclusive.allowed,
        f"write {mark} in it, or another expression that differs",
    )


def _instances(arguments: Mapping[str, Any]) -> int | None:
    """Return how many instances there are for certain, or at least; None if nobody knows."""
    count, for_each = arguments.get("count"), arguments.get("for_each")
    if for_each is not None and not toolkit.is_token(for_each):
        # A list names each instance once, as Terraform makes a set of it.
        return len(set(for_each)) if isinstance(for_each, (Mapping, list, tuple)) else None
    if isinstance(count, toolkit.TerraformCount) or for_each is not None:
        return None
    return count if type(count) is int else 1


def _may_differ(value: Any, stack: toolkit.TerraformStack) -> bool:
    if not toolkit.is_token(value):
        return False
    try:
        text = str(toolkit.resolved(value, stack))
    except RuntimeError:
        # What the CDK cannot resolve yet is left to Terraform.
        return True
    return _DIFFERS.search(text) is not None
