"""The rules about a stack as a whole: its providers, and the resources that need them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from constructs_lib.constructs.rules.uniqueness import KeyOwner, UniqueKey, duplicate_keys
from constructs_lib.validation import ConstructPlace, Finding


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
        hint = "hand over one with provider=, or leave out the alias of one"
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
                'give alias="..." and hand the provider to its resources with provider=',
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
                "(hidden), which will be in cdktf.out in clear" if is_local else "(hidden)",
                "a reference to a variable, and nothing else",
                "use the string_value of a TerraformVariable with sensitive=True, and make it "
                'ephemeral: variable.add_override("ephemeral", True)',
            )
