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


class UniqueKey(NamedTuple):
    """What only one resource of a stack may have, such as an address."""

    rule: str
    """Identifier of the rule that a second resource with this key breaks."""
    key: Hashable
    """The key itself; two of one rule must differ."""
    pointer: str
    """JSON pointer to the parameter that it comes from."""
    found: str
    """What to say of a second one."""
    allowed: str
    hint: str = ""


class KeyOwner(NamedTuple):
    """A resource and its unique keys."""

    place: ConstructPlace
    unique_keys: tuple[UniqueKey, ...]


def duplicate_keys(owners: Sequence[KeyOwner]) -> Iterator[Finding]:
    """Report each key that an earlier resource has already."""
    first: dict[tuple[str, Hashable], ConstructPlace] = {}
    for place, unique_keys in owners:
        for each in unique_keys:
            owner = first.setdefault((each.rule, each.key), place)
            if owner is not place:
                found = f"{each.found}, as at {owner}"
                yield Finding(
                    each.rule, "error", place, each.pointer, found, each.allowed, each.hint
                )


_DIFFERS = re.compile(r"\b(each\.(key|value)|count\.index)\b")


class InstanceKey(NamedTuple):
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
    arguments: Mapping[str, Any],
    instance_key: InstanceKey,
    place: Place,
    stack: toolkit.TerraformStack,
) -> Iterator[Finding]:
    """Yield a finding if several instances have what only one may have.

    It is a warning if only Terraform knows how many there are. A ``count`` that is an expression
    is let through: as a rule it says whether there is one, or none.

    :param arguments: the parameters of the construct by name
    """
    number = _instances(arguments)
    if number is not None and number < 2:
        return
    if any(_may_differ(value, stack) for value in instance_key.values):
        return
    is_counted = arguments.get("count") is not None
    mark = "${count.index}" if is_counted else "${each.key}"
    many = f"{number} instances" if number is not None else "each instance"
    yield Finding(
        instance_key.rule,
        "error" if number is not None else "warning",
        place,
        instance_key.pointer,
        f"{instance_key.what} for {many}",
        instance_key.allowed,
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
