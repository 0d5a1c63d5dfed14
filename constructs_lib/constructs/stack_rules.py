"""The rules about a stack as a whole: providers and those who need them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from constructs_lib.validation import ConstructPlace, Finding


class ProviderFacts(NamedTuple):
    """What the rules need to know of a provider."""

    place: ConstructPlace
    alias: str | None
    is_local: bool
    """True if it talks to the sandbox or to this machine only, so that no secret is at stake."""
    literal_credentials: tuple[str, ...]
    """JSON pointers to the credentials that stand in the code in clear."""


class ResourceFacts(NamedTuple):
    """What the rules need to know of a resource."""

    place: ConstructPlace
    literal_secrets: tuple[str, ...]
    """JSON pointers to the secrets that stand in the code in clear."""


def findings(
    providers: Sequence[ProviderFacts], resources: Sequence[ResourceFacts]
) -> list[Finding]:
    """All findings about the providers and resources of one stack, by the rules below."""
    rules = (
        _provider_missing(providers, resources),
        _provider_alias(providers),
        _credentials_in_code(providers),
        _secret_in_code(providers, resources),
    )
    return [finding for rule in rules for finding in rule]


def _provider_missing(
    providers: Sequence[ProviderFacts], resources: Sequence[ResourceFacts]
) -> Iterator[Finding]:
    """Without a provider nothing is delivered, and ``init`` would search the public registry."""
    # One finding for the whole stack, at its first resource, says it all.
    for resource in () if providers else resources[:1]:
        yield Finding(
            "provider-missing",
            "error",
            resource.place,
            "",
            "no FivetranProvider in this stack",
            "one FivetranProvider in each stack",
            'add FivetranProvider(self, "fivetran") to the stack',
        )


def _provider_alias(providers: Sequence[ProviderFacts]) -> Iterator[Finding]:
    """Terraform allows one provider without an alias, and each alias once."""
    seen: dict[str | None, ConstructPlace] = {}
    for provider in providers:
        first = seen.setdefault(provider.alias, provider.place)
        if first is not provider.place:
            yield Finding(
                "provider-alias",
                "error",
                provider.place,
                "/alias",
                repr(provider.alias) if provider.alias else "a second provider without alias",
                f"an alias of its own beside the provider {first}",
                'give alias="..." and hand the provider to its connections with provider=',
            )


def _credentials_in_code(providers: Sequence[ProviderFacts]) -> Iterator[Finding]:
    """A credential in the code would stand in ``cdktf.out`` in clear."""
    for provider in providers:
        for pointer in () if provider.is_local else provider.literal_credentials:
            yield Finding(
                "credentials-in-code",
                "error",
                provider.place,
                pointer,
                "(hidden)",
                "nothing, or a reference to a variable",
                "set FIVETRAN_APIKEY and FIVETRAN_APISECRET in the environment of Terraform",
            )


def _secret_in_code(
    providers: Sequence[ProviderFacts], resources: Sequence[ResourceFacts]
) -> Iterator[Finding]:
    """A secret in the code would stand in ``cdktf.out`` in clear."""
    # Whoever plays with the sandbox only has no secret to lose.
    at_risk = () if all(provider.is_local for provider in providers) else resources
    for resource in at_risk:
        for pointer in resource.literal_secrets:
            yield Finding(
                "secret-in-code",
                "error",
                resource.place,
                pointer,
                "(hidden)",
                "a reference to a variable",
                "use the string_value of a TerraformVariable with sensitive=True, and make it "
                'ephemeral: variable.add_override("ephemeral", True)',
            )
