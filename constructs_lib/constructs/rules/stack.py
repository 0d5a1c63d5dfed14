"""The rules about a stack as a whole: its providers, and what only one of its resources may have.

Only one resource may have an address, a destination schema, or a state. Two connections of a group
with one destination schema are a conflict (409) in the middle of an apply; two states of one
connection overwrite each other. That holds between the resources of a stack, and between the
instances of one resource with ``count`` or ``for_each``.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from constructs_lib import toolkit
from constructs_lib.validation import ConstructPlace, Finding, Place
from constructs_lib.validation.findings import Path
from constructs_lib.validation.findings import pointer as pointer_of

if TYPE_CHECKING:
    from constructs_lib.constructs.base.meta_arguments import ActionTrigger


class ProviderKind(NamedTuple):
    """One kind of provider."""

    name: str
    """Terraform's name of it, and the first part of the names of its resource types."""
    construct: str
    """The name of its construct."""
    from_environment: str
    """What to do instead of writing credentials into the code."""
    suggested_id: str
    """An id for its construct, for messages."""


class ProviderFacts(NamedTuple):
    """What the rules need to know of a provider."""

    place: ConstructPlace
    kind: ProviderKind
    alias: str | None
    is_local: bool
    """True if it talks to the sandbox or to this machine only, so that no secret is at stake."""
    literal_credentials: tuple[str, ...]
    """JSON pointers to the credentials that are in the code in clear."""
    account: tuple[Any, ...] = ()
    """The settings that tell its account from others; None where the environment says it."""


class ResourceFacts(NamedTuple):
    """What the rules need to know of a resource."""

    place: ConstructPlace
    kind: ProviderKind
    """The kind of provider that it needs."""
    provider: ProviderFacts | None
    """The provider that was given with ``provider=``, if that is one."""
    takes_default: bool
    """True if none was given: Terraform then takes the one of the stack that has no alias."""
    literal_secrets: tuple[str, ...]
    """JSON pointers to the secrets that are in the code in clear."""
    unique_keys: tuple[UniqueKey, ...] = ()
    """What it wants for itself alone among the resources of the stack."""
    address: str = ""
    """Its address in Terraform."""
    triggers: tuple[ActionTrigger, ...] = ()
    """The actions that its changes trigger."""


def check_stack(
    providers: Sequence[ProviderFacts], resources: Sequence[ResourceFacts]
) -> list[Finding]:
    """Return all findings about the providers and resources of one stack, by the rules below."""
    rules = (
        _provider_missing(providers, resources),
        _provider_alias(providers),
        _credentials_in_code(providers),
        _secret_in_code(providers, resources),
        duplicate_keys([KeyOwner(each.place, each.unique_keys) for each in resources]),
    )
    return [finding for rule in rules for finding in rule]


def _provider_missing(
    providers: Sequence[ProviderFacts], resources: Sequence[ResourceFacts]
) -> Iterator[Finding]:
    """Report resources without a provider: ``init`` would search the public registry for it.

    Where all providers have an alias, Terraform would add one for the account whose credentials are
    in the environment.
    """
    for kind in dict.fromkeys(resource.kind for resource in resources):
        without = [each for each in resources if each.takes_default and each.kind == kind]
        if without and default_provider(providers, kind) is None:
            has_any = any(provider.kind == kind for provider in providers)
            # Where there is no provider at all, one finding, at the first resource, says it all.
            for resource in without if has_any else without[:1]:
                yield _missing(resource, has_any=has_any)


def _missing(resource: ResourceFacts, *, has_any: bool) -> Finding:
    name = resource.kind.construct
    found, allowed = f"no {name} in this stack", f"one {name} in each stack"
    hint = f'add {name}(self, "{resource.kind.suggested_id}") to the stack'
    if has_any:
        found = f"no provider=, and each {name} of this stack has an alias"
        allowed = "a provider for each resource"
        hint = "pass one with provider=, or leave out the alias of one"
    return Finding("provider-missing", "error", resource.place, "", found, allowed, hint)


def default_provider(
    providers: Sequence[ProviderFacts], kind: ProviderKind
) -> ProviderFacts | None:
    """Return the provider of the resources of one kind that name none."""
    return next((each for each in providers if each.kind == kind and each.alias is None), None)


def _provider_alias(providers: Sequence[ProviderFacts]) -> Iterator[Finding]:
    """Report a second provider without an alias, and an alias that is taken."""
    seen: dict[tuple[ProviderKind, str | None], ConstructPlace] = {}
    for provider in providers:
        first = seen.setdefault((provider.kind, provider.alias), provider.place)
        if first is not provider.place:
            yield Finding(
                "provider-alias",
                "error",
                provider.place,
                "/alias",
                repr(provider.alias)
                if provider.alias is not None
                else "a second provider without alias",
                f"an alias other than that of the provider {first}",
                'give alias="..." and pass the provider to its resources with provider=',
            )


