"""The rules for what lists and actions yield, and for configurations that are generated.

Terraform lets most of it pass: an empty name, a duplicate, an unknown identity.

Source: Terraform plugin protocol 6.10, ``ListResource``, ``InvokeAction`` and
``GenerateResourceConfig``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from constructs_lib.backend.plugin.consistency import rules
from constructs_lib.backend.plugin.consistency.rules import Attributes, set_write_only
from constructs_lib.backend.plugin.diagnostics import Path
from constructs_lib.backend.plugin.list_resource import Listed
from constructs_lib.backend.plugin.values.value import Object, contains_unknown
from constructs_lib.records import NamedTuple


class OfferAnswer(NamedTuple):
    """A list resource or an action, as its schema describes it."""

    computed: list[str]
    """The attributes of its configuration that the provider would set."""
    identity: Attributes | None = None
    """The attributes of the identities that a list yields; None for an action."""


def configuration_computes_nothing(answer: OfferAnswer) -> Iterator[Path]:
    """Leave every attribute of a list or an action to the configuration."""
    for name in answer.computed:
        yield (name,)


def list_yields_identities(answer: OfferAnswer) -> Iterator[Path]:
    """List only resources that have an identity, by the name of the resource."""
    if answer.identity is not None and not answer.identity:
        yield ()


OFFER_RULES: Final = (configuration_computes_nothing, list_yields_identities)
"""The rules that each list resource and each action is checked by."""


class ListedAnswer(NamedTuple):
    """One object that a list found."""

    identity: Attributes
    """The attributes of identities."""
    attributes: Attributes
    """The attributes of the managed resource."""
    listed: Listed
    includes_state: bool
    """True if Terraform asked for states."""
    is_repeated: bool = False
    """True if an object of this identity came before."""


def listed_identity_is_whole(answer: ListedAnswer) -> Iterator[Path]:
    """List each object with an identity that is known and complete."""
    for name, attribute in answer.identity.items():
        value = answer.listed.identity.get(name)
        is_missing = attribute.identity == "required" and value in (None, "")
        if is_missing or contains_unknown(value):
            yield (name,)


def listed_name_is_given(answer: ListedAnswer) -> Iterator[Path]:
    """List each object with a name that a person recognises."""
    name: Any = answer.listed.display_name
    if not isinstance(name, str) or not name.strip():
        yield ()


def listed_state_is_asked_for(answer: ListedAnswer) -> Iterator[Path]:
    """List a state only if Terraform asks for it."""
    if answer.listed.state is not None and not answer.includes_state:
        yield ()


def listed_state_is_known(answer: ListedAnswer) -> Iterator[Path]:
    """Keep unknown values out of a listed state."""
    for name, value in (answer.listed.state or {}).items():
        if contains_unknown(value):
            yield (name,)


def listed_secrets_are_null(answer: ListedAnswer) -> Iterator[Path]:
    """Return null for what is write-only or sensitive in a listed state."""
    state = answer.listed.state or {}
    yield from set_write_only(answer.attributes, state)
    yield from set_sensitive(answer.attributes, state)


def listed_once(answer: ListedAnswer) -> Iterator[Path]:
    """List each object once."""
    if answer.is_repeated:
        yield ()


LIST_RULES: Final = (
    listed_identity_is_whole,
    listed_name_is_given,
    listed_state_is_asked_for,
    listed_state_is_known,
    listed_secrets_are_null,
    listed_once,
)
"""The rules that each listed object is checked by."""


def set_sensitive(attributes: Attributes, values: Object, path: Path = ()) -> Iterator[Path]:
    """Yield the sensitive attributes that have a value and are not write-only, nested ones as well;
    of a list of objects the first.
    """
    for name, attribute in attributes.items():
        value = values.get(name)
        if attribute.sensitive and not attribute.write_only and value is not None:
            yield (*path, name)
        elif attribute.attributes:
            inside = value if isinstance(value, list) else [value]
            for inner in inside:
                if isinstance(inner, dict):
                    yield from set_sensitive(attribute.attributes, inner, (*path, name))


def require_listed(returned: Any, subject: str) -> Listed:
    """Return what a list yielded, or raise at once, as there is nothing to check later.

    :raises ProviderError: if it is something else
    """
    if not isinstance(returned, Listed):
        raise rules.rule_error("require_listed", "A list must yield Listed objects.", subject)
    rules.require_object(returned.identity, subject)
    if returned.state is not None:
        rules.require_object(returned.state, subject)
    return returned


def progress_is_a_sentence(sentence: Any) -> Iterator[Path]:
    """Tell the progress of an action in sentences."""
    if not isinstance(sentence, str) or not sentence.strip():
        yield ()


PROGRESS_RULES: Final = (progress_is_a_sentence,)
"""The rules that each progress of an action is checked by."""


class GeneratedAnswer(NamedTuple):
    """A configuration that was made of a state."""

    attributes: Attributes
    state: Object
    config: Object


def generated_is_configurable(answer: GeneratedAnswer) -> Iterator[Path]:
    """Generate null for what is read-only or write-only."""
    for name, attribute in answer.attributes.items():
        if attribute.read_only and answer.config.get(name) is not None:
            yield (name,)
    yield from set_write_only(answer.attributes, answer.config)


def generated_keeps_what_is_required(answer: GeneratedAnswer) -> Iterator[Path]:
    """Generate what is required, as the state has it."""
    for name, attribute in answer.attributes.items():
        before, made = answer.state.get(name), answer.config.get(name)
        if attribute.required and before is not None and made is None:
            yield (name,)


def generated_is_known(answer: GeneratedAnswer) -> Iterator[Path]:
    """Generate known values."""
    for name in answer.attributes:
        if contains_unknown(answer.config.get(name)):
            yield (name,)


GENERATED_RULES: Final = (
    generated_is_configurable,
    generated_keeps_what_is_required,
    generated_is_known,
)
"""The rules that each generated configuration is checked by."""
