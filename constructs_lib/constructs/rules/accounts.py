"""The account that a construct belongs to, and the one of the construct that it is about.

A state, a sync, a test or a card is about a connection, and only the account of that connection
knows it. So such a construct uses the provider of its connection unless it is given one, and one
that leads to another account is an error before the synth: Terraform would find it in the middle of
an apply.

A construct is recognised by itself (``connection=orders``), by its identifier
(``connection_id=orders.id``), and in an expression that is written by hand
(``"${fivetranops_connection.orders[count.index].id}"``). A literal identifier says nothing of its
account.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from constructs_lib import toolkit
from constructs_lib.constructs.base.expressions import to_json_value
from constructs_lib.constructs.rules.stack import ProviderFacts, ProviderKind, default_provider
from constructs_lib.validation import ConstructPlace, Finding

if TYPE_CHECKING:
    from constructs_lib.constructs.base.provider import ProviderConstruct
    from constructs_lib.constructs.synth.synthesis import StackSynthesis

IDENTIFIER_ATTRIBUTES = ("id", "connection_id", "connector_id")
"""The attributes whose value names a connection or a connector."""
_BY_HAND = re.compile(
    r"\$\{((?:data\.|ephemeral\.)?\w+\.[\w-]+)(?:\[[^\]]*\])?\.(?:"
    + "|".join(IDENTIFIER_ATTRIBUTES)
    + r")\}"
)


class AccountOwner(NamedTuple):
    """A construct, and the provider by which it reaches its account."""

    place: ConstructPlace
    kind: ProviderKind
    """The kind of provider that it needs."""
    provider: ProviderConstruct | None
    """The provider; None for the one of its stack that has no alias."""
    stack: StackSynthesis
    """The stack that it is in."""

    @property
    def facts(self) -> ProviderFacts | None:
        """The facts about the provider; None if the stack has none. Complete at synth only."""
        if self.provider is not None:
            return self.provider.facts
        return default_provider(self.stack.providers, self.kind)


class AccountRelation(NamedTuple):
    """A construct, and the one that it is about."""

    construct: AccountOwner
    subject: AccountOwner


def owner_of(construct: object) -> AccountOwner | None:
    """Return the account of a construct; None if the construct says nothing of it."""
    owner = getattr(construct, "owner", None)
    return owner if isinstance(owner, AccountOwner) else None


def subject_of(arguments: dict[str, Any], stack: StackSynthesis) -> AccountOwner | None:
    """Return what a construct is about, by its arguments; None if that is not known.

    :param stack: the stack of the construct
    """
    if (owner := owner_of(arguments.get("connection"))) is not None:
        return owner
    identifiers = (arguments.get(name) for name in IDENTIFIER_ATTRIBUTES)
    owners = (owner_by_identifier(value, stack) for value in identifiers if isinstance(value, str))
    return next((owner for owner in owners if owner is not None), None)


def owner_by_identifier(identifier: str, stack: StackSynthesis) -> AccountOwner | None:
    """Return the account of the construct that an identifier refers to; None if it is literal.

    :param stack: the stack in which the identifier is used
    """
    if (construct := stack.identifiers.get(identifier)) is not None:
        return owner_of(construct)
    by_hand = _BY_HAND.fullmatch(identifier)
    return None if by_hand is None else owner_of(stack.addresses.get(by_hand[1]))


def inherited_provider(
    subject: AccountOwner | None, stack: StackSynthesis, wanted: type[ProviderConstruct]
) -> ProviderConstruct | None:
    """Return the provider that a construct takes over from what it is about.

    The provider without an alias need not be handed on: Terraform takes it by itself, and the
    document stays as it is. One of another stack cannot be.

    :param stack: the stack of the construct
    :param wanted: the kind of provider that the construct needs
    """
    if subject is None or subject.stack is not stack or not isinstance(subject.provider, wanted):
        return None
    return None if subject.provider.facts.alias is None else subject.provider


def check_accounts(relations: Iterable[AccountRelation]) -> Iterator[Finding]:
    """Report the rule ``provider-differs``: a construct reaches the account of its subject."""
    for construct, subject in relations:
        mine, theirs = construct.facts, subject.facts
        if mine is not None and theirs is not None and _differ(construct, mine, subject, theirs):
            yield Finding(
                "provider-differs",
                "error",
                construct.place,
                "/provider",
                f"the provider {mine.place}, but {subject.place} belongs to {theirs.place}",
                "the provider of the object that this construct refers to",
                _hint(construct, subject),
            )


def _hint(construct: AccountOwner, subject: AccountOwner) -> str:
    if construct.stack is not subject.stack:
        return f"pass a provider of this stack for the account of {subject.place}"
    return (
        f"leave provider out to use that of {subject.place}; if both providers reach the same "
        "account, write Connection.from_id(..., provider=...)"
    )


def _differ(
    construct: AccountOwner, mine: ProviderFacts, subject: AccountOwner, theirs: ProviderFacts
) -> bool:
    """Return True if two providers lead to different accounts, or may do so in one stack.

    Between stacks only what is literal can be compared: a variable of one stack has nothing to do
    with a variable of the other that has the same name.
    """
    if mine.place == theirs.place or mine.account == theirs.account:
        return False
    if construct.stack is subject.stack:
        both = to_json_value([mine.account, theirs.account])
        one, other = toolkit.resolved(both, construct.stack.stack)
        return bool(one != other)
    pairs = zip(mine.account, theirs.account, strict=True)
    return any(_is_literal(a) and _is_literal(b) and a != b for a, b in pairs)


def _is_literal(value: Any) -> bool:
    """Return True unless a value comes from the environment, or is known at deployment only."""
    if isinstance(value, (list, tuple)):
        return all(map(_is_literal, value))
    return value is not None and not toolkit.is_token(value)
