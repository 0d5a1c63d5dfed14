"""What only one resource of a stack may have: an address, a destination schema, a state."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple

from constructs_lib.validation import ConstructPlace, Finding


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


def findings(claimants: Sequence[Claimant]) -> Iterator[Finding]:
    """A finding for each claim of what an earlier resource has claimed already."""
    first: dict[tuple[str, Hashable], ConstructPlace] = {}
    for place, claims in claimants:
        for claim in claims:
            owner = first.setdefault((claim.rule, claim.key), place)
            if owner is not place:
                found = f"{claim.found}, as at {owner}"
                yield Finding(
                    claim.rule, "error", place, claim.pointer, found, claim.allowed, claim.hint
                )