def _credentials_in_code(providers: Sequence[ProviderFacts]) -> Iterator[Finding]:
    """Report a credential in the code: it would be in ``cdktf.out`` in clear."""
    for provider in providers:
        for pointer in () if provider.is_local else provider.literal_credentials:
            yield Finding(
                "credentials-in-code",
                "error",
                provider.place,
                pointer,
                "(hidden)",
                "nothing, or a reference to a variable",
                provider.kind.from_environment,
            )


def _secret_in_code(
    providers: Sequence[ProviderFacts], resources: Sequence[ResourceFacts]
) -> Iterator[Finding]:
    """Report a secret in the code: it would be in ``cdktf.out`` in clear.

    With the sandbox there is none to lose, so there it is a warning.
    """
    for resource in resources:
        provider = resource.provider or default_provider(providers, resource.kind)
        is_local = provider is not None and provider.is_local
        for pointer in resource.literal_secrets:
            yield Finding(
                "secret-in-code",
                "warning" if is_local else "error",
                resource.place,
                pointer,
                "(hidden), which would be in cdktf.out in clear text" if is_local else "(hidden)",
                "a reference to a variable, and nothing else",
                "use the string_value of a TerraformVariable with sensitive=True, and make it "
                'ephemeral: variable.add_override("ephemeral", True)',
            )


def check_triggers(
    resources: Sequence[ResourceFacts], stack: toolkit.TerraformStack
) -> Iterator[Finding]:
    """Report the rules ``trigger-stack`` and ``trigger-cycle``.

    Terraform applies one stack at a time, so that a stack knows no action of another. What runs
    before a change of a resource cannot read that resource: Terraform says "Cycle", because the one
    waits for the other.

    :param stack: the stack of the resources
    """
    for resource in resources:
        for index, trigger in enumerate(resource.triggers):
            path = ("lifecycle", "action_triggers", index)
            yield from _actions_elsewhere(resource, trigger, stack, path)
            early = next((each for each in trigger.events if each.startswith("before_")), None)
            if early is not None:
                yield from _early_readers(resource, trigger, early, path)
                if refers_to(trigger.condition, resource.address, stack):
                    yield _early_condition(resource, early, path)


def _actions_elsewhere(
    resource: ResourceFacts, trigger: ActionTrigger, stack: toolkit.TerraformStack, path: Path
) -> Iterator[Finding]:
    for index, each in enumerate(trigger.actions):
        if not isinstance(each, str) and each.action.synthesis.stack is not stack:
            found = f"an action of the stack {each.action.synthesis.path}"
            at, allowed = pointer_of((*path, "actions", index)), "an action of the same stack"
            hint = "make the action in this stack, too"
            yield Finding("trigger-stack", "error", resource.place, at, found, allowed, hint)


def _early_readers(
    resource: ResourceFacts, trigger: ActionTrigger, event: str, path: Path
) -> Iterator[Finding]:
    allowed = f"with {event} nothing that reads {resource.address}"
    later = event.replace("before_", "after_")
    for index, each in enumerate(trigger.actions):
        if not isinstance(each, str) and each.reads(resource.address):
            found = f"the action {each.action.place}, which reads {resource.address}"
            hint = (
                f"use {later}; or give the action the identifier of the object, such as "
                "connection_id='pale_hydrogen'"
            )
            at = pointer_of((*path, "actions", index))
            yield Finding("trigger-cycle", "error", resource.place, at, found, allowed, hint)


def _early_condition(resource: ResourceFacts, event: str, path: Path) -> Finding:
    found = f"a condition that reads {resource.address}"
    allowed = f"with {event} nothing that reads {resource.address}"
    at, hint = pointer_of((*path, "condition")), f"use {event.replace('before_', 'after_')}"
    return Finding("trigger-cycle", "error", resource.place, at, found, allowed, hint)


def refers_to(value: Any, address: str, stack: toolkit.TerraformStack) -> bool:
    """Return True if a value has a reference to a resource of its stack.

    :param value: JSON-like; may contain tokens
    :param address: the address of the resource
    """
    try:
        text = str(toolkit.resolved(value, stack))
    except RuntimeError:
        # What the CDK cannot resolve yet is left to Terraform.
        return False
    return re.search(rf"(?<![\w.-]){re.escape(address)}(?![\w-])", text) is not None


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
                found = f"{each.found}, first at {owner}"
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
        f"write {mark} in it, or another expression that differs for each instance",
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
